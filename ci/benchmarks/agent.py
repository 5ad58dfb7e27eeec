"""One agent for `ci/soak mcp`: a client of the Model Context Protocol in plain JSON, by pipes or on the socket, in either kind of
revision. What it hears is held against what its user may see."""

import contextlib
import json
import os
import random
import select
import signal
import socket
import subprocess
import time

from callers import become

STATELESS, HANDSHAKE = "2026-07-28", "2025-11-25"
# For one answer, and for all rounds.
PATIENCE, LONGEST = 120, 1_800


class Wrong(Exception):
    """The daemon or the bridge has said what is not so, or nothing."""


class Gone(Exception):
    """The bridge has been killed."""


class Refused(Exception):
    """A tool could not do it, and says why."""


class Lost(Exception):
    """A session that ended by itself: its terminal has gone away."""


class Dialogue:
    """Messages of a client; how they travel is said below it."""

    def __init__(self, revision):
        self.revision, self.last = revision, 0

    def hello(self):
        if self.revision == HANDSHAKE:
            answer = self.request(
                "initialize",
                {"protocolVersion": HANDSHAKE, "capabilities": {}, "clientInfo": {"name": "soak", "version": "1"}})
            if answer["protocolVersion"] != HANDSHAKE:
                raise Wrong(f"initialize: {answer}")
            self.notify("notifications/initialized", {})

    def request(self, method, params):
        message = self.message(method, params)
        return self.result(message, self.exchange(message))

    def message(self, method, params):
        self.last += 1
        if self.revision == STATELESS:
            meta = {"protocolVersion": STATELESS, "clientInfo": {"name": "soak", "version": "1"}, "clientCapabilities": {}}
            params = {**params, "_meta": {f"io.modelcontextprotocol/{name}": value for name, value in meta.items()}}
        return {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}

    def result(self, message, answer):
        if answer.get("id") != message["id"] or ("result" in answer) == ("error" in answer):
            raise Wrong(f"{message['method']}: {str(answer)[:300]}")
        if "error" in answer:
            raise Refused(f"{answer['error']['code']}: {answer['error']['message']}")
        return answer["result"]

    def call(self, tool, arguments):
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        text = result["content"][0]["text"]
        if result.get("isError"):
            raise Refused(text)
        content = result["structuredContent"]
        # What was said in a session is shown as it is.
        if content != json.loads(text) if tool != "get_session_data" else text != content["text"]:
            raise Wrong(f"{tool}: its text is not its content")
        return content


