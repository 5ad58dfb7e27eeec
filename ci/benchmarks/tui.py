"""ci/bench tui: telec tui on a terminal of its own, with a hundred thousand sessions behind a real daemon.

What is wanted of it stands beside each figure. Exit code 1 when one of the wishes is not met."""

import argparse
import datetime
import fcntl
import os
import platform
import pty
import select
import shlex
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import time

import shared_machine
from figures import Figures, median, milliseconds, percentile
from transfer import visible

ROWS, COLUMNS = 24, 80


def say(text):
    print(f"ci/bench: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="ci/bench tui", description=__doc__)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--keys", type=int, default=2_000, help="how many are pressed one after the other")
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    for name in ("--programs", "--cluster"):  # ci/bench says these.
        parser.add_argument(name, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def database(options, work):
    """The sessions: half of them in one project, the rest in four hundred."""
    path = os.path.join(work, "sessions.db")
    subprocess.run([os.path.join(options.programs, "tc-migrate"), "up", "--database", f"sqlite:{path}"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    me = shared_machine.myself("admin")
    with sqlite3.connect(path) as connection:
        marks = ", ".join("?" * 12)
        connection.executemany(f"INSERT INTO sessions ({shared_machine.COLUMNS}) VALUES ({marks})", rows(options.sessions, me))
    return path


def rows(sessions, me):
    for number in range(sessions):
        created = shared_machine.BEGIN + datetime.timedelta(seconds=number * 20)
        project = "/srv/large" if number % 2 == 0 else f"/srv/project{number % 401}"
        yield (
            shared_machine.identifier(number), "computer", f"Session {number} 日本", shared_machine.moment(created),
            shared_machine.moment(created), shared_machine.moment(created), project, "claude", "closed", "private", me.name, me.uid,
        )  # fmt: skip


class Terminal:
    """A pseudo-terminal with the program in it."""

    def __init__(self, command, environment):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.seen = b""

    def read(self, seconds):
        """What is shown within so many seconds; empty for nothing."""
        ready, _, _ = select.select([self.descriptor], [], [], seconds)
        try:
            shown = os.read(self.descriptor, 65_536) if ready else b""
        except OSError:  # The program has ended.
            shown = b""
        self.seen = (self.seen + shown)[-100_000:]
        return shown

    def settle(self, quiet=0.3):
        while self.read(quiet):
            pass

    def wait(self, text, seconds=60):
        begin = time.perf_counter()
        while text not in self.seen:
            if time.perf_counter() - begin > seconds:
                raise SystemExit(f"ci/bench: the screen never showed {text!r}; at the end: {self.seen[-2_000:]!r}")
            self.read(0.1)
        return time.perf_counter() - begin

    def press(self, key):
        self.seen = b""
        os.write(self.descriptor, key)

    def timed(self, key):
        """Seconds from a key to what it changes on the screen."""
        begin = time.perf_counter()
        self.press(key)
        if not self.read(5):
            raise SystemExit(f"ci/bench: {key!r} changed nothing within 5 s")
        return time.perf_counter() - begin

    def processor_time(self):
        """Seconds that the program has worked, in all its threads: what a busy machine does not change."""
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident bytes: now, and the most that it ever was."""
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
            facts = dict(line.split(":", 1) for line in file if line.startswith("Vm"))
        return tuple(int(facts[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))


def measure(figures, terminal, options):
    figures.add("from the start to the first session", milliseconds(terminal.wait(b"Session ")), "ms")
    terminal.settle(1)
    figures.add("resident memory after the start", terminal.memory()[0] / 1e6, "MB", below=40)
    for name, key in ("down by one", b"j"), ("down by a screen", b"\x06"):
        say(name)
        times, worked = [], terminal.processor_time()
        for _ in range(options.keys if key == b"j" else options.keys // 4):
            times.append(terminal.timed(key))
            terminal.settle(0.002)
        worked = (terminal.processor_time() - worked) / len(times)
        figures.add(f"{name}, processor time of a key", milliseconds(worked), "ms", below=16)
        figures.add(f"{name}, from key to screen: p50", milliseconds(median(times)), "ms")
        figures.add(f"{name}: p99", milliseconds(percentile(times, 99)), "ms", below=16)
    say("to the end")
    terminal.settle(1)
    # All of them in one list: the way to its end leads through every page.
    terminal.press(b"oo")
    terminal.settle(2)
    terminal.press(b"G")
    figures.add("to the last of all", milliseconds(terminal.wait(b"Session 0 ")), "ms")
    figures.add("up by a screen there, from key to screen", milliseconds(terminal.timed(b"\x02")), "ms", below=16)
    terminal.press(b"g")
    terminal.settle(1)
    now, most = terminal.memory()
    figures.add("resident memory after all that", now / 1e6, "MB", below=40)
    figures.add("resident memory: the most", most / 1e6, "MB", below=40)


def main():
    options = arguments()
    date = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release()} {platform.machine()}"
    print(f"`{shlex.join(['ci/bench', 'tui', *visible(sys.argv[1:])])}`, {date}, {machine}; load {os.getloadavg()[0]:.1f} before the start.")
    print(f"{options.sessions:,} sessions in SQLite, half of them in one project; {COLUMNS} × {ROWS}.\n")
    figures = Figures()
    with tempfile.TemporaryDirectory() as work:
        environment = {"HOME": work, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        environment |= {"TELECLAUDE_SOCKET": f"{work}/d.sock", "TELECLAUDE_DATABASE_URL": f"sqlite:{database(options, work)}"}
        with open(f"{work}/log", "ab") as log:
            daemon = subprocess.Popen([os.path.join(options.programs, "teleclauded")], env=environment, stdout=log, stderr=log)
        try:
            while not os.path.exists(f"{work}/d.sock"):
                time.sleep(0.05)
            terminal = Terminal([os.path.join(options.programs, "telec"), "tui"], environment)
            measure(figures, terminal, options)
            os.kill(terminal.pid, signal.SIGTERM)
            terminal.settle()
            os.waitpid(terminal.pid, 0)
        finally:
            daemon.terminate()
            daemon.wait()
    print(Figures.markdown({"SQLite": figures}))
    sys.exit(0 if figures.hold else 1)


if __name__ == "__main__":
    main()
