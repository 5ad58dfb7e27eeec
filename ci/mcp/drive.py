"""Drives an MCP server by the official SDK, whichever major version of it is installed, as whom it is told.

Reads a list of connections from standard input, as JSON, and prints for each what came of its steps, as JSON:

    {"transport": "http" | "stdio", "socket": PATH, "telec": PATH, "mode": "auto" | "legacy" | REVISION,
     "asks": null | true | false, "reason": TEXT, "steps": [{"list": true} | {"call": TOOL, "arguments": {…}, "save": NAME}]}

`asks`: whether this client asks its user; `reason`: what he says, without one he declines. A text `$NAME` in arguments is the id of the
session that a step has saved.
"""

import asyncio
import contextlib
import io
import json
import logging
import os
import sys

import jsonschema.validators  # noqa: F401

try:
    import httpx2 as httpx
    import mcp_types as types
    from mcp.client.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp.client.streamable_http import streamable_http_client

    IS_CURRENT = True
except ImportError:
    import httpx
    import mcp.types as types
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client
    from mcp.client.streamable_http import streamable_http_client

    IS_CURRENT = False


@contextlib.asynccontextmanager
async def streams(plan):
    if plan["transport"] == "stdio":
        environment = {"TELECLAUDE_SOCKET": plan["socket"], "HOME": os.environ["HOME"]}
        if plan.get("token"):
            environment["TELECLAUDE_SESSION_TOKEN"] = plan["token"]
        parameters = StdioServerParameters(command=plan["telec"], args=["mcp"], env=environment)
        async with stdio_client(parameters) as pair:
            yield pair
        return
    headers = {"Authorization": f"Bearer {plan['token']}"} if plan.get("token") else {}
    # There is nothing to verify on a socket, and certificates are files, too.
    transport = httpx.AsyncHTTPTransport(uds=plan["socket"], verify=False)
    async with httpx.AsyncClient(transport=transport, headers=headers, timeout=30) as client:
        async with streamable_http_client("http://teleclaude/mcp", http_client=client) as pair:
            yield pair[:2]


class Connection:
    def __init__(self, plan):
        self.plan = plan
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

    @contextlib.asynccontextmanager
    async def session(self):
        if IS_CURRENT:
            client = Client(streams(self.plan), mode=self.plan["mode"], elicitation_callback=self.callback)
            async with client:
                yield client, client.session.protocol_version
        else:
            async with streams(self.plan) as (reading, writing):
                async with ClientSession(reading, writing, elicitation_callback=self.callback) as session:
                    hello = await session.initialize()
                    yield session, hello.protocolVersion

    async def run(self):
        results = []
        async with self.session() as (session, version):
            for step in self.plan["steps"]:
                results.append(await self.step(session, step))
        return {"version": version, "results": results, "asked": self.asked}

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
