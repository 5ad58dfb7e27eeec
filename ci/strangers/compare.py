#!/usr/bin/env python3
"""Transfers databases of strangers to PostgreSQL and back, and compares every value by rules of its own: what a type holds must be what
the source held. Prints what differs; exit code 1 when anything does."""

import argparse
import collections
import datetime
import decimal
import hashlib
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

from databases import Stranger, bits, quoted

MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})0*)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?)?")
ESCAPES = {"N": None, "t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "\\": "\\"}
EXACT = decimal.Context(prec=2000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
# All but the ones in which a virtual table keeps what it says.
TABLES = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite%'"
# What may be refused, as docs/transfer.md says: keys that are one in the target.
EXPECTED = {"key_not_built"}


def moment(text):
    """In microseconds; a text without a zone is UTC's."""
    found = MOMENT.fullmatch(text)
    if not found:
        return ("no moment", text)
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    days = datetime.date(int(year), int(month), int(day)).toordinal()
    minutes = days * 1440 + int(hour or 0) * 60 + int(minute or 0)
    if zone and zone != "Z":
        minutes -= int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[3:].replace(":", "") or 0))
    return (minutes * 60 + int(second or 0)) * 1_000_000 + int((fraction or "0").ljust(6, "0"))


def meaning(value, kind):
    """What a value says, in whichever form: `kind` is the type in PostgreSQL without its length."""
    if value is None:
        return None
    if kind == "double precision":
        return bits(float(value))
    if kind == "numeric":
        return EXACT.normalize(decimal.Decimal(repr(value) if isinstance(value, float) else value)) + 0
    if kind == "boolean":
        return str(value).lower() in ("t", "true", "1")
    if kind == "bytea":
        return value if isinstance(value, bytes) else written(value).encode("utf-8", "surrogateescape")
    if kind.startswith("timestamp") or kind == "date":
        return moment(str(value))
    if kind.startswith("time"):
        return moment(f"2000-01-01 {value}")
    return written(value)


def written(value):
    """As a column of texts holds it; Python has the shortest digits of a double, too."""
    return repr(value) if isinstance(value, float) else str(value)


def opened(file):
    connection = sqlite3.connect(file)
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    return connection


def rows(connection, table, columns):
    chosen = ", ".join(quoted(column) for column in columns)
    return connection.execute(f"SELECT {chosen} FROM {quoted(table)}").fetchall()


def columns_of(connection, table):
    return [row[1] for row in connection.execute(f"PRAGMA table_xinfo({quoted(table)})")]


class Comparison:
    def __init__(self, options, work):
        self.program, self.database = options.program, options.database
        self.file, self.back = work / "stranger.db", work / "back.db"
        self.found = 0
        self.counts = collections.Counter()

    def say(self, seed, text):
        self.found += 1
        print(f"seed {seed}: {text}", flush=True)

    def psql(self, query):
        command = ["psql", "-XAtqd", self.database, "-v", "ON_ERROR_STOP=1", "-c", query]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def copied(self, query):
        """The rows of a query, as `COPY` writes them (https://www.postgresql.org/docs/current/sql-copy.html)."""
        lines = self.psql(f"COPY ({query}) TO STDOUT").split("\n")[:-1]
        return [[unescaped(field) for field in line.split("\t")] for line in lines]

    def run(self, *arguments):
        command = [self.program, *(str(argument) for argument in arguments), "--quiet", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout or "{}")

    def one(self, seed):
        for file in (self.file, self.back):
            file.unlink(missing_ok=True)
        Stranger(seed, self.file).make()
        self.psql("SET client_min_messages = error; DROP SCHEMA IF EXISTS stranger CASCADE; CREATE SCHEMA stranger")
        before = hashlib.sha256(self.file.read_bytes()).digest()
        target = f"{self.database}{'&' if '?' in self.database else '?'}options=-csearch_path%3Dstranger"
        code, report = self.run("transfer", self.file, target)
        if hashlib.sha256(self.file.read_bytes()).digest() != before:
            self.say(seed, "the source is another one")
        if code != 0:
            return self.refused(seed, report)
        self.counts["transferred"] += 1
        for source, other in ((self.file, target), (target, self.back)):
            if source == target and self.run("transfer", target, self.back)[0] != 0:
                self.say(seed, "it does not come back")
            elif self.run("verify", source, other)[0] != 0:
                self.say(seed, f"verify finds differences between {source} and {other}")
        self.compare(seed, report)

    def refused(self, seed, report):
        self.counts["refused"] += 1
        code = report.get("error", {}).get("code", report.get("verdict"))
        if code not in EXPECTED:
            self.say(seed, f"refused: {json.dumps(report.get('error', code))}")
        if self.psql("SELECT 1 FROM pg_class WHERE relnamespace = 'stranger'::regnamespace"):
            self.say(seed, "a refused transfer has left something in the target")

    def compare(self, seed, report):
        names = {(name["kind"], name["from"]): name["to"] for name in report["renames"]}
        source, back = (opened(file) for file in (self.file, self.back))
        for (table,) in source.execute(TABLES).fetchall():
            there = names.get(("table", table), table)
            columns = columns_of(source, table)
            others = [names.get(("column", f"{table}.{column}"), column) for column in columns]
            literal = "'" + quoted(there).replace("'", "''") + "'"
            types = dict(
                self.copied(
                    "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attnum > 0 "
                    f"AND attrelid = ('stranger.' || {literal})::regclass"
                )
            )
            chosen = ", ".join(quoted(column) for column in others)
            kinds = [types[column] for column in others]
            ours = meanings(rows(source, table, columns), kinds)
            theirs = self.copied(f"SELECT {chosen} FROM stranger.{quoted(there)}")
            theirs = meanings([[hexadecimal(v, k) for v, k in zip(row, kinds)] for row in theirs], kinds)
            self.counts["values"] += len(ours) * len(columns)
            if ours != theirs:
                self.say(seed, f"{table} differs: {first(ours, theirs)} where the source has {first(theirs, ours)}")
            if meanings(rows(back, there, others), kinds) != ours:
                self.say(seed, f"{table} has come back as another one")
        source.close()
        back.close()


def meanings(table, kinds):
    return sorted([[repr(meaning(value, kind)) for value, kind in zip(row, kinds)] for row in table])


def first(these, those):
    return next((row for row in those if row not in these), None)


def hexadecimal(value, kind):
    return bytes.fromhex(value[2:]) if kind == "bytea" and value is not None else value


def unescaped(field):
    if field == "\\N":
        return None
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), field)


def run(comparison, about, made, count):
    """The command of a comparison: `about` is what it says of itself, `made` what it makes in the database, `count` how many seeds it takes."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--program", required=True, help="tc-migrate")
    parser.add_argument("--database", required=True, help=f"a PostgreSQL URL; {made}")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=count)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        running = comparison(options, pathlib.Path(work))
        for seed in range(options.first, options.first + options.count):
            running.one(seed)
    print(", ".join(f"{name}: {number}" for name, number in sorted(running.counts.items())))
    sys.exit(1 if running.found else 0)


if __name__ == "__main__":
    run(Comparison, __doc__, "its schema `stranger` is dropped and made", 500)
