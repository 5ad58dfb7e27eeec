"""ci/bench transfer: every way to move two samples into PostgreSQL, one of thirty tables and one of a single large one, in turn."""

import argparse
import datetime
import json
import os
import platform
import shlex
import sqlite3
import sys
import tempfile
import time
from dataclasses import asdict

import report
import sample
from contestants import Cold, DuckDB, Engine, Floor, Model, PGLoader
from measure import run
from server import Server


def say(text):
    print(f"ci/bench: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="ci/bench transfer", description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="1: about 500 MB and 2 million rows; 0.1 for trying")
    parser.add_argument("--kind", action="append", choices=sample.KINDS, help="only this sample; repeatable")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is measured; pgloader once")
    parser.add_argument("--pgloader-rounds", type=int, default=1, help="it is the slowest by far")
    parser.add_argument("--wal-level", choices=("replica", "minimal"), default="replica")
    parser.add_argument("--skip", action="append", default=[], metavar="WAY", help="duckdb, pgloader, jobs or cold; repeatable")
    parser.add_argument("--folder", help="where databases and DuckDB are kept for the next time")
    parser.add_argument("--out", metavar="FILE", help="where to write the figures of all rounds, as JSON")
    for name in ("--program", "--cluster"):  # ci/bench says these.
        parser.add_argument(name, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def contestants(options, path, model):
    """The ways and how often each is measured."""
    ours = Engine(options.program, path)
    yield ours, options.rounds
    for jobs in () if "jobs" in options.skip else ("1", "4"):
        yield Engine(options.program, path, f"tc-migrate --jobs {jobs}", ["--jobs", jobs]), options.rounds
    if "cold" not in options.skip:
        yield Cold(ours, path), options.rounds
    for streams in (1, 2):
        yield Floor(model, streams, freezes=options.wal_level == "minimal"), options.rounds
    python = None if "duckdb" in options.skip else DuckDB.python(options.folder, say)
    if python:
        duckdb = DuckDB(python, path, list(model.files), model)
        yield duckdb, options.rounds
        if "cold" not in options.skip:
            yield Cold(duckdb, path), options.rounds
    if "pgloader" not in options.skip and PGLoader.is_here(say):
        yield PGLoader(path), options.pgloader_rounds


def contents(options, path, server, database):
    """What `tc-migrate verify` says of a copy: `right`, or the tables that are not, or the columns that can't be compared."""
    _, (ended,) = run([options.program, "verify", path, server.url(database), "--json"], allowed=(0, 1))
    document = json.loads(ended.out)
    wrong = [table["name"] for table in document["tables"] if table["source_digest"] != table["target_digest"]]
    return {"wrong_tables": wrong, "missing": document["missing"], "not_compared": document["not_compared"]}


def measure(options, path, server, ways):
    """All rounds, one way after the other in each; the outcomes and the contents by the ways' names."""
    outcomes, checks = {way.name: [] for way, _ in ways}, {}
    for turn in range(options.rounds):
        for way, rounds in ways:
            if turn >= rounds:
                continue
            server.fresh("contest")
            outcome = way.run(server, "contest")
            outcomes[way.name].append(outcome)
            say(f"round {turn + 1}, {os.path.basename(path)}: {way.name}: {outcome.whole:.2f} s")
            if turn == 0:
                checks[way.name] = contents(options, path, server, "contest")
            server.drop("contest")
    return outcomes, checks


def conditions(options, kind, path, server):
    return {
        "command": shlex.join(["ci/bench", "transfer", *visible(sys.argv[1:])]),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.release()} {platform.machine()}",
        "load_before": os.getloadavg()[0],
        "sample": {
            "kind": kind,
            "bytes": os.path.getsize(path),
            "tables": len(sample.counts(1, kind)),
            "rows": sum(sample.counts(options.scale, kind).values()),
        },
        "server": {"version": server.version(), **server.settings},
        "versions": {
            "tc-migrate": run([options.program, "--version"])[1][0].out.strip(),
            "SQLite": sqlite3.sqlite_version,
            "DuckDB": DuckDB.PACKAGES[0].partition("==")[2],
        },
    }


def visible(words):
    """The command line without what ci/bench has put before it."""
    hidden = {"--program", "--programs", "--bare", "--cluster", "--folder"}
    at = 0
    while at < len(words) and words[at] in hidden:
        at += 2
    return words[at:]


def settle(seconds=180):
    """Waits until the load of what came before, a build, has faded from the machine's average."""
    end = time.monotonic() + seconds
    while os.getloadavg()[0] > 0.5:
        if time.monotonic() > end:
            return say(f"THE MACHINE IS BUSY (load {os.getloadavg()[0]:.1f}): take the figures as a trial")
        time.sleep(5)


def contest(options, kind, server):
    """All that is measured with one sample, as a document."""
    path = sample.database(options.folder, options.scale, say, kind)
    with tempfile.TemporaryDirectory() as folder:
        say("making the floor's files")
        model = Model.make(Engine(options.program, path), server, folder, sample.counts(options.scale, kind))
        document = {"version": 2, **conditions(options, kind, path, server)}
        outcomes, checks = measure(options, path, server, list(contestants(options, path, model)))
    document["ways"] = {
        name: {"contents": checks[name], "rounds": [asdict(outcome) for outcome in rounds]} for name, rounds in outcomes.items()
    }
    return document


def main():
    options = arguments()
    settle()
    server = Server(options.cluster, options.wal_level)
    documents = [contest(options, kind, server) for kind in options.kind or sample.KINDS]
    print("\n\n".join(report.markdown(document) for document in documents))
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(documents, file, indent=2)
    ours = [document["ways"]["tc-migrate"]["contents"] for document in documents]
    sys.exit(1 if any(contents["wrong_tables"] or contents["missing"] for contents in ours) else 0)


if __name__ == "__main__":
    main()
