"""The real daemon, in system mode, with people who have accounts on this machine."""

import contextlib
import os
import signal
import socket
import subprocess
import time


class Daemon:
    """Started on a database, with a socket that everybody reaches."""

    CONNECTIONS_OF_ONE = 512  # A hundred hosts of one user, and room.

    def __init__(self, program, folder, url, state, people, connections=CONNECTIONS_OF_ONE):
        self.program, self.folder = program, folder
        os.makedirs(folder, mode=0o755, exist_ok=True)
        self.socket = os.path.join(folder, "d.sock")
        self.log = os.path.join(folder, "log")
        self._config = os.path.join(folder, "config.yml")
        with open(self._config, "w", encoding="utf-8") as file:
            file.write(f"mode: system\ndatabase: {{url: '{url}'}}\n")
            file.write(f"server: {{connections_per_user: {connections}}}\npeople:\n")
            for person in people:
                file.write(f"  - {{name: {person.name}, os_username: {person.name}, role: {person.role}}}\n")
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith(("TELECLAUDE", "TC_"))}
        self._environment |= {
            "TELECLAUDE_CONFIG_PATH": self._config,
            "TELECLAUDE_SOCKET": self.socket,
            "TELECLAUDE_STATE_PATH": state,
            "NOTIFY_SOCKET": os.path.join(folder, "notify.sock"),
        }
        self.process = None

    def start(self, timeout=60):
        """Seconds from the start of the program until it says READY, as systemd would hear it."""
        path = self._environment["NOTIFY_SOCKET"]
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, open(self.log, "ab") as log:
            manager.bind(path)
            manager.settimeout(timeout)
            begin = time.perf_counter()
            self.process = subprocess.Popen([self.program], env=self._environment, stdout=log, stderr=log, cwd="/")
            try:
                while b"READY=1" not in manager.recv(4096):
                    pass
            except TimeoutError:
                self.stop()
                raise SystemExit(f"ci/bench: the daemon did not become ready; {self.log} says why") from None
            return time.perf_counter() - begin

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def memory(self):
        """Resident bytes: now, and the most that it ever was."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            facts = dict(line.split(":", 1) for line in file if line.startswith("Vm"))
        return tuple(int(facts[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
