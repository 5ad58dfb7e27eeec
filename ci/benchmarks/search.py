"""ci/bench search: what a search costs as others record more, on both databases, through the daemon's real socket.

One person's sessions stay; those of others grow a hundredfold, a tenth of them shared. His search grows with what is shared, an admin's
with all."""

import argparse
import contextlib
import datetime
import json
import os
import platform
import random
import shlex
import sqlite3
import subprocess
import sys
import tempfile

import shared_machine
from callers import Connection
from daemon import Daemon
from figures import Figures, median, milliseconds
from server import Server
from transfer import visible

PASSAGES_OF_SESSION = 40
WORDS = [f"w{number}" for number in range(20_000)]
# What is in every passage, in some, and in one of 25,000.
SEARCHES = {"a word that is everywhere": "common", "three of them": "common build error", "a word of a hundredth": "w17", "a rare word": "rare17"}


def say(text):
    print(f"ci/bench: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="ci/bench search", description=__doc__)
    parser.add_argument("--sessions", type=int, default=20, help="of the one who searches")
    parser.add_argument("--times", type=int, default=100, help="how many times as many others have")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the databases")
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    for name in ("--programs", "--cluster"):  # ci/bench says these.
        parser.add_argument(name, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def passages(names, uid, chooser):
    """Rows of (session, moment, scope, text); of others a tenth is shared."""
    for number, name in enumerate(names):
        scope = f"=u{uid} =shared" if name.startswith("other") and number % 10 == 0 else f"=u{uid}"
        for _ in range(PASSAGES_OF_SESSION):
            moment = f"2026-11-{chooser.randrange(1, 28):02}T10:{chooser.randrange(60):02}:00.{chooser.randrange(10**6):06}Z"
            words = chooser.choices(WORDS, k=200) + ["common", "build", "error"] * 5 + [f"rare{chooser.randrange(25_000)}"]
            yield name, moment, scope, " ".join(words)


def sessions(names, person, uid):
    """Rows of sessions that are over: nobody looks for their hosts."""
    moment = "2026-11-01T10:00:00.000000Z"
    for number, name in enumerate(names):
        shared = "shared" if name.startswith("other") and number % 10 == 0 else "private"
        yield name, "bench", "Bench", moment, moment, moment, "/p", None, "closed", shared, person, uid


class SQLite:
    def __init__(self, folder):
        self.path = os.path.join(folder, "search.db")
        self.url = f"sqlite:{self.path}"

    def fill(self, session_rows, passage_rows):
        with contextlib.closing(sqlite3.connect(self.path)) as database, database:
            database.executemany(f"INSERT INTO sessions ({shared_machine.COLUMNS}) VALUES ({', '.join('?' * 12)})", session_rows)
            database.executemany("INSERT INTO transcript_passages (session_id, said_at, scope, body) VALUES (?, ?, ?, ?)", passage_rows)


class PostgreSQL:
    def __init__(self, server):
        self.server, self.url = server, server.fresh("search")

    def fill(self, session_rows, passage_rows):
        self._copy(f"sessions ({shared_machine.COLUMNS})", session_rows)
        self._copy("transcript_passages (session_id, said_at, scope, body)", passage_rows)
        self.server.execute("search", "ANALYZE")

    def _copy(self, table, rows):
        command = self.server.psql("search", "-c", f"COPY {table} FROM STDIN")
        lines = "".join("\t".join("\\N" if value is None else str(value) for value in row) + "\n" for row in rows)
        subprocess.run(command, input=lines, check=True, text=True, stdout=subprocess.DEVNULL)


def searches(connection, rounds):
    """Seconds of each search: of one's own and shared sessions, and an admin's of all, both with their rows of the log."""
    ways = {"own and shared": "", "everybody's, an admin's": "&reason=bench"}
    times = {}
    for way, more in ways.items():
        for name, words in SEARCHES.items():
            path = f"/search?words={words.replace(' ', '%20')}{more}"
            json.loads(connection.get(path))
            times[name, way] = median([connection.timed(path) for _ in range(rounds)])
    return times


def measure(options, database, folder, me):
    figures, chooser = Figures(), random.Random(1)
    others = [f"other{number}" for number in range(options.sessions * options.times)]
    first, rest = others[: options.sessions], others[options.sessions :]
    own = [f"own{number}" for number in range(options.sessions)]
    program = os.path.join(options.programs, "teleclauded")
    daemon = Daemon(program, folder, database.url, os.path.join(folder, "state"), [me])
    with daemon:
        say("the schema is there")
    found = []
    for mine, theirs in ((own, first), ([], rest)):
        say(f"{len(mine) + len(theirs):,} sessions")
        database.fill(
            [*sessions(mine, me.name, me.uid), *sessions(theirs, "somebody", 4_000_000)],
            [*passages(mine, me.uid, chooser), *passages(theirs, 4_000_000, chooser)],
        )
        with daemon:
            found.append(searches(Connection(daemon.socket), options.rounds))
    for (name, way), before in found[0].items():
        after = found[1][name, way]
        figures.add(f"{name}, {way}: at first", milliseconds(before), "ms")
        figures.add(f"{name}, {way}: {options.times} times as many others", milliseconds(after), "ms")
    return figures


def main():
    options = arguments()
    me = shared_machine.myself("admin")
    command = shlex.join(["ci/bench", "search", *visible(sys.argv[1:])])
    date = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release()} {platform.machine()}"
    print(f"`{command}`, {date}, {machine}; load {os.getloadavg()[0]:.1f} before the start.")
    own = options.sessions * PASSAGES_OF_SESSION
    print(f"{own:,} passages of one's own; of others as many, then {own * options.times:,}, a tenth of them shared.\n")
    found = {}
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o711)
        if options.only in (None, "sqlite"):
            found["SQLite"] = measure(options, SQLite(work), os.path.join(work, "sqlite"), me)
        if options.only in (None, "postgresql"):
            database = PostgreSQL(Server(options.cluster, is_durable=True))
            found["PostgreSQL"] = measure(options, database, os.path.join(work, "postgresql"), me)
    print(Figures.markdown(found))


if __name__ == "__main__":
    main()
