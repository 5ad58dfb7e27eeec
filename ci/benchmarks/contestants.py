"""The ways to move the sample: each fills an empty database and says what its phases cost."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass, field

from measure import run

PHASES = ("profile", "load", "build", "analyze", "verify")


@dataclass(frozen=True)
class Outcome:
    """One run. Phases are in seconds; a phase that a way does not have, or does not tell, is missing."""

    whole: float
    cpu_seconds: float
    peak_bytes: int
    phases: dict = field(default_factory=dict)
    # Statements of the DDL that the server did not take.
    refused: list = field(default_factory=list)


class Engine:
    """tc-migrate transfer: loads, builds keys and indexes, and verifies by digest."""

    def __init__(self, program, sample, name="tc-migrate", options=()):
        self.name = name
        self._command = [program, "transfer", sample, *options]

    def run(self, server, database):
        cost, (ended,) = run([*self._command[:3], server.url(database), *self._command[3:], "--json"])
        phases = json.loads(ended.out)["phases"]
        seconds = {name: phases[f"{name}_ms"] / 1000 for name in PHASES}
        # ANALYZE is nobody else's work: it is told, and no part of what is compared.
        return Outcome(cost.seconds - seconds["analyze"], cost.cpu_seconds, cost.peak_bytes, seconds)


class Cold:
    """Another way when nothing of the sample is in memory: the file is read from the disk."""

    def __init__(self, way, sample):
        self.name = f"{way.name}, cold"
        self._way = way
        self._sample = sample

    def run(self, server, database):
        with open(self._sample, "rb") as file:
            # What is not on the disk yet could not be forgotten.
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return self._way.run(server, database)


@dataclass(frozen=True)
class Model:
    """What the floor and the comparison of DDL start from: a database that the engine has filled."""

    # The statement that makes each bare table, by the table's name, largest table first.
    tables: dict
    # COPY's binary files, by table.
    files: dict
    # pg_dump's custom format, with what comes after the rows: keys, indexes, foreign keys.
    archive: str

    @staticmethod
    def make(engine, server, folder, rows):
        """Fills a database and writes its files into a folder of this run."""
        server.fresh("model")
        engine.run(server, "model")
        url, files, tables = server.url("model"), {}, {}
        for table in sorted(rows, key=rows.get, reverse=True):
            _, (dump,) = run(["pg_dump", "--section=pre-data", "--no-owner", f"--table=public.{table}", url])
            skipped = ("--", "SELECT", "\\", "SET ")
            tables[table] = "".join(line for line in dump.out.splitlines(True) if not line.startswith(skipped))
            files[table] = os.path.join(folder, f"{table}.copy")
        for table, file in files.items():
            run(server.psql("model", "-c", f"\\copy public.{table} TO '{file}' (FORMAT binary)"))
        archive = os.path.join(folder, "model.dump")
        # Without the engine's own records.
        run(["pg_dump", "-Fc", "--schema-only", "--exclude-table=tc_*", f"--file={archive}", url])
        server.drop("model")
        return Model(tables, files, archive)

    def build(self, server, database, sessions=1):
        """Makes keys, indexes and foreign keys on loaded tables; returns the seconds and what was refused."""
        jobs = f"--jobs={sessions}"
        command = ["pg_restore", "--section=post-data", "--no-owner", jobs, "-d", server.url(database), self.archive]
        # After an error it goes on with the next statement, and ends with 1.
        cost, (ended,) = run(command, allowed=(0, 1))
        errors = [line for line in ended.err.splitlines() if "could not execute query" in line]
        return cost.seconds, errors


class Floor:
    """psql's \\copy of ready-made files into bare tables: nobody who uses COPY can be faster with so many streams."""

    def __init__(self, model, streams, freezes):
        self.name = f"psql \\copy, {streams} stream{'s' if streams > 1 else ''}"
        self._model = model
        self._streams = streams
        self._options = "FORMAT binary, FREEZE" if freezes else "FORMAT binary"

    def run(self, server, database):
        # Where the server skips WAL for tables of the same transaction, the floor has the benefit too.
        load, _ = run(*[server.psql(database, *self._arguments(tables)) for tables in self._shares()])
        build, refused = self._model.build(server, database, self._streams)
        phases = {"load": load.seconds, "build": build}
        return Outcome(load.seconds + build, load.cpu_seconds, load.peak_bytes, phases, refused)

    def _arguments(self, tables):
        for table in tables:
            copy = f"\\copy public.{table} FROM '{self._model.files[table]}' ({self._options})"
            for step in ("BEGIN", self._model.tables[table], copy, "COMMIT"):
                yield from ("-c", step)

    def _shares(self):
        """The tables for each stream: the next largest goes to whom has least."""
        shares = [([], 0) for _ in range(self._streams)]
        for table in sorted(self._model.files, key=lambda table: -os.path.getsize(self._model.files[table])):
            at = min(range(self._streams), key=lambda at: shares[at][1])
            shares[at] = ([*shares[at][0], table], shares[at][1] + os.path.getsize(self._model.files[table]))
        return [tables for tables, _ in shares]


class DuckDB:
    """DuckDB with its two scanners, table by table, in one transaction each; the DDL is made afterwards."""

    name = "DuckDB"
    PACKAGES = ("duckdb==1.5.5", "duckdb_extension_sqlite_scanner==1.5.5", "duckdb_extension_postgres_scanner==1.5.5")

    def __init__(self, python, sample, tables, model):
        self._python = python
        self._sample = sample
        self._tables = tables
        self._model = model

    @classmethod
    def python(cls, folder, say):
        """The interpreter of an environment that has DuckDB, made when it is missing; `None`, with a word, if it can't be."""
        environment = pathlib.Path(folder, "duckdb-1.5.5")
        python = environment / "bin" / "python"
        if not (environment / "complete").exists():
            say("installing " + ", ".join(cls.PACKAGES))
            try:
                subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True, stdout=sys.stderr)
                subprocess.run([python, "-m", "pip", "install", "-q", *cls.PACKAGES], check=True, stdout=sys.stderr)
            except (OSError, subprocess.CalledProcessError) as error:
                say(f"DUCKDB IS LEFT OUT: {error}")
                return None
            (environment / "complete").touch()
        return python

    def run(self, server, database):
        script = pathlib.Path(__file__).with_name("duckdb_copy.py")
        target = f"host={server.folder} user=tc dbname={database}"
        load, _ = run([self._python, script, self._sample, target, *self._tables])
        build, refused = self._model.build(server, database)
        phases = {"load": load.seconds, "build": build}
        return Outcome(load.seconds + build, load.cpu_seconds, load.peak_bytes, phases, refused)


class PGLoader:
    """pgloader: loads and builds. With its defaults but one: batches of 100,000 rows of this sample exhaust its heap."""

    name = "pgloader"
    OPTIONS = ("--with", "prefetch rows = 2000")

    def __init__(self, sample):
        self._sample = sample

    @staticmethod
    def is_here(say):
        here = shutil.which("pgloader") is not None
        if not here:
            say("PGLOADER IS LEFT OUT: it is not installed")
        return here

    def run(self, server, database):
        cost, _ = run(["pgloader", *self.OPTIONS, self._sample, f"pgsql://tc@unix:{server.folder}:5432/{database}"])
        return Outcome(cost.seconds, cost.cpu_seconds, cost.peak_bytes)
