"""ci/bench migrate: histories of 100 to 10,000 migrations beside dbmate and Alembic, and one schema of ever more tables.

Each migration makes one table with one index. Every way migrates the same tables on the same server or into a SQLite file, in
turn; times are of the whole process, from its start to its end. psql and sqlite3 execute one script of the same
statements."""

import argparse
import pathlib
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from statistics import median

from measure import ProgramFailed, run
from migrators import Alembic, DBMate, Engine, Script
from server import Server

ACTIONS = {"up": "up from nothing", "again": "up, nothing to do", "status": "status", "down": "down to nothing"}
# At most so many times the fellow's seconds.
PROMISES = {
    ("up", "dbmate"): 0.5,
    ("again", "dbmate"): 1.0,
    ("status", "dbmate"): 1.0,
    ("down", "dbmate"): 1.0,
    ("again", "Alembic"): 0.05,
    ("status", "Alembic"): 0.05,
}
MEMORY = 40_000_000
GROWTH = 11


def say(text):
    print(f"ci/bench: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="ci/bench migrate", description=__doc__)
    parser.add_argument("--count", action="append", type=int, help="so many migrations; repeatable (100, 1000 and 10000)")
    parser.add_argument("--tables", action="append", type=int, help="one schema of so many tables; repeatable (100 and 1000)")
    parser.add_argument("--rounds", type=int, default=3, help="of these the median counts; histories of over 1,000 run once")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--folder", help="where Alembic and dbmate are kept for the next time")
    for name in ("--program", "--cluster"):  # ci/bench says these.
        parser.add_argument(name, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.count = options.count or [100, 1_000, 10_000]
    options.tables = options.tables or [100, 1_000]
    return options


class Place:
    """Where databases of one kind are made: a file, or a database of the server's."""

    def __init__(self, kind, work, server):
        self.kind, self._work, self._server = kind, pathlib.Path(work), server

    def fresh(self):
        if self.kind == "postgresql":
            return self._server.fresh("contest")
        for path in self._work.glob("contest.db*"):
            path.unlink()
        return str(self._work / "contest.db")


def measure(way, place, count, rounds):
    """Seconds and peak memory of each action, every one in a process of its own; medians of the rounds."""
    costs = {action: [] for action in ACTIONS}
    for _ in range(rounds):
        url = place.fresh()
        for action in ACTIONS:
            commands = way.commands(action, place.kind, url, count)
            if commands is None:
                continue
            # Who reads a SQLite file waits where it was written a moment ago: file systems' clocks are too coarse to tell a next change.
            time.sleep(0.1)
            spent = [run(command, environment=way.environment(count))[0] for command in commands]
            costs[action].append((sum(cost.seconds for cost in spent), max(cost.peak_bytes for cost in spent)))
    return {
        action: (median(seconds for seconds, _ in found), max(peak for _, peak in found))
        for action, found in costs.items()
        if found
    }


def histories(options, places, ways):
    """For each kind of database and length: what each way took."""
    results = {}
    for place in places:
        for count in options.count:
            for way in ways:
                if count > way.longest:
                    continue
                rounds = options.rounds if count <= 1_000 else 1
                results[place.kind, count, way.name] = measure(way, place, count, rounds)
                figures = ", ".join(f"{ACTIONS[a]} {s:.3f} s" for a, (s, _) in results[place.kind, count, way.name].items())
                say(f"{place.kind}, {count:,} migrations, {way.name}: {figures}")
    return results


def table_of_histories(results):
    yield "| database | migrations | way | " + " | ".join(ACTIONS.values()) + " | most memory |"
    yield "| --- | ---: | --- |" + " ---: |" * (len(ACTIONS) + 1)
    for (kind, count, name), found in results.items():
        seconds = " | ".join(f"{found[action][0]:.3f}" if action in found else "" for action in ACTIONS)
        yield f"| {kind} | {count:,} | {name} | {seconds} | {max(peak for _, peak in found.values()) / 1e6:.0f} MB |"


def ratios(results):
    """What is promised of one length at a time, and of ten times the length."""
    yield "| ratio | database | migrations | measured | promised |"
    yield "| --- | --- | ---: | ---: | --- |"
    for (kind, count, name), found in results.items():
        ours = results[kind, count, Engine.name]
        for action, (seconds, _) in found.items():
            limit = PROMISES.get((action, name))
            if limit is not None and action in ours:
                yield verdict(f"{Engine.name} ÷ {name}: {ACTIONS[action]}", kind, count, ours[action][0] / seconds, limit)
        if name == Engine.name and count == 1_000:
            yield verdict("most memory, in 40 MB", kind, count, max(peak for _, peak in found.values()) / MEMORY, 1)
        tenth = results.get((kind, count // 10, name))
        if name == Engine.name and tenth:
            yield verdict("up from nothing ÷ that of a tenth", kind, count, ours["up"][0] / tenth["up"][0], GROWTH)


def verdict(what, kind, count, measured, limit):
    failed = "" if measured <= limit else ": NOT REACHED"
    return f"| {what} | {kind} | {count:,} | {measured:.2f} | at most {limit:g}{failed} |"


def wide(options, places, engine, server, work):
    """One migration that makes all tables, each with a reference to the one before it: seconds of each command. A transfer goes to
    the server, whichever database the rest is measured on."""
    yield "| database | tables | up | drift | inspect | plan | transfer --dry-run |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for place in places:
        for count in options.tables:
            url = place.fresh()
            source = url if place.kind == "sqlite" else str(pathlib.Path(work, "source.db"))
            environment = engine.environment(count, "wide")
            seconds = []
            for command in (
                ["up", "--database", url], ["drift", "--database", url], ["inspect", url],
                ["plan", "--dialect", place.kind],
            ):  # fmt: skip
                seconds.append(run([engine.program, *command], environment=environment)[0].seconds)
            if place.kind == "postgresql":
                pathlib.Path(source).unlink(missing_ok=True)
                run([engine.program, "up", "--database", source], environment=environment)
            transfer = [engine.program, "transfer", source, server.fresh("target"), "--dry-run"]
            seconds.append(run(transfer, environment=environment)[0].seconds)
            say(f"{place.kind}, {count:,} tables: {', '.join(f'{each:.2f}' for each in seconds)} s")
            yield f"| {place.kind} | {count:,} | " + " | ".join(f"{each:.2f}" for each in seconds) + " |"


def main():
    options = arguments()
    server = Server(options.cluster)
    with tempfile.TemporaryDirectory() as work:
        kinds = [options.database] if options.database else ["sqlite", "postgresql"]
        places = [Place(kind, work, server) for kind in kinds]
        engine = Engine(options.program)
        peers = [way for way in (DBMate.here(options.folder, work, say), Alembic.here(options.folder, work, say)) if way]
        results = histories(options, places, [engine, Script(work), *peers])
        versions = ", ".join([f"SQLite {sqlite3.sqlite_version}", f"PostgreSQL {server.version()}", *(p.version for p in peers)])
        print(f"2 cores or more: {platform.machine()}; {versions}; seconds, medians; PostgreSQL without fsync.\n")
        print("\n".join(table_of_histories(results)), end="\n\n")
        print("\n".join(ratios(results)), end="\n\n")
        print("\n".join(wide(options, places, engine, server, work)))
        shutil.rmtree(pathlib.Path(work, "alembic"), ignore_errors=True)


if __name__ == "__main__":
    try:
        main()
    except ProgramFailed as failure:
        sys.exit(f"ci/bench: {failure}")
