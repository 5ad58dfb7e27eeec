"""Holds every message of MCP conversations against the specification, and prints what is wrong with which, as JSON: [[TEXT, …], …].

Reads them from standard input, as JSON: [{"version": REVISION, "messages": [{"from": "client" | "server", "text": RAW,
"meant": "wrong"}]}]. A message of a client that is meant to be wrong is not held against anything; what answers it is.

The current SDK has models that are generated from the specification's own schema, one set for 2026-07-28 and one for 2025-11-25 and all
before. They overlook what they don't know. We load them as ones that forbid it: a misspelt member would else be a member that is missing.
What the server says in 2025-06-18 is held against the models of the last SDK that knows nothing later, too (`june`, an environment beside
this one): a member of a later revision is no member there.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import pathlib
import re
import sys
import typing


class StrictLoader(importlib.machinery.SourceFileLoader):
    """Loads generated models, changed in how they treat what they don't know, and null."""

    LENIENT = '(extra=)"ignore"'

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        text = self.get_data(path).decode()
        strict, changes = re.subn(self.LENIENT, r'\1"forbid"', text)
        strict, nulls = re.subn(r" \| None(?=\s*(= None|,\s*Field))", "", strict)
        if not changes or not nulls:
            raise ImportError(f"{fullname} overlooks nothing any more: is it still what ci/mcp/check.py takes it for?")
        return compile(strict, path, "exec", dont_inherit=True)


class JuneLoader(StrictLoader):
    """Models that were written by hand, and take whatever comes beside what they know. In `_meta`, a class within a class, it stays so."""

    LENIENT = r'(?m)^(    model_config = ConfigDict\(extra=)"allow"'


class StrictFinder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path, target=None):
        if not fullname.startswith("mcp_types._v"):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None:
            spec.loader = StrictLoader(fullname, spec.origin)
        return spec


sys.meta_path.insert(0, StrictFinder())

from mcp_types import methods  # noqa: E402
from pydantic import TypeAdapter, ValidationError  # noqa: E402

REQUESTS = {"client": methods.CLIENT_REQUESTS, "server": methods.SERVER_REQUESTS}
NOTIFICATIONS = {"client": methods.CLIENT_NOTIFICATIONS, "server": methods.SERVER_NOTIFICATIONS}
RESULTS = {"client": methods.CLIENT_RESULTS, "server": methods.SERVER_RESULTS}
OTHER = {"client": "server", "server": "client"}
JUNE = "2025-06-18"
# The errors of 2026-07-28 whose data has a shape of its own.
ERRORS = {
    -32020: methods.v2026.HeaderMismatchError, -32021: methods.v2026.MissingRequiredClientCapabilityError,
    -32022: methods.v2026.UnsupportedProtocolVersionError,
}


def june_models():
    [path] = (pathlib.Path(sys.prefix).parent / "june").glob("lib/python*/site-packages/mcp/types.py")
    spec = importlib.util.spec_from_loader("june", JuneLoader("june", str(path)))
    module = importlib.util.module_from_spec(spec)
    sys.modules["june"] = module
    spec.loader.exec_module(module)
    return module


def by_method(union):
    """The models of a union of requests or notifications, by their methods."""
    models = typing.get_args(union.model_fields["root"].annotation)
    return {typing.get_args(model.model_fields["method"].annotation)[0]: model for model in models}


june = june_models()
JUNE_ASKS = by_method(june.ServerRequest) | by_method(june.ServerNotification)
JUNE_RESULTS = {
    ("initialize", JUNE): june.InitializeResult, ("ping", JUNE): june.EmptyResult, ("tools/list", JUNE): june.ListToolsResult,
    ("tools/call", JUNE): june.CallToolResult,
}


class Wrong(Exception):
    pass


def once(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise Wrong(f"a member is there twice: {sorted(names)}")
    return dict(pairs)


def read(text):
    def no(word):
        raise Wrong(f"{word} is no JSON")

    try:
        document = json.loads(text, object_pairs_hook=once, parse_constant=no)
    except ValueError as error:
        raise Wrong(str(error)) from None
    if not isinstance(document, dict):
        raise Wrong("not an object")
    return document


def hold(shape, document):
    try:
        TypeAdapter(shape).validate_json(json.dumps(document), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        raise Wrong("; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())) from None


def shape(table, method, version):
    if (method, version) not in table:
        raise Wrong(f"{version} has no {method} here")
    return table[(method, version)]


def schema(version):
    return methods.v2026 if version == "2026-07-28" else methods.v2025


class Conversation:
    def __init__(self, version):
        self.version = version
        # Who has asked what, and in which revision: an answer's shape is its question's.
        self.asked = {}

    def revision(self, document):
        params = document.get("params")
        meta = params.get("_meta") if isinstance(params, dict) else None
        said = meta.get("io.modelcontextprotocol/protocolVersion") if isinstance(meta, dict) else None
        return said if said in methods.KNOWN_PROTOCOL_VERSIONS else self.version

    def check(self, sender, text, meant):
        if meant == "wrong":
            return
        document = read(text)
        self.check_shape(sender, document)
        if sender == "server" and self.version == JUNE:
            self.check_june(document)

    def check_shape(self, sender, document):
        if "method" in document:
            version = self.revision(document)
            table = REQUESTS if "id" in document else NOTIFICATIONS
            hold(shape(table[sender], document["method"], version), document)
            return
        method, version = self.asked.get((OTHER[sender], json.dumps(document.get("id"))), (None, self.version))
        if "error" in document:
            hold(schema(version).JSONRPCErrorResponse, document)
            code = document["error"]["code"]
            if version == "2026-07-28" and code in ERRORS:
                hold(ERRORS[code], document)
            return
        hold(schema(version).JSONRPCResultResponse, document)
        if method is None:
            raise Wrong("answers what nobody has asked")
        hold(shape(RESULTS[sender], method, version), document["result"])

    def check_june(self, document):
        """Of what we say, whether that revision has it already."""
        if "method" in document:
            hold(june.JSONRPCRequest if "id" in document else june.JSONRPCNotification, document)
            hold(JUNE_ASKS[document["method"]], {name: document[name] for name in ("method", "params") if name in document})
        elif "error" in document:
            hold(june.JSONRPCError, document)
        else:
            method, _ = self.asked[("client", json.dumps(document["id"]))]
            hold(june.JSONRPCResponse, document)
            hold(shape(JUNE_RESULTS, method, JUNE), document["result"])

    def remember(self, sender, text):
        """A wrong message may be no JSON at all, or ask for something that there is not: then nothing but an error answers it."""
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return
        if isinstance(document, dict) and "id" in document and "method" in document:
            self.asked[(sender, json.dumps(document["id"]))] = (document["method"], self.revision(document))


def complaints(plan):
    conversation, found = Conversation(plan["version"]), []
    # Two pipes don't say who was first: who has asked what is known before any answer is looked at.
    for message in plan["messages"]:
        conversation.remember(message["from"], message["text"])
    for message in plan["messages"]:
        try:
            conversation.check(message["from"], message["text"], message.get("meant"))
        except Wrong as wrong:
            found.append(f"{message['from']}: {wrong}: {message['text'][:500]}")
    return found


print(json.dumps([complaints(plan) for plan in json.load(sys.stdin)]))
