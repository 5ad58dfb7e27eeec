"""Hosts without terminals: each streams a recording to the daemon, by the words of docs/runtime.md."""

import asyncio
import json
import time
from dataclasses import dataclass, field

from callers import Connection

INTERVAL = 0.2  # As often as a real host sends what it has recorded.


@dataclass
class Outcome:
    sent: int = 0
    acknowledged: int = 0
    # From the moment at which a chunk was due until it was acknowledged.
    lags: list = field(default_factory=list)
    # How much later than due a chunk left: what the client itself was late.
    delays: list = field(default_factory=list)


def stream(path, count, bytes_a_second, seconds):
    """What `count` hosts at once came to, together. Their sessions are the caller's own."""
    connection = Connection(path)
    body = json.dumps({"title": "streamed", "project_path": "/tmp"}).encode()
    sessions = [json.loads(connection.post("/sessions", body))["session"]["session_id"] for _ in range(count)]
    connection.close()
    return asyncio.run(_all(path, sessions, bytes_a_second, seconds))


async def _all(path, sessions, bytes_a_second, seconds):
    begin = time.perf_counter() + 1
    hosts = [Host(path, session, begin + INTERVAL * at / len(sessions)) for at, session in enumerate(sessions)]
    outcomes = await asyncio.gather(*(host.run(bytes_a_second, seconds) for host in hosts))
    total = Outcome()
    for outcome in outcomes:
        total.sent += outcome.sent
        total.acknowledged += outcome.acknowledged
        total.lags += outcome.lags
        total.delays += outcome.delays
    return total


class Host:
    def __init__(self, path, session, begin):
        self.path, self.session, self.begin = path, session, begin
        self.due, self.outcome = [], Outcome()

    async def run(self, bytes_a_second, seconds):
        reader, writer = await asyncio.open_unix_connection(self.path)
        writer.write(
            f"POST /sessions/{self.session}/host HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        answers = self._answers(reader)
        if await anext(answers) != b"next 0":
            raise RuntimeError("the daemon has chunks of a session that is new")
        count = round(seconds / INTERVAL)
        receiving = asyncio.create_task(self._receive(answers, count))
        await self._send(writer, self._chunk(round(bytes_a_second * INTERVAL)), count)
        async with asyncio.timeout(60):
            await receiving
        writer.close()
        return self.outcome

    async def _send(self, writer, data, count):
        for number in range(count):
            due = self.begin + number * INTERVAL
            await asyncio.sleep(max(0, due - time.perf_counter()))
            self.outcome.delays.append(time.perf_counter() - due)
            self.due.append(due)
            frame = b"chunk %d %d\n" % (number, len(data)) + data
            writer.write(b"%x\r\n" % len(frame) + frame + b"\r\n")
            self.outcome.sent += 1
            await writer.drain()

    async def _receive(self, answers, count):
        while self.outcome.acknowledged < count:
            line = await anext(answers)
            if line.startswith(b"ack "):
                self.outcome.lags.append(time.perf_counter() - self.due[int(line[4:])])
                self.outcome.acknowledged += 1

    @staticmethod
    def _chunk(size):
        event = b'[0.010,"o","' + b"x" * 180 + b'\\r\\n"]\n'
        return event * max(1, size // len(event))

    @staticmethod
    async def _answers(reader):
        """The daemon's lines, out of an answer whose body stays open."""
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"a host was refused: {status.decode()}")
        while (await reader.readline()).strip():
            pass
        pending = b""
        while (size := int(await reader.readline(), 16)) > 0:
            pending += await reader.readexactly(size)
            await reader.readline()
            *lines, pending = pending.split(b"\n")
            for line in lines:
                yield line
