#!/usr/bin/env python3
"""Applications go from SQLite to PostgreSQL, into tables that they make there themselves, and back into those that they make in SQLite: a
program on SQLAlchemy with a column of each type, one on ActiveRecord, the mapper of Rails, and Optuna, both of which have migrations of
their own. After each way they find all that was there and go on. Prints what it does; exit code 1 at the first step that fails."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ("sqlalchemy==2.1.9", "psycopg[binary]==3.3.9", "optuna==5.0.0")
# Each application, with what its own migrations put into its tables.
APPLICATIONS = {
    "mapped.py": [],
    "studies.py": ["--replace-rows", "alembic_version,version_info"],
    "records.rb": ["--keep-rows", "schema_migrations,ar_internal_metadata"],
}


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, check=True):
    say("$ " + " ".join(str(part) for part in command))
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, check=check, env=environment, cwd=HERE, stdout=subprocess.PIPE, text=True).stdout


def interpreter(folder):
    """Python with the packages, in an environment that is made when it is missing."""
    environment = pathlib.Path(folder, "orm-" + PACKAGES[0].replace("==", "-"))
    if not (environment / "complete").exists():
        say(f"installing {', '.join(PACKAGES)}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True, stdout=sys.stderr)
        subprocess.run([environment / "bin" / "pip", "install", "-q", *PACKAGES], check=True, stdout=sys.stderr)
        (environment / "complete").touch()
    return environment / "bin" / "python"


def equal(found, expected):
    found, expected = found.splitlines(), expected.splitlines()
    different = [f"found {one}\nexpected {other}" for one, other in zip(found, expected) if one != other]
    if different or not expected or len(found) != len(expected):
        raise SystemExit("\n".join(different) or f"found {len(found)} lines, expected {len(expected)}")


def tell(script, options, work):
    """The whole story of one application."""
    name, language = script.split(".")
    place = f"{options.user}@/story_{name}?host={options.socket}"
    files = [work / f"{name}-{file}.db" for file in ("first", "back")]
    first, back = (f"sqlite:///{file}" for file in files)
    server = f"postgresql+psycopg://{place}"

    def application(verb, database):
        return run(["ruby" if language == "rb" else interpreter(options.folder), script, verb, database])

    def transfer(source, target, rules):
        command = [options.program, "transfer", source, target, "--into-existing", *APPLICATIONS[script]]
        # Refused where it needs the rules that it proposes.
        run([*command, "--dry-run", "--write-rules", rules], check=False)
        run([*command, "--rules", rules])

    run(["createdb", "-h", options.socket, "-U", options.user, f"story_{name}"])
    for database in (first, server, back):
        application("make", database)
    application("fill", first)
    before = application("show", first)
    transfer(files[0], f"postgresql://{place}", work / f"{name}-there.yaml")
    equal(application("show", server), before)
    transfer(f"postgresql://{place}", files[1], work / f"{name}-back.yaml")
    equal(application("show", back), before)
    after = application("use", first)
    for database in (server, back):
        equal(application("use", database), after)


def main():
    parser = argparse.ArgumentParser(prog="ci/soak orm", description=__doc__)
    parser.add_argument("--folder", required=True, help="where the packages are kept for the next time")
    parser.add_argument("--program", required=True, help="tc-migrate")
    parser.add_argument("--socket", required=True, help="the folder of PostgreSQL's socket")
    parser.add_argument("--user", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        for script in APPLICATIONS:
            tell(script, options, pathlib.Path(work))


try:
    main()
except subprocess.CalledProcessError as error:
    sys.exit(f"{error.cmd[0]} ended with {error.returncode}")
