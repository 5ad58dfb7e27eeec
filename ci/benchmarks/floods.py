"""ci/soak floods: each thing that one caller can send without end, while another member asks who he is, on a new connection each
time. Holds to: 99 of 100 answers within 50 ms, and the daemon answers when it is over."""

import argparse
import contextlib
import json
import multiprocessing
import os
import pwd
import socket
import sys
import tempfile
import time

import shared_machine
from callers import Connection, as_person, become
from daemon import Daemon
from server import Server

LIMIT = 0.050
FLOODERS = 4
# Of each of them: together they hold all that one user may.
SHARE = 16


def say(text):
    print(f"ci/soak: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="ci/soak floods", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="of each kind")
    parser.add_argument("--sessions", type=int, default=100_000, help="that the lists are long")
    parser.add_argument("--folder", required=True, help="where the filled database is kept for the next time")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=("sqlite", "postgresql"))
    parser.add_argument("--only", nargs="+", choices=sorted(FLOODS), default=sorted(FLOODS))
    parser.add_argument("--programs", required=True)
    parser.add_argument("--cluster", required=True)
    return parser.parse_args()


# --- what is sent -------------------------------------------------------------------------------------------------------


def request(method, path, body=b"", headers=b""):
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n".encode()
    return head + headers + b"\r\n" + body


def start(preferences="{}", **more):
    return json.dumps({"title": "t", "project_path": "/", "preferences": preferences, **more}).encode()


def again(message):
    """Sends a message and reads the answer, over and over, on a share of the connections that one user may have."""

    def flood(connect, is_over):
        held = [connect() for _ in range(SHARE)]
        while not is_over():
            for act in (lambda one: one.sendall(message), read):
                for at, connection in enumerate(held):
                    try:
                        act(connection)
                    except OSError:
                        connection.close()
                        held[at] = connect()

    return flood


def read(connection):
    if not connection.recv(65_536):
        raise ConnectionError


def connections(connect, is_over):
    while not is_over():
        connect().close()


def idle(connect, is_over):
    held = []
    while not is_over():
        held.append(connect())
        if len(held) > 500:
            held.pop(0).close()


def trickle(message):
    """As many connections as there may be, each of which gets a letter now and then."""

    def flood(connect, is_over):
        held = [(connect(), bytearray(message)) for _ in range(100)]
        while not is_over():
            for at, (connection, rest) in enumerate(held):
                try:
                    connection.sendall(rest[:1])
                    del rest[:1]
                except OSError:
                    connection.close()
                    held[at] = (connect(), bytearray(message))
            time.sleep(0.1)

    return flood


def pieces(connect, is_over):
    """Bodies in chunks of one letter."""
    chunks = b"".join(b"1\r\n%c\r\n" % letter for letter in start("x" * 200_000))
    head = b"POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    again(head + chunks + b"0\r\n\r\n")(connect, is_over)


def unread(message, times):
    """Asks and does not read the answers; what is full is let go and made anew."""

    def flood(connect, is_over):
        held = [connect() for _ in range(50)]
        while not is_over():
            for at, connection in enumerate(held):
                try:
                    connection.settimeout(0.05)
                    connection.sendall(message * times)
                except TimeoutError:
                    continue
                except OSError:
                    connection.close()
                    held[at] = connect()

    return flood


WIDE = '{"ui": {' + ",".join(f'"k{number}": 1' for number in range(12_000)) + "}}"
DEEP = '{"ui":' * 20_000 + "1" + "}" * 20_000
FLOODS = {
    "asking who one is": again(request("GET", "/whoami")),
    "audit lists that scan": again(request("GET", "/audit?outcome=failed&person=nobody&limit=500")),
    "bodies of a megabyte": again(request("POST", "/sessions", start(more=["x"] * 150_000))),
    "bodies that are deep": again(request("POST", "/sessions", b'{"a":' * 100_000 + b"1" + b"}" * 100_000)),
    "connections that come and go": connections,
    "connections that idle": idle,
    "events that nobody reads": unread(request("GET", "/events"), 1),
    "heads of 70 kB": again(request("GET", "/whoami", headers=b"X-Long: " + b"x" * 70_000 + b"\r\n")),
    "letters now and then, of a body": trickle(request("POST", "/sessions", start())),
    "letters now and then, of a head": trickle(request("GET", "/whoami", headers=b"X-Slow: " + b"x" * 5_000 + b"\r\n")),
    "lists that scan": again(request("GET", "/sessions?text=%25nobody_says_this%25&limit=500")),
    "pieces of one letter": pieces,
    "preferences of 160 kB": again(request("POST", "/sessions", start(WIDE))),
    "preferences that are deep": again(request("POST", "/sessions", start(DEEP))),
    "queries of 60 kB": again(request("GET", "/sessions?" + "&".join(f"text={'%25' * 20}" for _ in range(900)))),
    "refusals": again(request("GET", "/sessions/none/transcript?reason=x")),
    "requests before the answers": unread(request("GET", "/sessions?limit=500"), 100),
    "sessions that start": again(request("POST", "/sessions", start())),
    "strangers": idle,
    "what the API is": again(request("GET", "/openapi.json")),
}


