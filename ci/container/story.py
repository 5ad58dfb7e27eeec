#!/usr/bin/env python3
"""What Dockerfile and docker-compose.yml say, done without an engine: `ci/soak container` calls it, as root.

    story.py PROJECT PACKAGES SYSTEMS FOLDER

PACKAGES holds what the Dockerfile's first stage makes: `ci/package` has made it on this machine, in that stage's place. SYSTEMS
holds bookworm.tar, a Debian with PostgreSQL, and the compose specification's schema, as `ci/soak` makes and fetches them; the first
two stand for the images. FOLDER is for this run.

Every instruction and every key of the two files has to be known here, or the story fails: what nobody has done was not tried. It is
started in mount and process namespaces of its own, and goes into a network of its own when the image is built.
"""

import ctypes
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import jsonschema
import yaml

PROFILE = "deployment"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def fail(words: str) -> None:
    sys.exit(f"FAILED: {words}")


def seen(words: str) -> None:
    print(f"seen: {words}", flush=True)


def run(*words: str | Path, **options) -> subprocess.CompletedProcess:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        fail(f"{shlex.join(map(str, words))} (exit {done.returncode}): {said}")
    return done


# --- Dockerfile -------------------------------------------------------------------------------------------------------


def instructions(text: str) -> list[tuple[str, str]]:
    """Its instructions, one after another, without comments and with continued lines joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


class Image:
    """A root, and what the Dockerfile says of who runs in it and how."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.user, self.group = 0, 0
        self.entrypoint: list[str] = []
        self.health: list[str] = []
        self.volumes: list[str] = []


def inside(root: Path, command: str) -> None:
    environment = {"PATH": PATH, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
    run("chroot", root, "/bin/sh", "-c", command, env=environment)


def build(dockerfile: str, packages: Path, base: Path, root: Path) -> Image:
    stages: list[list[tuple[str, str]]] = []
    for verb, rest in instructions(dockerfile):
        if verb == "FROM":
            stages.append([])
        stages[-1].append((verb, rest))
    if len(stages) != 2:
        fail("the Dockerfile is to have two stages")
    # The first one stands for this machine, which has made the packages by the same command.
    expected = [("WORKDIR", "/source"), ("COPY", ". ."), ("RUN", "ci/package --output /packages")]
    if not stages[0][0][1].startswith("swift:") or stages[0][1:] != expected:
        fail(f"the first stage does something else than what was done in its place: {stages[0]}")
    if stages[1][0] != ("FROM", "debian:bookworm-slim"):
        fail(f"the second stage is made of another system than bookworm: {stages[1][0]}")
    run("tar", "-C", root, "-xf", base)
    # How this machine reaches its mirrors. An image has its base's own; it is taken away again.
    shutil.copytree("/etc/apt/apt.conf.d", root / "etc/apt/apt.conf.d", dirs_exist_ok=True)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    image = Image(root)
    for verb, rest in stages[1][1:]:
        carry_out(verb, rest, image, packages)
    return image


def carry_out(verb: str, rest: str, image: Image, packages: Path) -> None:
    if verb == "RUN":
        mount = re.match(r"--mount=type=bind,from=build,source=/packages,target=(\S+)\s+(.*)", rest)
        if not mount:
            fail(f"a RUN that mounts something else: {rest}")
        target = image.root / mount[1].lstrip("/")
        target.mkdir()
        run("mount", "--bind", "-o", "ro", packages, target)
        run("mount", "-t", "proc", "proc", image.root / "proc")
        inside(image.root, mount[2])
        run("umount", target, image.root / "proc")
        target.rmdir()
    elif verb == "USER":
        image.user, image.group = map(int, rest.split(":"))
    elif verb == "VOLUME":
        image.volumes = json.loads(rest)
    elif verb == "ENTRYPOINT":
        image.entrypoint = json.loads(rest)
    elif verb == "HEALTHCHECK":
        image.health = json.loads(rest[rest.index("CMD") + 3 :])
    else:
        fail(f"nobody has tried this instruction: {verb} {rest}")


# --- docker-compose.yml -----------------------------------------------------------------------------------------------


def interpolated(value, environment: dict[str, str]):
    """`${NAME:-default}` and `$$`, as the compose specification has them. Nothing else of its kind is known here."""
    if isinstance(value, dict):
        return {key: interpolated(below, environment) for key, below in value.items()}
    if isinstance(value, list):
        return [interpolated(below, environment) for below in value]
    if not isinstance(value, str):
        return value

    def said(match: re.Match) -> str:
        if match[0] == "$$":
            return "$"
        if match[1] is None:
            fail(f"an interpolation that nobody has tried: {value}")
        return environment.get(match[1]) or match[2]

    return re.sub(r"\$\$|\$\{(\w+):-([^}]*)\}|\$", said, value)


def check_schema(document: dict, wheel: Path) -> None:
    """The compose specification's schema, as docker-compose brings it along."""
    schema = json.loads(zipfile.ZipFile(wheel).read("compose/config/compose_spec.json"))
    jsonschema.Draft7Validator.check_schema(schema)
    found = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in jsonschema.Draft7Validator(schema).iter_errors(document)]
    if found:
        fail("the compose file does not fit the specification's schema: " + "; ".join(found))
    # It must be able to say no.
    broken = {**document, "services": {**document["services"], "daemon": {"image": 1, "helthcheck": {}}}}
    if jsonschema.Draft7Validator(schema).is_valid(broken):
        fail("the schema takes anything")


