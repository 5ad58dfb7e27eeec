"""A large installation for `ci/bench runtime`: a million sessions of a thousand owners, ten million lines of recordings."""

import hashlib
import os
import pwd
import random
import shutil
import sqlite3
import subprocess
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

FORMAT = 1  # Counts up when the content changes, so that no stale file is taken from the cache.

OWNERS = 1_000
# Those who are measured have a hundred pages of their own; the rest share the rest.
PAGE, PAGES = 50, 100
SESSIONS_OF_MEASURED = PAGE * (PAGES + 20)
LINES_OF_RECORDING = 1_000
BEGIN = datetime(2025, 1, 1, tzinfo=timezone.utc)
COLUMNS = (
    "session_id, computer_name, title, created_at, last_activity, closed_at, project_path, active_agent, "
    "lifecycle_status, visibility, owner_person, owner_uid"
)


@dataclass(frozen=True)
class Person:
    """Somebody with an account on this machine, who can really call."""

    name: str
    uid: int
    gid: int
    role: str


def people(members=8):
    """Accounts that are there anyhow: some members and an admin. Who is not root is a member himself, and nobody else."""
    if os.geteuid() != 0:
        return [myself("member")]
    found = sorted((entry for entry in pwd.getpwall() if 0 < entry.pw_uid < 65_534), key=lambda entry: entry.pw_uid)
    return [_person(entry, "member") for entry in found[:members]] + [_person(entry, "admin") for entry in found[members : members + 1]]


def myself(role):
    return _person(pwd.getpwuid(os.geteuid()), role)


def _person(entry, role):
    return Person(entry.pw_name, entry.pw_uid, entry.pw_gid, role)


class SharedMachine:
    """The rows, the same for the same numbers and people."""

    def __init__(self, sessions, lines, callers):
        self.sessions = sessions
        self.recordings = lines // LINES_OF_RECORDING
        self.owners = [(person.name, person.uid) for person in callers]
        self.owners += [(f"owner{number}", 1_000_000 + number) for number in range(len(callers), OWNERS)]
        share = (sessions - SESSIONS_OF_MEASURED * len(callers)) / (OWNERS - len(callers))
        if share < 0:
            raise SystemExit(f"ci/bench: {sessions} sessions are too few for {len(callers)} people with {PAGES} pages each")
        self.weights = [SESSIONS_OF_MEASURED] * len(callers) + [share] * (OWNERS - len(callers))
        people_tag = zlib.crc32(repr(self.owners[: len(callers)]).encode())
        self.name = f"runtime-{FORMAT}-{sessions}-{lines}-{people_tag:08x}"

    def rows(self):
        """In the order of time, as they came; ids know no order."""
        owners = random.Random(FORMAT).choices(self.owners, self.weights, k=self.sessions)
        for number, (person, uid) in enumerate(owners):
            created = BEGIN + timedelta(seconds=number * 20, microseconds=number % 999_983)
            ended = created + timedelta(minutes=15)
            is_open = number % 50 == 0
            yield (
                identifier(number), "computer", f"Session {number} of {person}", moment(created), moment(ended),
                None if is_open else moment(ended), f"/srv/project{number % 50}", ("claude", "codex", "gemini")[number % 3],
                "active" if is_open else "closed", "shared" if number % 100 == 7 else "private", person, uid,
            )  # fmt: skip

    def recorded(self):
        """The ids of sessions that have a recording, by their owner."""
        result, owners = {}, random.Random(FORMAT).choices(self.owners, self.weights, k=self.sessions)
        step = max(1, self.sessions // max(1, self.recordings))
        for number in range(0, step * self.recordings, step):
            result.setdefault(owners[number][0], []).append(identifier(number))
        return result


def identifier(number):
    digits = hashlib.md5(str(number).encode()).hexdigest()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def moment(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sqlite_database(shared_machine, migrate, folder, say):
    """The path of the filled database, which is kept; whoever writes makes a copy."""
    path = os.path.join(folder, f"{shared_machine.name}.db")
    if not os.path.exists(path):
        say(f"filling {path}")
        os.makedirs(folder, exist_ok=True)
        part = f"{path}.part"
        for leftover in (part, f"{part}-wal", f"{part}-shm"):
            if os.path.exists(leftover):
                os.remove(leftover)
        _migrate(migrate, f"sqlite:{part}")
        with sqlite3.connect(part) as connection:
            # Ids know no order: their index is built in memory, and nobody misses the file if that fails.
            connection.executescript("PRAGMA cache_size = -1000000; PRAGMA synchronous = OFF")
            places = ", ".join("?" * 12)
            connection.executemany(f"INSERT INTO sessions ({COLUMNS}) VALUES ({places})", shared_machine.rows())
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        os.rename(part, path)
    _migrate(migrate, f"sqlite:{path}")
    return path


def postgresql_database(shared_machine, migrate, server, name, say):
    """The URL of a filled database on the benchmark's own server, as autovacuum would leave it."""
    say(f"filling {name} on PostgreSQL")
    url = server.fresh(name)
    _migrate(migrate, url)
    command = server.psql(name, "-c", f"COPY sessions ({COLUMNS}) FROM STDIN")
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as psql:
        for row in shared_machine.rows():
            psql.stdin.write("\t".join("\\N" if value is None else str(value) for value in row) + "\n")
        psql.stdin.close()
    if psql.returncode != 0:
        raise SystemExit("ci/bench: the sessions did not go into PostgreSQL")
    server.execute(name, "VACUUM ANALYZE")
    return url


def _migrate(program, url):
    subprocess.run([program, "up", "--database", url], check=True, stdout=subprocess.DEVNULL)


def recordings(shared_machine, folder, say):
    """The state folder with the recordings, which is kept."""
    state = os.path.join(folder, f"{shared_machine.name}.state")
    if os.path.exists(state):
        return state
    say(f"writing {shared_machine.recordings:,} recordings of {LINES_OF_RECORDING:,} lines to {state}")
    part, content = f"{state}.part", recording()
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(os.path.join(part, "transcripts"), mode=0o700)
    for ids in shared_machine.recorded().values():
        for name in ids:
            path = os.path.join(part, "transcripts", f"{name}.cast")
            with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(content)
    os.rename(part, state)
    return state


def recording():
    """A header and events, in chunks of 20 lines, as the daemon keeps them."""
    lines = ['{"term":{"cols":80,"rows":24,"type":"xterm-256color"},"timestamp":1735689600,"version":3}']
    for number in range(1, LINES_OF_RECORDING):
        lines.append(f'[0.{number:03},"o","line {number} of what was said\\r\\n"]')
        if number % 20 == 0:
            lines.append(f"# chunk {number // 20 - 1}")
    lines.append(f"# chunk {LINES_OF_RECORDING // 20 - 1}")
    return ("\n".join(lines) + "\n").encode()
