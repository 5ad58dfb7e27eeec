"""Calls the daemon as somebody else: who calls is what the kernel says of the process."""

import os
import pickle
import socket
import time


def as_person(person, work):
    """What `work` returns in a process of that person."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        status = 1
        try:
            become(person)
            result = (work(), None)
            status = 0
        except BaseException as error:  # The parent tells; this process only ends.
            result = (None, f"{type(error).__name__}: {error}")
        with os.fdopen(sending, "wb") as pipe:
            pickle.dump(result, pipe)
        os._exit(status)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        result, failure = pickle.load(pipe)
    os.waitpid(child, 0)
    if failure:
        raise SystemExit(f"ci/bench: as {person.name}: {failure}")
    return result


def become(person):
    if os.geteuid() != person.uid:
        os.setgroups([])
        os.setgid(person.gid)
        os.setuid(person.uid)


class Connection:
    """HTTP/1.1 on the socket, one request after the other."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._file = self._socket.makefile("rb")

    def get(self, path):
        """The body of an answer that says 200."""
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        return self._answer(path)

    def post(self, path, body):
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)
        return self._answer(path)

    def timed(self, path):
        """Seconds until the whole answer was there."""
        begin = time.perf_counter()
        self.get(path)
        return time.perf_counter() - begin

    def _answer(self, path):
        status = self._file.readline().decode().strip()
        length = None
        while (line := self._file.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = self._file.read(length) if length is not None else b"".join(self._pieces())
        if " 20" not in status[8:12]:
            raise RuntimeError(f"{path}: {status}: {body.decode(errors='replace')}")
        return body

    def _pieces(self):
        """A body in the chunks of RFC 9112, section 7.1."""
        while (size := int(self._file.readline(), 16)) > 0:
            yield self._file.read(size)
            self._file.readline()
        self._file.readline()

    def close(self):
        self._file.close()
        self._socket.close()