class Bridge(Dialogue):
    """`telec mcp`, a line a message."""

    def __init__(self, plan, revision):
        super().__init__(revision)
        self.process = subprocess.Popen(
            [plan.telec, "mcp"], env=plan.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd="/")
        self.heard, self.strays = b"", {}
        self.hello()

    def send(self, message):
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise Gone from None

    def notify(self, method, params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def exchange(self, message):
        self.send(message)
        while True:
            answer = self.next()
            if answer.get("id", 0) == message["id"] or "id" not in answer and "error" in answer:
                return answer
            # What was taken back too late has been answered before.
            self.strays[answer.get("id")] = answer

    def next(self):
        deadline = time.monotonic() + PATIENCE
        while b"\n" not in self.heard:
            if not select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                raise Wrong(f"telec mcp has said nothing for {PATIENCE} s")
            piece = os.read(self.process.stdout.fileno(), 1 << 20)
            if not piece:
                raise Gone
            self.heard += piece
        line, self.heard = self.heard.split(b"\n", 1)
        return json.loads(line)

    def take_back(self, tool, arguments, after):
        message = self.message("tools/call", {"name": tool, "arguments": arguments})
        self.send(message)
        time.sleep(after)
        self.notify("notifications/cancelled", {"requestId": message["id"]})
        return message["id"]

    def close(self):
        """As an agent that ends: it closes its end, and the bridge follows. False when that was killed."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            with contextlib.suppress(Gone, ValueError):
                while True:
                    answer = self.next()
                    self.strays[answer.get("id")] = answer
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Wrong("telec mcp goes on though its agent has closed its end") from None
        finally:
            self.process.stdout.close()
        if self.process.returncode not in (0, -signal.SIGKILL):
            raise Wrong(f"telec mcp has ended with {self.process.returncode}")
        return self.process.returncode == 0


class Socket(Dialogue):
    """`POST /mcp`, all on one connection."""

    def __init__(self, plan, revision):
        super().__init__(revision)
        self.path, self.session = plan.socket, None
        self.connect()
        self.hello()

    def connect(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(self.path)
        self.file = self.socket.makefile("rb")

    def notify(self, method, params):
        self.post({"jsonrpc": "2.0", "method": method, "params": params})
        status, body = self.read()
        if status != 202:
            raise Wrong(f"{method}: {status} {body[:300]}")

    def post(self, message):
        lines = ["POST /mcp HTTP/1.1", "Host: soak", "Content-Type: application/json", "Accept: application/json, text/event-stream"]
        if self.revision == STATELESS:
            lines += [f"MCP-Protocol-Version: {STATELESS}", f"Mcp-Method: {message['method']}"]
            lines += [f"Mcp-Name: {message['params']['name']}"] if message["method"] == "tools/call" else []
        elif self.session:
            lines += [f"MCP-Protocol-Version: {HANDSHAKE}", f"Mcp-Session-Id: {self.session}"]
        body = json.dumps(message).encode()
        self.socket.sendall("\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body)

    def exchange(self, message):
        self.post(message)
        _, body = self.read()
        return json.loads(body)

    def read(self):
        try:
            status = int(self.file.readline().split()[1])
            fields = {}
            while (line := self.file.readline().strip()) != b"":
                name, _, value = line.decode().partition(":")
                fields[name.lower()] = value.strip()
            if fields.get("transfer-encoding") == "chunked":
                body = b"".join(self.pieces())
            else:
                body = self.file.read(int(fields["content-length"]))
        except (OSError, IndexError) as error:
            raise Wrong(f"the daemon has broken off: {error!r}") from None
        self.session = fields.get("mcp-session-id", self.session)
        if fields.get("connection", "").lower() == "close":
            self.close()
            self.connect()
        if fields.get("content-type", "").startswith("text/event-stream"):
            body = [line[6:] for line in body.split(b"\n") if line.startswith(b"data: ")][-1]
        return status, body

    def pieces(self):
        while (size := int(self.file.readline(), 16)) > 0:
            yield self.file.read(size)
            self.file.readline()
        self.file.readline()

    def take_back(self, tool, arguments, after):
        """By closing the connection, wherever the daemon is with it."""
        self.post(self.message("tools/call", {"name": tool, "arguments": arguments}))
        time.sleep(after)
        self.close()
        self.connect()

    def close(self):
        self.file.close()
        self.socket.close()


class Agent:
    """What an agent does in a round: it looks around, reads, starts a session, types into it and ends it, and takes back calls."""

    def __init__(self, plan, diary):
        self.plan, self.diary, self.chance = plan, diary, random.Random(os.urandom(8))
        self.dialogue = None

    def note(self, **what):
        self.diary.write(json.dumps(what).encode() + b"\n")

    def call(self, tool, **arguments):
        begin = time.perf_counter()
        document = self.dialogue.call(tool, arguments)
        self.note(tool=tool, way=self.plan.way, seconds=time.perf_counter() - begin)
        return document

    def refusal(self, tool, **arguments):
        with contextlib.suppress(Refused):
            raise Wrong(f"{tool} {arguments}: was not refused, but {str(self.dialogue.call(tool, arguments))[:300]}")
        return True

    def expect(self, what, is_so, found=""):
        if not is_so:
            raise Wrong(f"{self.plan.person.name}: {what}: {str(found)[:600]}")

    def round(self, number):
        self.dialogue = (Bridge if self.plan.way == "stdio" else Socket)(self.plan, self.plan.revision)
        try:
            self.look_around()
            self.list(number)
            self.read()
            self.work(f"{self.plan.name}, round {number}")
            self.take_back(f"taken back: {self.plan.name}, round {number}")
        finally:
            self.dialogue.close()

    def look_around(self):
        person, sight = self.plan.person, self.plan.sight
        me = self.call("whoami")
        self.expect("whoami", me["person"] == person.name and me["role"] == person.role, me)
        projects = {one["project_path"]: one["sessions"] for one in self.call("list_projects", limit=500)["projects"]}
        projects.pop(self.plan.home, None)
        self.expect("list_projects", {k: v for k, v in projects.items() if k in sight.projects} == sight.projects, projects)
        if person.role == "admin":
            self.call("list_audit", limit=50)
        else:
            self.refusal("list_audit")

    def list(self, number):
        """To the end. An admin's first list is of all there are, his next ones are of one owner."""
        sight = self.plan.sight
        owner = self.chance.choice(sorted(sight.by_owner)) if self.plan.person.role == "admin" and number > 0 else None
        wanted, after, found = sight.by_owner[owner] if owner else sight.ids, {}, []
        while after is not None:
            page = self.call("list_sessions", limit=500, **({"owner": owner} if owner else {}), **after)
            found += [one["session_id"] for one in page["sessions"]]
            after = {"after": page["next"]} if page["next"] else None
        self.expect("a session is listed twice", len(set(found)) == len(found))
        # Those that come and go meanwhile are the other agents'.
        there = [name for name in found if name in sight.everybodys]
        self.expect("the list is another one", there == wanted, f"{len(there)} of {len(wanted)}")

    def read(self):
        sight, member = self.plan.sight, self.plan.person.role != "admin"
        for _ in range(5):
            name = self.chance.choice(sight.ids)
            row = self.call("get_session", session_id=name)["session"]
            self.expect("get_session", (row["session_id"], row["owner_person"]) == (name, sight.everybodys[name]), row)
            if member:
                self.refusal("get_session", session_id=self.chance.choice(sight.hidden))
        if not member:
            other = self.chance.choice([name for name in sight.ids if sight.everybodys[name] != self.plan.person.name])
            self.refusal("get_session_data", session_id=other)
            reason = f"soak {os.urandom(6).hex()}"
            self.call("get_session_data", session_id=other, reason=reason)
            self.note(reason=reason)

    def work(self, title):
        """A session of its own, which answers what is typed."""
        name = self.start(title)
        self.until(name, "ready")
        try:
            self.call("send_message", session_id=name, message="hello")
        except Refused as refusal:
            if str(refusal).startswith(("not_running", "session_ended")):
                raise Lost(name) from None
            raise
        self.until(name, "you said hello")
        self.call("end_session", session_id=name)
        deadline = time.monotonic() + PATIENCE
        while (row := self.call("get_session", session_id=name)["session"])["status"] != "closed":
            self.expect("an ended session goes on", time.monotonic() < deadline, row)
            time.sleep(0.1)

    @property
    def command(self):
        return ["sh", "-c", "echo ready; while read line; do echo you said $line; done"]

    def start(self, title):
        wanted = {"title": title, "project_path": self.plan.home, "command": self.command}
        if self.plan.way == "stdio":
            return self.call("start_session", **wanted)["session"]["session_id"]
        self.refusal("start_session", **wanted)
        bridge = Bridge(self.plan, self.plan.revision)
        try:
            return bridge.call("start_session", wanted)["session"]["session_id"]
        finally:
            bridge.close()

    def until(self, name, words):
        deadline = time.monotonic() + PATIENCE
        while words not in (said := self.call("get_session_data", session_id=name, view="terminal")["text"]):
            if self.call("get_session", session_id=name)["session"]["status"] in ("closed", "lost"):
                raise Lost(name)
            self.expect(f"{name} never shows {words}", time.monotonic() < deadline, said)
            time.sleep(0.1)

    def take_back(self, title):
        """What was taken back is no trouble for what comes after it."""
        title, start = f"{title}, {os.urandom(4).hex()}", None
        for _ in range(3):
            self.dialogue.take_back("list_sessions", {"limit": 500}, self.chance.random() * 0.03)
        if self.plan.way == "stdio":
            wanted = {"title": title, "project_path": self.plan.home, "command": self.command}
            start = self.dialogue.take_back("start_session", wanted, self.chance.random() * 0.3)
        self.expect("whoami", self.call("whoami")["person"] == self.plan.person.name)
        if start and self.dialogue.close():
            self.note(**{"answered" if start in self.dialogue.strays else "taken_back": title})


def live(plan, rounds, diary):
    """A process of its own: all rounds that are left, each written down when it is done. One whose bridge is killed is gone through
    anew."""
    become(plan.person)
    agent = Agent(plan, diary)
    number, began = rounds[0], time.monotonic()
    while number < rounds[1]:
        if time.monotonic() - began > LONGEST:
            agent.note(wrong=f"{plan.name}: has not come through its rounds in {LONGEST} s")
            return
        try:
            agent.round(number)
            agent.note(done=number)
            number += 1
        except Gone:
            agent.note(gone=number)
        except Lost as lost:
            agent.note(lost=str(lost))
        except Refused as refusal:
            agent.note(wrong=f"{plan.name}, {plan.person.name}: refused: {refusal}")
            return
        except Wrong as wrong:
            agent.note(wrong=f"{plan.name}: {wrong}")
            return
