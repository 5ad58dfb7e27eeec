"""Drives an MCP server by the official SDK, whichever major version of it is installed, as whom it is told.

Reads a list of connections from standard input, as JSON, and prints for each what came of its steps, as JSON:

    {"transport": "http" | "stdio", "socket": PATH, "telec": PATH, "mode": "auto" | "legacy" | REVISION, "offers": REVISION,
     "asks": null | true | false, "reason": TEXT, "steps": [{"list": true} | {"call": TOOL, "arguments": {…}, "save": NAME}]}

`offers`: the revision that `initialize` offers, where it is not the SDK's newest. `asks`: whether this client asks its user; `reason`: what he says, without one he declines. A text `$NAME` in arguments is the id of the
session that a step has saved. What went over the connection is printed too, raw, as `messages`: ci/mcp/check.py holds it against the
specification.
"""

import asyncio
import contextlib
import io
import json
import logging
import os
import pathlib
import shlex
import sys
import tempfile

import jsonschema.validators  # noqa: F401

try:
    import httpx2 as httpx
    import mcp.client.session as client_session
    import mcp_types as types
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp.client.streamable_http import streamable_http_client

    IS_CURRENT, OPENS_CLIENTS = True, False
except ImportError:
    import httpx
    import mcp.types as types
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    try:
        from mcp.client.streamable_http import streamable_http_client

        OPENS_CLIENTS = False
    except ImportError:
        from mcp.client.streamable_http import streamablehttp_client

        def streamable_http_client(url, http_client):
            """An earlier SDK opens the client itself, with headers of its own."""

            def client(headers=None, **_):
                http_client.headers.update(headers or {})
                return http_client

            return streamablehttp_client(url, httpx_client_factory=client)

        OPENS_CLIENTS = True

    IS_CURRENT = False


class Tape:
    """The raw messages of one connection."""

    def __init__(self):
        self.messages = []

    def add(self, sender, data):
        for line in data.decode().splitlines():
            if line.strip():
                self.messages.append({"from": sender, "text": line})

    def add_body(self, sender, kind, data):
        """A body is a message, or a stream of events with one each."""
        if kind.startswith("text/event-stream"):
            events = data.replace(b"\r\n", b"\n").split(b"\n\n")
            data = b"\n".join(
                b"".join(line[5:].strip() for line in event.split(b"\n") if line.startswith(b"data:")) for event in events)
        self.add(sender, data)


class Copied(httpx.AsyncByteStream):
    """A response's body, of which a copy is kept."""

    def __init__(self, stream, kind, tape):
        self.stream, self.kind, self.tape, self.data = stream, kind, tape, b""

    async def __aiter__(self):
        async for chunk in self.stream:
            self.data += chunk
            yield chunk

    async def aclose(self):
        await self.stream.aclose()
        self.tape.add_body("server", self.kind, self.data)
        self.data = b""


class Taped(httpx.AsyncHTTPTransport):
    def __init__(self, tape, **options):
        super().__init__(**options)
        self.tape = tape

    async def handle_async_request(self, request):
        self.tape.add_body("client", "", await request.aread())
        response = await super().handle_async_request(request)
        if request.method == "POST":
            response.stream = Copied(response.stream, response.headers.get("content-type", ""), self.tape)
        return response


@contextlib.asynccontextmanager
async def pipes(plan, tape, environment):
    """Through two `tee`, so that what is kept is what went through the pipes, byte for byte."""
    with tempfile.TemporaryDirectory() as folder:
        said, heard = pathlib.Path(folder, "said"), pathlib.Path(folder, "heard")
        script = f"tee {shlex.quote(str(said))} | {shlex.quote(plan['telec'])} mcp | tee {shlex.quote(str(heard))}"
        try:
            async with stdio_client(StdioServerParameters(command="sh", args=["-c", script], env=environment)) as pair:
                yield pair
        finally:
            for sender, file in (("client", said), ("server", heard)):
                tape.add(sender, file.read_bytes() if file.exists() else b"")


