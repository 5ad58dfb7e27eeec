"""ci/soak runtime: holds the daemon's /openapi.json against what its routes really do, with schemathesis, on one database.

Left out are `/events` and `follow=1`, whose answers don't end by themselves."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import shared_machine
from daemon import Daemon
from proxy import Proxy
from server import Server

SCHEMATHESIS = "schemathesis==4.32.5"
HOOKS = """
import schemathesis

@schemathesis.hook
def before_call(context, case, kwargs):
    if case.query and "1" in str(case.query.get("follow", "0")):
        case.query["follow"] = "0"
"""
# What a schema can't say, and the daemon rightly refuses: an agent that the settings don't know, half a checkpoint, no reason for
# reading what is somebody else's, neither text nor keys, an offset from UTC that no database takes, the place of a page that
# never was, a text in which there is no word, and a message that is none of the Model Context Protocol's.
SETTINGS = """
[[operations]]
include-operation-id = [
  "startSession", "verifyAudit", "readTranscript", "sendMessage", "listAudit", "listSessions", "search", "mcp",
]
checks = { positive_data_acceptance = { enabled = false } }

[[operations]]
include-operation-id = "listSessions"
parameters = { "query.after" = "2999-01-01T00:00:00.000000Z~x" }
"""


def say(text):
    print(f"ci/soak: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="ci/soak runtime", description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="of each operation")
    parser.add_argument("--folder", required=True, help="where schemathesis is kept for the next time")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=("sqlite", "postgresql"))
    parser.add_argument("--programs", required=True)
    parser.add_argument("--cluster", required=True)
    return parser.parse_args()


def schemathesis(folder):
    """The program, in an environment that is made when it is missing."""
    environment = pathlib.Path(folder, SCHEMATHESIS.replace("==", "-"))
    if not (environment / "complete").exists():
        say(f"installing {SCHEMATHESIS}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True, stdout=sys.stderr)
        subprocess.run([environment / "bin" / "pip", "install", "-q", SCHEMATHESIS], check=True, stdout=sys.stderr)
        (environment / "complete").touch()
    return environment / "bin" / "schemathesis"


def examine(program, url, examples, work):
    """Whether the daemon does what it says, for its caller."""
    pathlib.Path(work, "hooks.py").write_text(HOOKS, encoding="utf-8")
    pathlib.Path(work, "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    command = [program, "run", f"{url}/openapi.json", "--exclude-path", "/events", "--request-timeout", "10"]
    command += ["--max-examples", str(examples), "--seed", "1", "--generation-database", "none"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": work}
    return subprocess.run(command, env=environment, cwd=work).returncode == 0


def as_role(options, program, url, role, work):
    """One daemon, whose caller has this role."""
    caller, state = shared_machine.myself(role), os.path.join(work, "state")
    daemon = Daemon(os.path.join(options.programs, "teleclauded"), work, url, state, [caller])
    with daemon, Proxy(daemon.socket) as proxy:
        return examine(program, proxy.url, options.examples, work)


def main():
    options = arguments()
    program, server = schemathesis(options.folder), Server(options.cluster)
    verdicts = {}
    for role in ("admin", "member"):
        for database in options.databases:
            with tempfile.TemporaryDirectory() as work:
                say(f"{role}, {database}")
                url = f"sqlite:{work}/api.db" if database == "sqlite" else server.fresh("api")
                verdicts[f"{role}, {database}"] = as_role(options, program, url, role, work)
    for name, is_clean in verdicts.items():
        print(f"schemathesis, {name}: {'clean' if is_clean else 'NOT CLEAN'}")
    sys.exit(0 if all(verdicts.values()) else 1)


if __name__ == "__main__":
    main()
