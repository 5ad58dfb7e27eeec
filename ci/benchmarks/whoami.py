"""`/whoami` of the daemon beside a bare handler of the same HTTP library."""

import os
import shutil
import subprocess
import time

from figures import median

CONNECTIONS, SECONDS = 32, 4


class Whoami:
    """Rates, each of a few seconds, in turn."""

    def __init__(self, programs, folder, person):
        self.person = person
        self.bare, self.load = (os.path.join(programs, name) for name in ("bare-server", "load"))
        # The caller may not be able to reach where it was built.
        self._copy = shutil.copy(self.load, os.path.join(folder, "load"))
        self._socket = os.path.join(folder, "bare.sock")

    def measure(self, figures, socket, rounds):
        server = subprocess.Popen([self.bare, self._socket], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not os.path.exists(self._socket):
                time.sleep(0.05)
            os.chmod(self._socket, 0o666)
            pairs = [(self._rate(self._socket), self._rate(socket)) for _ in range(rounds)]
        finally:
            server.kill()
            server.wait()
        bare, ours = zip(*pairs)
        figures.add(f"bare handler, {CONNECTIONS} connections", median(bare), "/s")
        figures.add(f"/whoami, {CONNECTIONS} connections", median(ours), "/s")
        figures.add("/whoami ÷ bare handler", median([b / a for a, b in pairs]), "", at_least=0.7)

    def _rate(self, socket):
        """Requests a second that the server answers."""
        command = [self._copy, socket, "/whoami", str(CONNECTIONS), str(SECONDS)]
        account = {"user": self.person.uid, "group": self.person.gid, "extra_groups": []} if os.geteuid() == 0 else {}
        return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **account).stdout)