# --- who sends, and who waits -------------------------------------------------------------------------------------------


def strangers(people):
    """Accounts that are nobody's in the settings."""
    known = {person.uid for person in people}
    found = [shared_machine._person(entry, "member") for entry in pwd.getpwall() if entry.pw_uid not in known and 0 < entry.pw_uid < 65_534]
    return [shared_machine.Person(f"nobody{uid}", uid, uid, "member") for uid in range(61_000, 61_000 + max(0, 20 - len(found)))] + found


def flooder(person, path, flood, until):
    become(person)
    # Who may have how much of the processors is the system's to say, as systemd's slices do; here they are one user's.
    os.nice(19)

    def connect():
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.settimeout(5)
                connection.connect(path)
                return connection
            except OSError:
                connection.close()
                if time.monotonic() > until:
                    return socket.socket(socket.AF_UNIX)

    with contextlib.suppress(OSError):
        flood(connect, lambda: time.monotonic() > until)


def waits(path, until):
    """Seconds until each answer."""
    times = []
    while time.monotonic() < until:
        begin = time.perf_counter()
        connection = Connection(path)
        connection.get("/whoami")
        connection.close()
        times.append(time.perf_counter() - begin)
        time.sleep(0.02)
    return times


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def endure(name, daemon, people, seconds):
    """How long the other waited, and the daemon's memory."""
    callers = strangers(people)[:20] if name == "strangers" else [people[0]] * FLOODERS
    until = time.monotonic() + seconds
    crowd = [multiprocessing.Process(target=flooder, args=(one, daemon.socket, FLOODS[name], until), daemon=True) for one in callers]
    for process in crowd:
        process.start()
    times = as_person(people[1], lambda: waits(daemon.socket, until))
    for process in crowd:
        process.join(20)
        process.kill()
    return times, daemon.memory()[1]


def on_database(options, database, people, work):
    plan = shared_machine.SharedMachine(options.sessions, 0, people)
    migrate = os.path.join(options.programs, "tc-migrate")
    if database == "sqlite":
        url = os.path.join(work, "floods.db")
        with open(shared_machine.sqlite_database(plan, migrate, options.folder, say), "rb") as source, open(url, "wb") as copy:
            copy.write(source.read())
        url = f"sqlite:{url}"
    else:
        url = shared_machine.postgresql_database(plan, migrate, Server(options.cluster), "floods", say)
    daemon = Daemon(os.path.join(options.programs, "teleclauded"), work, url, os.path.join(work, "state"), people, connections=64)
    is_right = True
    with daemon:
        for name in options.only:
            times, memory = endure(name, daemon, people, options.seconds)
            worst = percentile(times, 0.99)
            is_right = is_right and worst < LIMIT
            print(
                f"{database}, {name}: {len(times)} calls, median {percentile(times, 0.5) * 1000:.1f} ms, "
                f"99 % {worst * 1000:.1f} ms, longest {max(times) * 1000:.0f} ms, memory at most {memory >> 20} MB"
                f"{'' if worst < LIMIT else ': TOO SLOW'}",
                flush=True,
            )
    return is_right


def main():
    options = arguments()
    people = shared_machine.people(members=4)
    if len(people) < 2:
        raise SystemExit("ci/soak floods: takes root, to call as several people")
    verdicts = []
    for database in options.databases:
        with tempfile.TemporaryDirectory() as work:
            os.chmod(work, 0o755)
            verdicts.append(on_database(options, database, people, work))
    sys.exit(0 if all(verdicts) else 1)


if __name__ == "__main__":
    main()