KNOWN = {
    "profiles", "image", "build", "environment", "command", "entrypoint", "volumes", "secrets", "networks", "healthcheck",
    "depends_on", "restart", "stop_grace_period", "read_only", "tmpfs", "cap_drop", "security_opt", "pid",
}


class Deployment:
    """The services of the profile, in the order in which one needs the other, each as a process in its image's root."""

    def __init__(self, document: dict, project: Path, folder: Path, image: Image, debian: Path, accounts: Path) -> None:
        self.services = {n: s for n, s in document["services"].items() if PROFILE in s.get("profiles", [])}
        self.secrets = {name: project / entry["file"] for name, entry in document["secrets"].items()}
        self.project, self.folder, self.image, self.debian = project, folder, image, debian
        self.networks, self.named = document["networks"], document["volumes"]
        self.accounts = accounts
        self.running: dict[str, subprocess.Popen] = {}
        for name, service in self.services.items():
            if unknown := set(service) - KNOWN:
                fail(f"nobody has tried these keys of {name}: {sorted(unknown)}")
            if set(service["networks"]) - set(self.networks):
                fail(f"{name} is in a network that is not declared")

    def order(self) -> list[str]:
        done: list[str] = []
        while len(done) < len(self.services):
            ready = [n for n, s in self.services.items() if n not in done and set(s.get("depends_on", {})) <= set(done)]
            if not ready:
                fail("the services wait for each other")
            done += ready
        return done

    def up(self) -> None:
        for name in self.order():
            for other, how in self.services[name].get("depends_on", {}).items():
                self.wait_for(other, how["condition"])
            if name in self.running:
                continue
            self.start(name)

    def wait_for(self, name: str, condition: str) -> None:
        if condition == "service_healthy":
            self.wait_until_healthy(name)
        elif condition == "service_completed_successfully":
            process = self.running.pop(name, None)
            if process and process.wait(timeout=120) != 0:
                fail(f"{name} ended with {process.returncode}: {self.log(name)}")
            if process:
                seen(f"{name} came to its end")
        else:
            fail(f"a condition that nobody has tried: {condition}")

    def wait_until_healthy(self, name: str) -> None:
        test = self.services[name]["healthcheck"]["test"]
        if test[0] != "CMD":
            fail(f"a health check that nobody has tried: {test}")
        answer = None
        for _ in range(60):
            if self.running[name].poll() is not None:
                fail(f"{name} ended with {self.running[name].returncode}: {self.log(name)}")
            answer = self.execute(name, test[1:])
            if answer.returncode == 0:
                seen(f"{name} is healthy: {shlex.join(test[1:])}")
                return
            time.sleep(0.5)
        fail(f"{name} does not become healthy: {answer.stdout}{answer.stderr}; {self.log(name)}")

    # --- one service

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def is_ours(self, name: str) -> bool:
        return self.services[name]["image"] == "teleclaude"

    def root(self, name: str) -> Path:
        """Its own copy of the image, with volumes and secrets where the container has them."""
        root = self.folder / "roots" / name
        if root.exists():
            return root
        root.parent.mkdir(exist_ok=True)
        run("cp", "-a", self.image.root if self.is_ours(name) else self.debian, root)
        run("mount", "--bind", root, root)
        (root / "etc/hosts").write_text("127.0.0.1 localhost database\n")
        service = self.services[name]
        run("mount", "-t", "proc", "proc", root / "proc")
        run("mount", "--rbind", "/dev", root / "dev")
        (root / "run/secrets").mkdir(exist_ok=True)
        for secret in service.get("secrets", []):
            source, target = (secret, secret) if isinstance(secret, str) else (secret["source"], secret["target"])
            self.bind(self.secrets[source], root / "run/secrets" / target, "ro")
        mounts = service.get("volumes", [])
        for volume in mounts:
            source, target, *options = volume.split(":")
            self.bind(self.place(source, root / target.lstrip("/")), root / target.lstrip("/"), *options)
        for path in service.get("tmpfs", []):
            run("mount", "-t", "tmpfs", "tmpfs", root / path.lstrip("/"))
        if service.get("read_only"):
            run("mount", "-o", "remount,bind,ro", root)
        return root

    def place(self, source: str, target: Path) -> Path:
        """A path of the machine, or a volume: made at first with what the image has there, and whose that is."""
        if source == "/etc/passwd":
            return self.accounts
        if source.startswith("./"):
            return self.project / source
        if source not in self.named:
            fail(f"the volume {source} is not declared")
        volume = self.folder / "volumes" / source
        if not volume.exists():
            volume.mkdir(parents=True)
            target.mkdir(parents=True, exist_ok=True)
            facts = target.stat()
            os.chown(volume, facts.st_uid, facts.st_gid)
            volume.chmod(facts.st_mode & 0o7777)
        return volume

    def bind(self, source: Path, target: Path, mode: str = "rw") -> None:
        if not source.exists():
            fail(f"there is no {source}")
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                target.touch()
        run("mount", "--bind", source, target)
        if mode == "ro":
            run("mount", "-o", "remount,bind,ro", target)

    def words(self, name: str) -> list[str]:
        service = self.services[name]
        entrypoint = service.get("entrypoint", self.image.entrypoint if self.is_ours(name) else [])
        return [*entrypoint, *service.get("command", [])]

    def wrapped(self, name: str, words: list[str], user: int | None = None) -> tuple[list[str], dict[str, str]]:
        """The words as the container's user says them, with no right that the file takes away."""
        service, root = self.services[name], self.root(name)
        uid = user if user is not None else self.image.user if self.is_ours(name) else 0
        limits = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        for capability in service.get("cap_drop", []):
            limits += [f"--bounding-set=-{capability.lower()}", f"--inh-caps=-{capability.lower()}"]
        for option in service.get("security_opt", []):
            if option != "no-new-privileges:true":
                fail(f"a security option that nobody has tried: {option}")
            limits.append("--no-new-privs")
        environment = {"PATH": f"{PATH}:/usr/lib/postgresql/15/bin", "HOME": "/", **service.get("environment", {})}
        return ["chroot", str(root), "setpriv", *limits, "--", *words], environment

    def start(self, name: str) -> None:
        self.root(name)
        if name == "database":
            words, environment = self.database()
        else:
            words, environment = self.wrapped(name, self.words(name))
        with open(self.folder / f"{name}.log", "a") as log:
            self.running[name] = subprocess.Popen(words, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def execute(self, name: str, words: list[str], user: int | None = None) -> subprocess.CompletedProcess:
        command, environment = self.wrapped(name, words, user)
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    def stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.terminate()
        if process.wait(timeout=60) != 0:
            fail(f"{name} ended with {process.returncode} when it was told to stop: {self.log(name)}")

    def database(self) -> tuple[list[str], dict[str, str]]:
        """What the image postgres does at its first start, by what its manual says of the variables."""
        root, service = self.root("database"), self.services["database"]
        data, said = "/var/lib/postgresql/data", service["environment"]
        if set(said) != {"POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS"}:
            fail(f"variables of postgres that nobody has tried: {sorted(said)}")
        place = root / data.lstrip("/")
        os.chown(place, self.postgres_uid(root), self.postgres_uid(root))
        place.chmod(0o700)
        as_user = lambda words: self.wrapped("database", words, self.postgres_uid(root))[0]
        environment = {"PATH": f"{PATH}:/usr/lib/postgresql/15/bin", "HOME": "/tmp"}
        if not (place / "PG_VERSION").exists():
            shutil.copy(root / said["POSTGRES_PASSWORD_FILE"].lstrip("/"), root / "tmp/password")
            os.chown(root / "tmp/password", self.postgres_uid(root), -1)
            run(*as_user(["initdb", "-D", data, "-U", "postgres", "--pwfile=/tmp/password", "--auth-host=scram-sha-256",
                          "--auth-local=trust", *shlex.split(said["POSTGRES_INITDB_ARGS"])]), env=environment)
            (root / "tmp/password").unlink()
            with open(place / "pg_hba.conf", "w") as rules:
                rules.write("local all all trust\nhost all all all scram-sha-256\n")
            # With the socket alone, as the image sets itself up.
            control = ["pg_ctl", "-D", data, "-w", "-s", "-o", "-c listen_addresses='' -k /tmp"]
            run(*as_user([*control, "start", "-l", "/tmp/first.log"]), env=environment)
            run(*as_user(["createdb", "-h", "/tmp", "-U", "postgres", said["POSTGRES_DB"]]), env=environment)
            run(*as_user([*control, "stop"]), env=environment)
        return as_user(["postgres", "-D", data, "-c", "listen_addresses=*", "-k", "/tmp"]), environment

    def postgres_uid(self, root: Path) -> int:
        for line in (root / "etc/passwd").read_text().splitlines():
            if line.startswith("postgres:"):
                return int(line.split(":")[2])
        fail("the Debian with PostgreSQL has no user postgres")


# --- the story --------------------------------------------------------------------------------------------------------


class Machine:
    """The machine on which an engine would run: people with telec and tmux, and the folder of the socket."""

    def __init__(self, image: Image, accounts: Path, root: Path) -> None:
        self.root = root
        run("cp", "-a", image.root, root)
        shutil.copy(accounts, root / "etc/passwd")
        run("mount", "-t", "proc", "proc", root / "proc")
        run("mount", "--rbind", "/dev", root / "dev")

    def share(self, volume: Path) -> None:
        place = self.root / "run/teleclaude-container"
        place.mkdir()
        run("mount", "--bind", volume, place)

    def telec(self, uid: int, *words: str) -> str:
        home = self.root / f"home/{uid}"
        home.mkdir(exist_ok=True)
        os.chown(home, uid, uid)
        limits = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--"]
        environment = {"PATH": PATH, "HOME": f"/home/{uid}", "LANG": "C.UTF-8", "SHELL": "/bin/sh"}
        environment["TELECLAUDE_SOCKET"] = "/run/teleclaude-container/teleclaude.sock"
        return run("chroot", self.root, "setpriv", *limits, "telec", *words, env=environment).stdout


def prepare(project: Path, folder: Path) -> Path:
    """The commands of docs/container.md, up to the first that needs an engine."""
    for name in ["docs/postgresql-roles.sql", "ci/container/passwords.sql"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project / name, folder / name)
    block = re.search(r"```sh\n(.*?)```", (project / "docs/container.md").read_text(), re.S)[1]
    commands = block.split("docker compose")[0]
    run("bash", "-euc", commands, cwd=folder)
    return folder


def leave_network() -> None:
    """Ports are this story's own from here on."""
    clone_newnet = 0x40000000
    if ctypes.CDLL(None, use_errno=True).unshare(clone_newnet) != 0:
        fail(f"no network of its own can be made: {os.strerror(ctypes.get_errno())}")
    run("ip", "link", "set", "lo", "up")


def sql(deployment: Deployment, statement: str) -> subprocess.CompletedProcess:
    words = ["psql", "-XAt", "-h", "/tmp", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-d", "teleclaude", "-c", statement]
    return deployment.execute("database", words)


def expect_rights(deployment: Deployment) -> None:
    roles = sql(deployment, "SELECT rolname, rolsuper, rolcanlogin FROM pg_roles WHERE rolname ~ '^teleclaude' ORDER BY 1").stdout
    if roles != "teleclaude_app|f|t\nteleclaude_migrator|f|t\nteleclaude_owner|f|f\n":
        fail(f"the roles are not as they should be: {roles}")
    served = sql(deployment, "SELECT DISTINCT usename FROM pg_stat_activity WHERE client_addr IS NOT NULL").stdout
    if served != "teleclaude_app\n":
        fail(f"the daemon is not at work as the serving role: {served}")
    changes = ["DELETE FROM audit_log", "UPDATE audit_log SET uid = uid", "TRUNCATE audit_log", "DROP TABLE audit_log"]
    for statement in [*changes, "CREATE TABLE mine (id int)"]:
        done = sql(deployment, f"SET ROLE teleclaude_app; {statement}")
        if done.returncode == 0 or not re.search("permission denied|must be owner", done.stderr):
            fail(f"the serving role may do this: {statement}: {done.stdout}{done.stderr}")
    seen("the daemon is connected as a role that is no superuser, and may change nothing in its audit log")


def expect_no_secrets(deployment: Deployment) -> None:
    words = [path.read_text().strip() for path in deployment.secrets.values() if path.name != "secrets.yml"]
    places = {f"{name}'s output": deployment.log(name) for name in deployment.services}
    for process in Path("/proc").glob("[0-9]*"):
        for name in ["cmdline", "environ"]:
            try:
                places[f"{process}/{name}"] = (process / name).read_text(errors="replace")
            except OSError:
                continue
    for place, text in places.items():
        if any(word in text for word in words):
            fail(f"a password is shown in {place}")
    seen("no password is in a process's arguments or environment, or in what a service said")


def story(document: dict, project: Path, packages: Path, systems: Path, folder: Path) -> None:
    root = folder / "image"
    root.mkdir()
    image = build((project / "Dockerfile").read_text(), packages, systems / "roots/bookworm.tar", root)
    if image.user == 0 or image.health != document["services"]["daemon"]["healthcheck"]["test"][1:]:
        fail(f"the image runs as {image.user}, and its health check is {image.health}")
    seen(f"the image is built: it runs {image.entrypoint} as {image.user}:{image.group}")
    leave_network()
    # Alice is somebody of this machine, as far as the daemon's container can see.
    accounts = folder / "passwd"
    accounts.write_text(Path("/etc/passwd").read_text() + "alice:x:12345:12345::/home/12345:/bin/sh\n")
    deployment = Deployment(document, prepare(project, folder / "project"), folder, image, systems / "debian", accounts)
    deployment.up()
    deployment.wait_until_healthy("daemon")

    machine = Machine(image, accounts, folder / "machine")
    machine.share(folder / "volumes/socket")
    alice, stranger = 12345, 12346
    if "Alice" not in (answer := machine.telec(alice, "whoami")):
        fail(f"the daemon does not know Alice: {answer}")
    if "public" not in (answer := machine.telec(stranger, "whoami")):
        fail(f"the daemon takes a stranger for somebody: {answer}")
    session = machine.telec(alice, "sessions", "start", "--title", "in a container", "--", "sleep", "1000").strip()
    seen("a user of the machine is known and starts a session; a stranger is nobody")

    expect_rights(deployment)
    expect_no_secrets(deployment)
    for command in ["touch /etc/mine", "touch /usr/bin/mine", "cat /etc/teleclaude/secrets.yml"]:
        if deployment.execute("daemon", ["sh", "-c", command]).returncode == 0:
            fail(f"the container lets its user do this: {command}")
    seen("the container's own files can't be changed")

    deployment.stop("daemon")
    deployment.stop("database")
    deployment.up()
    deployment.wait_until_healthy("daemon")
    if session not in (answer := machine.telec(alice, "sessions", "list")):
        fail(f"the session is gone after a restart of all services: {answer}")
    expect_rights(deployment)
    seen("all services started again, with the data of before")
    machine.telec(alice, "sessions", "end", session)
    deployment.stop("daemon")
    deployment.stop("database")


def main() -> None:
    project, packages, systems, folder = map(Path, sys.argv[1:])
    text = (project / "docker-compose.yml").read_text()
    document = interpolated(yaml.safe_load(text), {"POSTGRES_PASSWORD": "of my choice"})
    check_schema(document, next(systems.glob("container/docker_compose-*.whl")))
    seen("the compose file fits the specification's schema")
    usual = dict(line.split("=", 1) for line in (project / ".env").read_text().splitlines() if line and line[0] != "#")
    started = [n for n, s in document["services"].items() if usual["COMPOSE_PROFILES"] in s["profiles"]]
    if started != ["postgres"]:
        fail(f"without a word there start {started}")
    story(document, project, packages, systems, folder)
    print("the whole story was seen")


if __name__ == "__main__":
    main()
