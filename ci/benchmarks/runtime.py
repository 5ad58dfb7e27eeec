"""ci/bench runtime: the daemon under a large installation's load, on both databases, through its real socket.

What is wanted of it stands beside each figure. Exit code 1 when one of the wishes is not met."""

import argparse
import datetime
import json
import os
import platform
import random
import shlex
import shutil
import sys
import tempfile

import commits
import hosts
import shared_machine
from callers import Connection, as_person
from daemon import Daemon
from figures import Figures, median, milliseconds, percentile
from server import Server
from transfer import visible
from whoami import Whoami


def say(text):
    print(f"ci/bench: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="ci/bench runtime", description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=10_000_000, help="of all recordings together")
    parser.add_argument("--rounds", type=int, default=5, help="how often pairs are measured in turn")
    parser.add_argument("--seconds", type=float, default=30, help="how long hosts stream")
    parser.add_argument("--hosts", type=int, default=100)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the databases")
    parser.add_argument("--folder", help="where the SQLite database and the recordings are kept for the next time")
    for name in ("--programs", "--bare", "--cluster"):  # ci/bench says these.
        parser.add_argument(name, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def listing(path, rounds):
    """The first page and the hundredth, in turn, so that both meet the same moments."""
    connection, after = Connection(path), ""
    for _ in range(shared_machine.PAGES - 1):
        after = f"&after={next_page(connection.get(f'/sessions?limit={shared_machine.PAGE}{after}'))}"
    first, hundredth = f"/sessions?limit={shared_machine.PAGE}", f"/sessions?limit={shared_machine.PAGE}{after}"
    return [(connection.timed(first), connection.timed(hundredth)) for _ in range(rounds)]


def next_page(body):
    following = json.loads(body)["next"]
    if following is None:
        raise RuntimeError(f"there are fewer than {shared_machine.PAGES} pages")
    return following


def pages(figures, daemon, people, rounds):
    """Lists of sessions: each member's, his own and what others share; an admin's, everybody's."""
    for role in ("member", "admin"):
        asked = [person for person in people if person.role == role]
        if not asked:
            say(f"LEFT OUT: pages of {role}s (only root can call as others)")
            continue
        say(f"pages of {role}s")
        each = max(50, rounds * 200 // len(asked))
        times = [pair for person in asked for pair in as_person(person, lambda: listing(daemon.socket, each))]
        first, hundredth = zip(*times)
        who = f"of {len(asked)} members" if role == "member" else "of an admin"
        wanted = 5 if role == "member" else None
        figures.add(f"first page {who}: p50", milliseconds(median(first)), "ms")
        figures.add(f"first page {who}: p99", milliseconds(percentile(first, 99)), "ms", below=wanted)
        figures.add(f"100th page {who}: p50", milliseconds(median(hundredth)), "ms")
        figures.add(f"100th page {who}: p99", milliseconds(percentile(hundredth, 99)), "ms")
        # What one machine's moments leave between two equal ways.
        figures.add(f"100th ÷ first page {who}, p50", median(hundredth) / median(first), "", at_most=1.25)


def projects(figures, daemon, people, rounds):
    """How many sessions each project has, and a page of a project in which nothing happens."""

    def ask():
        connection = Connection(daemon.socket)
        return [
            (connection.timed("/projects?limit=2000"), connection.timed(f"/sessions?limit={shared_machine.PAGE}&project=/srv/nowhere"))
            for _ in range(5 * rounds)
        ]

    say("projects")
    for role, who in (("member", "a member's"), ("admin", "an admin's")):
        for person in [person for person in people if person.role == role][:1]:
            counted, page = zip(*as_person(person, ask))
            figures.add(f"{who} projects, counted: p50", milliseconds(median(counted)), "ms")
            figures.add(f"{who} page of an empty project: p50", milliseconds(median(page)), "ms")


def transcripts(figures, daemon, place, people, commit, rounds):
    """An own recording, somebody else's, and the durable commit that lies between the two."""
    admins = [person for person in people if person.role == "admin"]
    if not admins:
        return say("LEFT OUT: reading what is somebody else's (only root can call as others)")
    say("transcripts")
    recorded, chooser = place.recorded(), random.Random(1)
    own = recorded[admins[0].name]
    others = chooser.sample([name for person, ids in recorded.items() if person != admins[0].name for name in ids], len(own))

    def read():
        connection = Connection(daemon.socket)
        pairs = zip(own, others)
        return [(connection.timed(f"/sessions/{a}/transcript"), connection.timed(f"/sessions/{b}/transcript?reason=bench")) for a, b in pairs]

    reads, committing = [], []
    for _ in range(rounds):
        reads += as_person(admins[0], read)
        committing += commit(len(own))
    own_times, audited = zip(*reads)
    wanted = 1.2 * (median(own_times) + median(committing))
    figures.add(f"an own transcript of {shared_machine.LINES_OF_RECORDING:,} lines: p50", milliseconds(median(own_times)), "ms")
    figures.add("a durable commit of one row of the log, by itself: p50", milliseconds(median(committing)), "ms")
    figures.add("somebody else's transcript: p50", milliseconds(median(audited)), "ms", at_most=milliseconds(wanted))


def streaming(figures, daemon, people, options):
    say(f"{options.hosts} hosts, {options.seconds:.0f} s")
    outcome = as_person(people[0], lambda: hosts.stream(daemon.socket, options.hosts, 100_000, options.seconds))
    figures.add(f"{options.hosts} hosts, 100 kB/s each: chunks sent", outcome.sent, "")
    figures.add("of these acknowledged", outcome.acknowledged, "", at_least=outcome.sent)
    figures.add("from due to acknowledged: p50", milliseconds(median(outcome.lags)), "ms")
    figures.add("from due to acknowledged: p99", milliseconds(percentile(outcome.lags, 99)), "ms")
    # Falling behind is what grows: a second is five chunks of a host.
    figures.add("from due to acknowledged: largest", milliseconds(max(outcome.lags)), "ms", below=1_000)
    figures.add("of that the client's own delay: largest", milliseconds(max(outcome.delays)), "ms")


def starts(figures, daemon, rounds):
    say("starts")
    times = []
    for _ in range(3 * rounds):
        times.append(daemon.start())
        daemon.stop()
    figures.add(f"start to READY, nothing to migrate: p50 of {len(times)}", milliseconds(median(times)), "ms", below=100)
    figures.add("start to READY: slowest", milliseconds(max(times)), "ms")


def measure(options, url, place, state, people, commit, folder):
    """All figures of one database."""
    figures = Figures()
    daemon = Daemon(os.path.join(options.programs, "teleclauded"), folder, url, state, people)
    starts(figures, daemon, options.rounds)
    with daemon:
        pages(figures, daemon, people, options.rounds)
        projects(figures, daemon, people, options.rounds)
        whoami = Whoami(options.bare, folder, people[0])
        say("whoami")
        whoami.measure(figures, daemon.socket, options.rounds)
        transcripts(figures, daemon, place, people, commit, options.rounds)
        streaming(figures, daemon, people, options)
        now, most = daemon.memory()
        figures.add("resident memory after all that", now / 1e6, "MB", below=60)
        figures.add("resident memory: the most", most / 1e6, "MB")
    return figures


def on_sqlite(options, place, state, people, work):
    migrate = os.path.join(options.programs, "tc-migrate")
    path = os.path.join(work, "copy.db")
    shutil.copyfile(shared_machine.sqlite_database(place, migrate, options.folder, say), path)
    commit = commits.sqlite(migrate, os.path.join(work, "commit.db"))
    return measure(options, f"sqlite:{path}", place, state, people, commit, os.path.join(work, "sqlite"))


def on_postgresql(options, place, state, people, work):
    migrate = os.path.join(options.programs, "tc-migrate")
    server = Server(options.cluster, is_durable=True)
    url = shared_machine.postgresql_database(place, migrate, server, "shared_machine", say)
    commit = commits.postgresql(migrate, server, "commit")
    return measure(options, url, place, state, people, commit, os.path.join(work, "postgresql"))


def heading(options, people):
    command = shlex.join(["ci/bench", "runtime", *visible(sys.argv[1:])])
    date = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release()} {platform.machine()}"
    print(f"`{command}`, {date}, {machine}; load {os.getloadavg()[0]:.1f} before the start.")
    print(
        f"{options.sessions:,} sessions of {shared_machine.OWNERS:,} owners, {options.lines:,} lines in recordings; "
        f"{len(people)} callers with accounts of their own; commits are durable.\n"
    )


def main():
    options = arguments()
    people = shared_machine.people()
    place = shared_machine.SharedMachine(options.sessions, options.lines, people)
    heading(options, people)
    ways = {"sqlite": on_sqlite, "postgresql": on_postgresql}
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o711)
        state = shared_machine.recordings(place, options.folder, say)
        found = {name: way(options, place, state, people, work) for name, way in ways.items() if options.only in (None, name)}
    print(Figures.markdown(found))
    sys.exit(0 if all(figures.hold for figures in found.values()) else 1)


if __name__ == "__main__":
    main()