@contextlib.asynccontextmanager
async def streams(plan, tape):
    if plan["transport"] == "stdio":
        environment = {"TELECLAUDE_SOCKET": plan["socket"], "HOME": os.environ["HOME"]}
        if plan.get("token"):
            environment["TELECLAUDE_SESSION_TOKEN"] = plan["token"]
        async with pipes(plan, tape, environment) as pair:
            yield pair
        return
    headers = {"Authorization": f"Bearer {plan['token']}"} if plan.get("token") else {}
    # There is nothing to verify on a socket, and certificates are files, too.
    transport = Taped(tape, uds=plan["socket"], verify=False)
    client = httpx.AsyncClient(transport=transport, headers=headers, timeout=30)
    async with contextlib.nullcontext() if OPENS_CLIENTS else client:
        async with streamable_http_client("http://teleclaude/mcp", http_client=client) as pair:
            yield pair[:2]


class Connection:
    def __init__(self, plan):
        self.plan = plan
        self.tape = Tape()
        self.asked = []
        self.saved = {}

    async def elicit(self, context, parameters):
        self.asked.append(parameters.message)
        if self.plan.get("reason") is None:
            return types.ElicitResult(action="decline")
        return types.ElicitResult(action="accept", content={"reason": self.plan["reason"]})

    @property
    def callback(self):
        return self.elicit if self.plan.get("asks") else None

    @contextlib.contextmanager
    def offer(self):
        """No SDK lets its user choose what `initialize` offers: what it takes for the newest is another one meanwhile."""
        module, name = (client_session, "LATEST_HANDSHAKE_VERSION") if IS_CURRENT else (types, "LATEST_PROTOCOL_VERSION")
        newest = getattr(module, name)
        setattr(module, name, self.plan.get("offers", newest))
        try:
            yield
        finally:
            setattr(module, name, newest)

    @contextlib.asynccontextmanager
    async def session(self):
        if IS_CURRENT:
            client = Client(streams(self.plan, self.tape), mode=self.plan["mode"], elicitation_callback=self.callback)
            async with client:
                yield client, client.session.protocol_version
        else:
            async with streams(self.plan, self.tape) as (reading, writing):
                async with ClientSession(reading, writing, elicitation_callback=self.callback) as session:
                    hello = await session.initialize()
                    yield session, hello.protocolVersion

    async def run(self):
        results = []
        with self.offer():
            async with self.session() as (session, version):
                for step in self.plan["steps"]:
                    results.append(await self.step(session, step))
        return {"version": version, "results": results, "asked": self.asked, "messages": self.tape.messages}

    async def step(self, session, step):
        if step.get("list"):
            tools = (await session.list_tools()).tools
            return {"tools": [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]}
        arguments = {
            name: self.saved[value[1:]] if isinstance(value, str) and value.startswith("$") else value
            for name, value in step.get("arguments", {}).items()
        }
        progress = []

        async def told(done, total, message):
            progress.append(done)

        try:
            result = await session.call_tool(step["call"], arguments, progress_callback=told)
        except Exception as error:
            return {"error": getattr(error, "code", None) or getattr(error.error, "code", None), "message": str(error)}
        document = result.model_dump(mode="json", by_alias=True, exclude_none=True)
        if step.get("save"):
            self.saved[step["save"]] = document["structuredContent"]["session"]["session_id"]
        return {
            "is_error": document.get("isError", False), "text": document["content"][0]["text"],
            "content": document.get("structuredContent"), "progress": progress,
        }


async def main():
    print(json.dumps([await Connection(plan).run() for plan in json.load(sys.stdin)]))


async def load():
    """Whoever we become may not read the SDK's files, much of which it looks for when it needs them: so it needs them once before."""
    for transport in ("http", "stdio"):
        plan = {"transport": transport, "mode": "auto", "socket": "/nowhere", "telec": "/bin/true", "asks": True}
        with contextlib.suppress(BaseException):
            await asyncio.wait_for(Connection({**plan, "steps": []}).run(), 5)


if len(sys.argv) > 1:
    with contextlib.redirect_stderr(io.StringIO()):
        logging.disable(logging.CRITICAL)
        asyncio.run(load())
    os.setgroups([])
    os.setgid(int(sys.argv[1]))
    os.setuid(int(sys.argv[1]))
asyncio.run(main())
