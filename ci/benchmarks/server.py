"""A PostgreSQL cluster that serves one benchmark."""

import os
import pathlib
import subprocess

from measure import run

CI = pathlib.Path(__file__).resolve().parent.parent

# The same for everyone. ci/postgres adds fsync = off, synchronous_commit = off and full_page_writes = off: a disk's mood would
# be measured otherwise.
SETTINGS = {
    "shared_buffers": "512MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "autovacuum": "off",
    "wal_level": "replica",
}
# Where the disk is what is measured. The last of two lines counts.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class Server:
    """Started by ci/postgres, which the calling script stops."""

    def __init__(self, folder, wal_level="replica", is_durable=False):
        self.settings = {**SETTINGS, "wal_level": wal_level, **(DURABLE if is_durable else {})}
        if wal_level == "minimal":
            self.settings["max_wal_senders"] = "0"
        options = "; ".join(f"{name} = {value}" for name, value in self.settings.items())
        started = subprocess.run(
            ["bash", CI / "postgres", "start", folder],
            env={**os.environ, "PG_OPTIONS": options},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        self.folder = str(folder)
        self._maintenance = started.stdout.strip()

    def url(self, database):
        return self._maintenance.replace("/postgres?", f"/{database}?")

    def fresh(self, database):
        """An empty database of this name, and a server that has nothing left to write for others."""
        self.drop(database)
        self.execute("postgres", f'CREATE DATABASE "{database}"')
        self.execute("postgres", "CHECKPOINT")
        return self.url(database)

    def drop(self, database):
        self.execute("postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def psql(self, database, *arguments):
        return ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), *arguments]

    def execute(self, database, sql):
        _, (ended,) = run(self.psql(database, "-c", sql), environment={"PGOPTIONS": "-c client_min_messages=warning"})
        return ended.out.strip()

    def version(self):
        return self.execute("postgres", "SHOW server_version")
