#!/usr/bin/env python3
"""A Django site moves from SQLite to PostgreSQL and goes on working, by both ways of docs/transfer.md: into an empty database with the
rules that suggest themselves, and into tables that Django itself has made. Prints what it does; exit code 1 at the first step that fails."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ("django==5.2.19", "psycopg[binary]==3.3.9")


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, **environment):
    say("$ " + " ".join(str(part) for part in command))
    subprocess.run(command, check=True, env={**os.environ, **environment}, cwd=HERE)


def interpreter(folder):
    """Python with Django, in an environment that is made when it is missing."""
    environment = pathlib.Path(folder, PACKAGES[0].replace("==", "-"))
    if not (environment / "complete").exists():
        say(f"installing {', '.join(PACKAGES)}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True, stdout=sys.stderr)
        subprocess.run([environment / "bin" / "pip", "install", "-q", *PACKAGES], check=True, stdout=sys.stderr)
        (environment / "complete").touch()
    return environment / "bin" / "python"


class Story:
    def __init__(self, options, work):
        self.python = interpreter(options.folder)
        self.program = options.program
        self.socket, self.user = options.socket, options.user
        self.file = work / "db.sqlite3"
        self.rules = work / "rules.yaml"

    def site(self, *command, database=None):
        place = {"STORY_POSTGRESQL": f"{self.socket} {database} {self.user}"} if database else {}
        run([self.python, *command], STORY_SQLITE=str(self.file), PYTHONDONTWRITEBYTECODE="1", **place)

    def url(self, database):
        return f"postgresql://{self.user}@/{database}?host={self.socket}"

    def make_tables(self, **place):
        """All but what the authors do later."""
        for target in (["auth"], ["sessions"], ["shop", "0001"]):
            self.site("manage.py", "migrate", "--verbosity=0", *target, **place)

    def begin(self):
        self.make_tables()
        self.site("fill.py")

    def with_rules(self):
        url = self.url("story_rules")
        run(["createdb", "-h", self.socket, "-U", self.user, "story_rules"])
        run([self.program, "transfer", self.file, url, "--dry-run", "--write-rules", self.rules])
        # The model says that it is a DurationField.
        self.rules.write_text(self.rules.read_text().replace("# duration:", "duration:"))
        run([self.program, "transfer", self.file, url, "--rules", self.rules])
        self.go_on("story_rules")

    def into_existing(self):
        url = self.url("story_existing")
        run(["createdb", "-h", self.socket, "-U", self.user, "story_existing"])
        self.make_tables(database="story_existing")
        replaced = "django_content_type,auth_permission"
        options = ["--into-existing", "--replace-rows", replaced, "--keep-rows", "django_migrations"]
        run([self.program, "transfer", self.file, url, *options, "--dry-run"])
        run([self.program, "transfer", self.file, url, *options])
        self.go_on("story_existing")

    def go_on(self, database):
        """The authors' next migration, and then the people."""
        self.site("manage.py", "migrate", "--verbosity=0", database=database)
        self.site("manage.py", "migrate", "--check", database=database)
        self.site("manage.py", "makemigrations", "--check", database=database)
        self.site("use.py", database=database)


def main():
    parser = argparse.ArgumentParser(prog="ci/soak django", description=__doc__)
    parser.add_argument("--folder", required=True, help="where Django is kept for the next time")
    parser.add_argument("--program", required=True, help="tc-migrate")
    parser.add_argument("--socket", required=True, help="the folder of PostgreSQL's socket")
    parser.add_argument("--user", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        story = Story(options, pathlib.Path(work))
        story.begin()
        story.with_rules()
        story.into_existing()


try:
    main()
except subprocess.CalledProcessError as error:
    sys.exit(f"{error.cmd[0]} ended with {error.returncode}")
