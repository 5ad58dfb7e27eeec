"""ci/soak mcp: fifty agents at once, as three people, by pipes and on the socket, among many sessions, on both databases. Some are
killed in the middle or stopped for a while, they or their bridges. What each is told is held against what SQL says that its user may
see; afterwards nothing of ours runs any more, and the daemon is as large as it was. Exit code 1 when any of that is not so."""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import agent
import shared_machine
from callers import as_person
from daemon import Daemon
from figures import Figures, median, milliseconds, percentile
from server import Server


def say(text):
    print(f"ci/soak: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="ci/soak mcp", description=__doc__)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3, help="of each agent; the first is over before the daemon is measured")
    parser.add_argument("--faults", type=int, default=60, help="how many agents and bridges are killed or stopped")
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=("sqlite", "postgresql"))
    for name in ("--folder", "--programs", "--cluster"):
        parser.add_argument(name, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


# --- what is true -------------------------------------------------------------------------------------------------------


class Base:
    """The database beside the daemon, which knows no policy."""

    def __init__(self, url, server):
        self.url, self.server = url, server

    def rows(self, sql):
        if self.server is None:
            connection = sqlite3.connect(f"file:{self.url.removeprefix('sqlite:')}?mode=ro", uri=True)
            try:
                return [tuple(row) for row in connection.execute(sql)]
            finally:
                connection.close()
        lines = self.server.execute("agents", f"SELECT row_to_json(r) FROM ({sql}) AS r").splitlines()
        return [tuple(json.loads(line).values()) for line in lines]


@dataclass
class Sight:
    """What somebody may see of the sessions that were there before."""

    ids: list  # newest first
    hidden: list
    projects: dict
    by_owner: dict
    everybodys: dict  # whose each is


def sight(base, person):
    """In the words of docs/runtime.md: one's own, what others share, and for an admin all."""
    own = f"owner_person = '{person.name}' AND owner_uid = {person.uid}"
    shared = f"visibility = 'shared' AND owner_person <> '{person.name}' AND owner_uid <> {person.uid}"
    seen = "true" if person.role == "admin" else f"(({own}) OR ({shared}))"
    everybodys = dict(base.rows("SELECT session_id, owner_person FROM sessions"))
    newest = "ORDER BY last_activity DESC, session_id DESC"
    ids = [name for (name,) in base.rows(f"SELECT session_id FROM sessions WHERE {seen} {newest}")]
    counted = f"SELECT project_path, count(*) AS n FROM sessions WHERE {seen} GROUP BY project_path"
    owners = base.rows(f"SELECT owner_person FROM sessions WHERE {seen} GROUP BY owner_person ORDER BY count(*) DESC LIMIT 5")
    by_owner = {
        owner: [name for (name,) in base.rows(f"SELECT session_id FROM sessions WHERE owner_person = '{owner}' {newest}")]
        for (owner,) in (owners if person.role == "admin" else [])
    }
    hidden = [name for (name,) in base.rows(f"SELECT session_id FROM sessions WHERE NOT {seen} LIMIT 1000")]
    return Sight(ids, hidden, dict(base.rows(counted)), by_owner, everybodys)


# --- the agents ---------------------------------------------------------------------------------------------------------


@dataclass
class Plan:
    """What one agent is."""

    name: str
    person: shared_machine.Person
    way: str
    revision: str
    telec: str
    socket: str
    home: str
    environment: dict
    sight: Sight


class Crowd:
    """All agents, each in a process of its own; who is killed is followed by another one that goes on."""

    def __init__(self, plans, folder):
        self.plans, self.folder = plans, folder
        self.processes, self.places = {}, {}

    def diary(self, at):
        return os.path.join(self.folder, f"{at}.jsonl")

    def notes(self):
        for at in range(len(self.plans)):
            if os.path.exists(self.diary(at)):
                with open(self.diary(at), encoding="utf-8") as file:
                    # Who is killed may leave half a line.
                    yield from (json.loads(line) for line in file if line.endswith("}\n"))

    def rounds(self, at):
        """How many it has behind it."""
        with open(self.diary(at), encoding="utf-8") as file:
            return sum(1 for line in file if line.startswith('{"done"'))

    def start(self, at, rounds):
        diary = open(self.diary(at), "ab", buffering=0)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                agent.live(self.plans[at], rounds, diary)
                status = 0
            except BaseException as error:  # The parent tells; this process only ends.
                diary.write(json.dumps({"wrong": f"{self.plans[at].name}: {type(error).__name__}: {error}"}).encode() + b"\n")
            os._exit(status)
        diary.close()
        self.processes[child], self.places[at] = at, child

    def run(self, rounds, faults=()):
        """Until each has gone through its rounds. The faults come one after the other while that lasts."""
        faults, since = list(faults), time.monotonic()
        for at in range(len(self.plans)):
            self.start(at, rounds)
        seen = []
        while self.processes:
            time.sleep(0.05)
            while self.processes and (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
                self.bury(*ended, rounds)
            if faults and self.processes and time.monotonic() - since > 0.25:
                since = time.monotonic()
                seen.append(self.disturb(faults.pop()))
        return [fault for fault in seen if fault]

    def bury(self, child, status, rounds):
        at = self.processes.pop(child, None)
        if at is None:
            return
        del self.places[at]
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and self.rounds(at) < rounds[1]:
            self.start(at, (self.rounds(at), rounds[1]))

    def disturb(self, fault):
        """One that is chosen at random, or the bridge that it uses, is killed, or stopped for a second."""
        whom, what = fault
        child = random.choice(list(self.processes))
        bridges = children(child) if whom == "bridge" else [child]
        if not bridges:
            return None
        try:
            if what == "killed":
                os.kill(bridges[0], signal.SIGKILL)
            else:
                os.kill(bridges[0], signal.SIGSTOP)
                time.sleep(1)
                os.kill(bridges[0], signal.SIGCONT)
        except ProcessLookupError:
            return None
        return fault


def children(process):
    try:
        with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


# --- what is left -------------------------------------------------------------------------------------------------------


def processes_of(home, telec):
    """Our programs and tmux servers below this folder, by their command lines."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                words = pathlib.Path(entry.path, "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if words[0] == telec or any(word.startswith(home) for word in words):
                found.append(f"{entry.name}: {' '.join(words)[:200]}")
    return found


def until(what, find, seconds=90):
    """What is found after all, when it does not become nothing in time."""
    end = time.monotonic() + seconds
    while (found := find()) and time.monotonic() < end:
        time.sleep(0.2)
    if found:
        say(f"{what}: {found[:5] if isinstance(found, list) else found}")
    return found


def descriptors(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))


def clean_up(plans, base, figures):
    """Sessions outlive their agents: what the killed ones have left, or taken back too late, is ended as their owners would."""
    of_agents = "SELECT session_id, owner_person FROM sessions WHERE closed_at IS NULL AND (title LIKE 'agent %' OR title LIKE 'taken back: %')"
    left = base.rows(of_agents)
    for plan in {plan.person.name: plan for plan in plans}.values():
        ours = [name for name, owner in left if owner == plan.person.name]

        def end(plan=plan, ours=ours):
            for name in ours:
                subprocess.run([plan.telec, "sessions", "end", name], env=plan.environment, capture_output=True, cwd="/", check=False)

        as_person(plan.person, end)
    figures.add("sessions that their agents had left, and their owners ended", len(left), "")
    open_ones = until("sessions stay open", lambda: base.rows(of_agents))
    figures.add("sessions that stay open", len(open_ones), "", at_most=0)


# --- one database -------------------------------------------------------------------------------------------------------


def plans_of(options, people, base, daemon, work):
    telec = os.path.join(work, "telec")
    shutil.copy(os.path.join(options.programs, "telec"), telec)
    os.chmod(telec, 0o755)
    homes, sights = {}, {}
    for person in people:
        homes[person.name] = os.path.join(work, person.name)
        os.mkdir(homes[person.name], mode=0o700)
        os.chown(homes[person.name], person.uid, person.gid)
        sights[person.name] = sight(base, person)
    plans = []
    for at in range(options.agents):
        person = people[at % len(people)]
        environment = {
            "PATH": os.environ["PATH"], "HOME": homes[person.name], "LANG": "C.UTF-8", "TELECLAUDE_SOCKET": daemon.socket,
            "SHELL": "/bin/sh",
        }
        plans.append(
            Plan(
                f"agent {at}", person, ("stdio", "socket")[at // len(people) % 2],
                (agent.STATELESS, agent.HANDSHAKE)[at // (2 * len(people)) % 2], telec, daemon.socket, homes[person.name],
                environment, sights[person.name]))
    return plans


def faults(number):
    kinds = [(whom, what) for whom in ("agent", "bridge") for what in ("killed", "stopped")]
    return [kinds[at % len(kinds)] for at in range(number)]


def crashes():
    """How often a tmux server has crashed since the machine was started: one that does takes all sessions of its user along."""
    log = subprocess.run(["dmesg"], capture_output=True, text=True, check=False).stdout
    return sum(1 for line in log.splitlines() if "tmux: server" in line and "segfault" in line)


def heard(figures, crowd, base, crashed):
    """What the agents have written down."""
    wrong, times, reasons, taken_back, answered, lost = [], {}, [], [], 0, 0
    for note in crowd.notes():
        match note:
            case {"tool": tool, "way": way, "seconds": seconds}:
                times.setdefault((tool, way), []).append(seconds)
            case {"wrong": text}:
                wrong.append(text)
            case {"reason": text}:
                reasons.append(text)
            case {"taken_back": title}:
                taken_back.append(title)
            case {"answered": _}:
                answered += 1
            case {"lost": _}:
                lost += 1
    for text in wrong[:20]:
        say(f"WRONG: {text}")
    figures.add("calls", sum(map(len, times.values())), "")
    figures.add("answers that were wrong, or missing", len(wrong), "", at_most=0)
    logged = {text for (text,) in base.rows("SELECT reason FROM audit_log WHERE reason LIKE 'soak %'")}
    figures.add("sessions of others that were read with a reason", len(reasons), "")
    figures.add("of these not in the audit log", len(set(reasons) - logged), "", at_most=0)
    titles = ", ".join(f"'{title}'" for title in taken_back) or "''"
    open_ones = lambda: base.rows(f"SELECT title FROM sessions WHERE closed_at IS NULL AND title IN ({titles})")  # noqa: E731
    figures.add("times that a tmux server crashed", crashed, "")
    figures.add("sessions that ended by themselves", lost, "", at_most=lost if crashed else 0)
    figures.add("starts that were answered before they were taken back", answered, "")
    figures.add("starts that were taken back", len(taken_back), "")
    figures.add("of these that run all the same", len(until("taken back, and runs", open_ones)), "", at_most=0)
    return times


def measure(options, base, daemon, people, work):
    figures = Figures()
    plans = plans_of(options, people, base, daemon, work)
    diaries = os.path.join(work, "diaries")
    os.mkdir(diaries, mode=0o700)
    crowd, crashed = Crowd(plans, diaries), crashes()
    # The first round fills pools and caches: what it leaves the daemon at is where it has to come back to.
    crowd.run((0, 1))
    clean_up(plans, base, Figures())
    time.sleep(5)
    memory, files = daemon.memory()[0], descriptors(daemon)
    say(f"after the first round: {memory >> 20} MB, {files} descriptors")
    seen = crowd.run((1, options.rounds), faults(options.faults))
    for kind in sorted(set(seen)):
        figures.add(f"{kind[0]}s {kind[1]}", seen.count(kind), "")
    done = [crowd.rounds(at) for at in range(len(plans))]
    figures.add("rounds that came to their end", sum(done), "", at_least=options.rounds * len(plans))
    times = heard(figures, crowd, base, crashes() - crashed)
    clean_up(plans, base, figures)
    left = until("processes are left", lambda: processes_of(work, plans[0].telec) and others(work, plans, daemon))
    figures.add("processes that are left", len(left), "", at_most=0)
    time.sleep(5)
    figures.add("descriptors of the daemon before the faults", files, "")
    figures.add("after them", descriptors(daemon), "", at_most=files + 2)
    figures.add("resident memory before the faults", memory / 1e6, "MB")
    figures.add("after them: at most a tenth more", daemon.memory()[0] / 1e6, "MB", at_most=memory / 1e6 * 1.1)
    figures.add("the most", daemon.memory()[1] / 1e6, "MB")
    for (tool, way), seconds in sorted(times.items()):
        figures.add(f"{tool} by {way}: p50", milliseconds(median(seconds)), "ms")
        figures.add(f"{tool} by {way}: p99", milliseconds(percentile(seconds, 99)), "ms")
    return figures


def others(work, plans, daemon):
    own = {str(os.getpid()), str(daemon.process.pid)}
    return [found for found in processes_of(work, plans[0].telec) if found.split(":")[0] not in own]


def on_database(options, database, people, work):
    plan = shared_machine.SharedMachine(options.sessions, 0, people)
    migrate = os.path.join(options.programs, "tc-migrate")
    if database == "sqlite":
        file = os.path.join(work, "agents.db")
        shutil.copy(shared_machine.sqlite_database(plan, migrate, options.folder, say), file)
        base = Base(f"sqlite:{file}", None)
    else:
        server = Server(options.cluster)
        base = Base(shared_machine.postgresql_database(plan, migrate, server, "agents", say), server)
    daemon = Daemon(os.path.join(options.programs, "teleclauded"), work, base.url, os.path.join(work, "state"), people)
    with daemon:
        return measure(options, base, daemon, people, work)


def main():
    options = arguments()
    people = shared_machine.people(members=2)
    if len(people) < 3:
        raise SystemExit("ci/soak mcp: takes root, to call as several people")
    results = {}
    for database in options.databases:
        with tempfile.TemporaryDirectory(prefix="tc-mcp-") as work:
            os.chmod(work, 0o755)
            results[database] = on_database(options, database, people, work)
    print(Figures.markdown(results))
    sys.exit(0 if all(figures.hold for figures in results.values()) else 1)


if __name__ == "__main__":
    main()
