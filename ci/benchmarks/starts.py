"""ci/soak starts: sessions that start at once, many times over, on a tmux server that is not there yet or is just going away."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time


def say(text):
    print(f"ci/soak: {text}", file=sys.stderr, flush=True)


class Place:
    """A home with a daemon of its own."""

    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder
        self.home = folder / "home"
        self.home.mkdir()
        self.variables = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "TMPDIR": str(folder),
            "TELECLAUDE_SOCKET": str(folder / "d.sock"), "TELECLAUDE_DATABASE_URL": f"sqlite:{folder}/a.db",
        }
        self.log = open(folder / "log", "wb")
        self.daemon = subprocess.Popen([programs / "teleclauded"], env=self.variables, stderr=self.log)
        self.until("the daemon serves", lambda: (folder / "d.sock").exists())

    def telec(self, *arguments):
        return subprocess.run(
            [self.programs / "telec", *arguments], env=self.variables, capture_output=True, text=True, cwd=self.folder)

    def until(self, what, is_true, seconds=60):
        end = time.monotonic() + seconds
        while not is_true():
            if time.monotonic() > end:
                raise SystemExit(f"ci/soak: it never came true that {what}; {self.folder}/log says more")
            time.sleep(0.02)

    def start(self, name):
        begin = time.monotonic()
        run = self.telec("sessions", "start", "--title", name, "--", "sh", "-c", f"echo {name} runs; read line")
        if run.returncode != 0:
            raise SystemExit(f"ci/soak: {name} did not start: {run.stderr}")
        return run.stdout.strip(), name, time.monotonic() - begin

    def is_alive(self, session, name):
        """The row says so, the command's process is there, and what it wrote is recorded."""
        row = json.loads(self.telec("sessions", "get", session, "--json").stdout)["session"]
        command = int((self.home / ".teleclaude/hosts" / session / "pid").read_text())
        os.kill(command, 0)
        self.until(f"{name} is recorded", lambda: f"{name} runs" in self.telec("transcript", session).stdout)
        return row["status"] == "active" and row["host"]["state"] == "connected"

    def end(self, sessions):
        for session in sessions:
            run = self.telec("sessions", "end", session)
            if run.returncode != 0:
                raise SystemExit(f"ci/soak: {session} did not end: {run.stderr}")

    def close(self):
        for place in (self.home / ".teleclaude/tmux").iterdir():
            if place.is_socket():
                subprocess.run(["tmux", "-S", str(place), "kill-server"], capture_output=True, check=False)
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait(60)


def main():
    parser = argparse.ArgumentParser(prog="ci/soak starts", description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--at-once", type=int, default=10)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tc-starts-"))
    place = Place(options.programs.resolve(), folder)
    times, alive = [], 0
    try:
        for turn in range(options.rounds):
            with concurrent.futures.ThreadPoolExecutor(options.at_once) as pool:
                started = list(pool.map(place.start, [f"s{turn}x{at}" for at in range(options.at_once)]))
            times += [seconds for _, _, seconds in started]
            living = [session for session, name, _ in started if place.is_alive(session, name)]
            alive += len(living)
            if len(living) != options.at_once:
                raise SystemExit(f"ci/soak: {len(living)} of {options.at_once} are alive in round {turn}")
            place.end(living)
            # Every other round begins while the server goes away with the last one's sessions.
            if turn % 2 == 0:
                hosts = place.home / ".teleclaude/hosts"
                place.until("all hosts have gone", lambda: not any(hosts.iterdir()))
    finally:
        place.close()
    say(f"{options.rounds} rounds of {options.at_once} starts at once: {alive} of {len(times)} alive")
    say(f"a start took {statistics.median(times):.2f} s in the middle and {max(times):.2f} s at most")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
