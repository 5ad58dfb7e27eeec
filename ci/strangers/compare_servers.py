#!/usr/bin/env python3
"""Transfers PostgreSQL databases of strangers to SQLite, back again, and to another PostgreSQL database, and compares every value, key,
default and counter by rules of its own: what does not come along must be named. Prints what differs; exit code 1 when anything does."""

import collections
import json
import os
import re
import sqlite3
import struct
import subprocess

from compare import first, opened, run, unescaped
from compare import meaning as plain_meaning
from databases import bits, quoted
from server_inventory import FOREIGN_KEYS, TABLES, THINGS
from servers import ServerStranger

SETTINGS = "-c datestyle=ISO -c intervalstyle=postgres -c timezone=UTC -c extra_float_digits=1 -c bytea_output=hex -c client_min_messages=error"
ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
WITHIN_YEARS = re.compile(r"\d{4}-(?!.*BC$)")


def meaning(value, kind):
    """What a value says. `kind` is the type in the source, without its length; `value` is text, or what SQLite holds."""
    if value is None:
        return None
    if kind in ("real", "double precision"):
        number = float(value)
        return "NaN" if number != number else bits(number) if kind[0] == "d" else struct.pack("!f", number)
    if kind == "boolean":
        return plain_meaning(value, kind)
    if kind == "bytea":
        return value if isinstance(value, bytes) else bytes.fromhex(value[2:])
    if kind == "character":
        return value.rstrip(" ")
    if kind.startswith("timestamp") and not kind.endswith("]") or kind == "date":
        if WITHIN_YEARS.match(value):
            return plain_meaning(value, "timestamp")
        return re.sub(r"(\+00|Z)(?=$| BC$)", "", re.sub(r"\.0+(?=$|[+Z ])", "", value))
    # `text(inet)` says how many bits count, where a client is not told of all of them.
    if kind == "inet":
        return re.sub(r"(?<=\d)/32$|(?<=[\da-f:])/128$", "", value) if ":" in value or "." in value else value
    if kind == "time without time zone":
        return re.sub(r"\.?0+$", "", value) if "." in value else value
    return str(value)


class Comparison:
    def __init__(self, options, work):
        self.program, self.database = options.program, options.database
        self.other = re.sub(r"(//[^/?]*)/[^?]*", r"\1/strangers_copy", options.database, count=1)
        self.file, self.script = work / "copy.db", work / "script.sql"
        self.found = 0
        self.counts = collections.Counter()
        self.psql(self.database, "DROP DATABASE IF EXISTS strangers_copy", "CREATE DATABASE strangers_copy")

    def say(self, text):
        self.found += 1
        print(f"seed {self.seed}: {text}", flush=True)

    def psql(self, database, *queries):
        command = ["psql", "-XAtqd", database, "-v", "ON_ERROR_STOP=1"]
        for query in queries:
            command += ["-c", query]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PGOPTIONS": SETTINGS})
        if done.returncode != 0:
            raise RuntimeError(f"{queries[-1]}: {done.stderr}")
        return done.stdout

    def listed(self, query):
        return json.loads(self.psql(self.database, "SET search_path = stranger", f"SELECT coalesce(json_agg(x), '[]') FROM ({query}) x"))

    def copied(self, database, query, schema="stranger"):
        lines = self.psql(database, f"SET search_path = {schema}", f"COPY ({query}) TO STDOUT").split("\n")[:-1]
        return [[unescaped(field) for field in line.split("\t")] for line in lines]

    def run(self, *arguments):
        command = [self.program, *(str(argument) for argument in arguments), "--quiet", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode < 0 or "Fatal error" in done.stderr:
            self.say(f"a crash: {done.stderr[-500:]}")
        return done.returncode, json.loads(done.stdout or "{}")

    def url(self, database, schema):
        return f"{database}{'&' if '?' in database else '?'}options=-csearch_path%3D{schema}"

    def one(self, seed):
        self.seed = seed
        self.file.unlink(missing_ok=True)
        fresh = ["DROP SCHEMA IF EXISTS stranger CASCADE", "CREATE SCHEMA stranger", "DROP SCHEMA IF EXISTS back CASCADE", "CREATE SCHEMA back"]
        self.psql(self.database, *fresh, "DROP PUBLICATION IF EXISTS stranger_p")
        self.psql(self.other, *fresh[:2])
        self.script.write_text("SET search_path = stranger;\n" + ServerStranger(seed).script())
        subprocess.run(["psql", "-XAtqd", self.database, "-f", self.script], capture_output=True, check=False)
        self.tables = self.listed(TABLES)
        before = self.content()
        self.into_file()
        self.into_server()
        if self.content() != before:
            self.say("the source is another one")

    def content(self):
        return {table["name"]: sorted(self.rows(self.database, table)) for table in self.tables if table["columns"]}

    def rows(self, database, table, columns=None, schema="stranger"):
        only = "" if table["kind"] == "p" or schema != "stranger" else "ONLY "
        chosen = ", ".join(quoted(name) for name in columns or [column["name"] for column in table["columns"]])
        found = self.copied(database, f"SELECT {chosen} FROM {only}{quoted(table['name'])}", schema)
        return [tuple("\0" if value is None else value for value in row) for row in found]

    def refused(self, what, report):
        self.counts["refused"] += 1
        self.say(f"{what} is refused: {json.dumps(report.get('error') or report)[:700]}")

    # --- to SQLite ------------------------------------------------------------------------------------------------------

    def into_file(self):
        source = self.url(self.database, "stranger")
        code, report = self.run("transfer", source, self.file)
        if code != 0:
            if self.file.exists() and sqlite3.connect(self.file).execute("SELECT 1 FROM sqlite_master").fetchall():
                self.say("a refused transfer has left something in the file")
            return self.refused("the transfer to a file", report)
        self.counts["to files"] += 1
        if self.run("verify", source, self.file)[0] != 0:
            self.say("verify finds differences in the file")
        names = {(name["kind"], name["from"]): name["to"] for name in report["renames"]}
        told = self.told(report)
        target = opened(self.file)
        for table in self.tables:
            self.compare_file_table(target, table, names, told)
        self.compare_things(target, names, told)
        target.close()
        back = self.url(self.database, "back")
        code, report = self.run("transfer", self.file, back)
        if code != 0:
            return self.refused("the way back", report)
        if self.run("verify", self.file, back)[0] != 0:
            self.say("verify finds differences on the way back")
        self.compare_back(names, {(name["kind"], name["from"]): name["to"] for name in report["renames"]})

    @staticmethod
    def told(report):
        notes = [note for table in report["tables"] for note in table["notes"]]
        lost = [f"{entry['kind']} {entry['name']}: {entry['reason']}" for entry in report["not_carried"]]
        types = [f"{entry['table']}.{entry['column']}: {entry['reason']}" for entry in report["types"]]
        renames = [f"{entry['from']} is called {entry['to']}" for entry in report["renames"]]
        return "\n".join([*lost, *map(str, report["remarks"]), *types, *map(str, notes), *renames])

    def compare_file_table(self, target, table, names, told):
        name = names.get(("table", table["name"]), table["name"])
        columns = table["columns"]
        if not columns:
            if table["name"] not in told:
                self.say(f"{name} has no columns, and nobody says so")
            return
        theirs = [names.get(("column", f"{table['name']}.{c['name']}"), c["name"]) for c in columns]
        kinds = [c["under"] for c in columns]
        ours = sorted(repr([meaning(None if v == "\0" else v, k) for v, k in zip(row, kinds)]) for row in self.rows(self.database, table))
        try:
            chosen = ", ".join(quoted(c) for c in theirs)
            there = target.execute(f"SELECT {chosen} FROM {quoted(name)}").fetchall()
        except sqlite3.Error as error:
            return self.say(f"{name}: {error}")
        there = sorted(repr([meaning(v, k) for v, k in zip(row, kinds)]) for row in there)
        self.counts["values"] += len(ours) * len(columns)
        if ours != there:
            self.say(f"{name} differs: {first(ours, there)} where the source has {first(there, ours)}")
        self.compare_defaults(target, table, name, theirs, told)

    def compare_defaults(self, target, table, name, theirs, told):
        made = {row[1]: row[4] for row in target.execute(f"PRAGMA table_xinfo({quoted(name)})")}
        for column, other in zip(table["columns"], theirs):
            default = column["default"]
            if not default or column["generated"]:
                continue
            text = made.get(other)
            if text is None:
                if f"{table['name']}.{column['name']}" not in told and not default.startswith("nextval") and not default.startswith("NULL"):
                    self.say(f"{name}.{other} has lost its default {default}, and nobody says so")
                continue
            if re.search(r"now\(\)|CURRENT|LOCAL|clock|random|nextval", default, re.I):
                continue
            ours = self.copied(self.database, f"SELECT ({default})::{column['full']}")[0][0]
            value = target.execute(f"SELECT {text}").fetchone()[0]
            if column["under"] == "numeric" and value is not None and float(value) == float(ours):
                continue
            if value is not None and ours == "-0" and value == 0:
                continue
            if meaning(value, column["under"]) != meaning(ours, column["under"]):
                self.say(f"the default of {name}.{other} is {value!r} where the source has {ours!r} ({default})")

    def compare_things(self, target, names, told):
        made = {row[0]: row[1] or "" for row in target.execute("SELECT name, sql FROM sqlite_master")}
        everything = "\n".join(made.values())
        for thing in self.listed(THINGS):
            kind, name = thing["kind"], thing["name"]
            if kind == "counter":
                self.compare_counter(target, thing, names)
                continue
            there = names.get(("index" if kind == "index" else "view", name), name)
            if kind in ("index", "view") and there in made or kind.startswith("constraint") and quoted(name) in everything:
                continue
            if kind == "constraint p" and "PRIMARY KEY" in made.get(names.get(("table", thing["of"]), thing["of"]), ""):
                continue
            if not is_told(thing, told):
                self.say(f"{kind} {name} of {thing['of']} {thing['text']} has been lost, and nobody says so")
        for key in self.listed(FOREIGN_KEYS):
            self.compare_foreign_key(target, key, names, told)

    def compare_counter(self, target, thing, names):
        """The next number must be one that the source has not issued."""
        table = names.get(("table", thing["of"]), thing["of"])
        row = target.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone() if self.counts_rows(target) else None
        if row and thing["text"] and row[0] < int(thing["text"]) and f"{thing['of']}.id" in thing["name"]:
            self.say(f"{thing['name']} goes on after {row[0]} where the source has issued {thing['text']}")

    @staticmethod
    def counts_rows(target):
        return target.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone()

    def compare_foreign_key(self, target, key, names, told):
        table = names.get(("table", key["table"]), key["table"])
        found = collections.defaultdict(list)
        for row in target.execute(f"PRAGMA foreign_key_list({quoted(table)})"):
            found[row[0]].append(row)
        columns = [names.get(("column", f"{key['table']}.{column}"), column) for column in key["columns"]]
        rules = {(rows[0][5], rows[0][6]) for rows in found.values() if [row[3] for row in rows] == columns}
        is_kept = (ACTIONS[key["updates"]], ACTIONS[key["deletes"]]) in rules and (len(columns) == 1 or not key["some"] and key["match"] != "f")
        if not is_kept and key["name"] not in told and f"{key['table']} ({', '.join(key['columns'])}) →" not in told:
            self.say(f"foreign key {key['name']} of {table} is {rules or 'lost'}, and nobody says so")

    def compare_back(self, names, again):
        for table in self.tables:
            if not table["columns"]:
                continue
            name = names.get(("table", table["name"]), table["name"])
            last = again.get(("table", name), name)
            columns = [names.get(("column", f"{table['name']}.{c['name']}"), c["name"]) for c in table["columns"]]
            columns = [again.get(("column", f"{name}.{c}"), c) for c in columns]
            kinds = [c["under"] for c in table["columns"]]
            say = lambda rows: sorted(repr([meaning(None if v == "\0" else v, k) for v, k in zip(row, kinds)]) for row in rows)  # noqa: E731
            ours, there = say(self.rows(self.database, table)), say(self.rows(self.database, {**table, "name": last}, columns, "back"))
            if ours != there:
                self.say(f"{name} has come back as another one: {first(ours, there)} where the source has {first(there, ours)}")

    # --- to another PostgreSQL ------------------------------------------------------------------------------------------

    def into_server(self):
        source, target = self.url(self.database, "stranger"), self.url(self.other, "stranger")
        code, report = self.run("transfer", source, target)
        if code != 0:
            if self.psql(self.other, "SELECT 1 FROM pg_class WHERE relnamespace = 'stranger'::regnamespace"):
                self.say("a refused transfer has left something in the other server")
            return self.refused("the transfer to a server", report)
        self.counts["to servers"] += 1
        if self.run("verify", source, target)[0] != 0:
            self.say("verify finds differences in the other server")
        told = self.told(report)
        for table in self.tables:
            if not table["columns"]:
                continue
            ours, there = sorted(self.rows(self.database, table)), sorted(self.rows(self.other, table))
            if ours != there:
                self.say(f"{table['name']} differs in the server: {first(ours, there)} where the source has {first(there, ours)}")
        database, self.database = self.database, self.other
        things, tables = self.listed(THINGS), {t["name"]: t for t in self.listed(TABLES)}
        self.database = database
        there = {essence(thing) for thing in things}
        for thing in self.listed(THINGS):
            if essence(thing) not in there and not is_told(thing, told):
                self.say(f"{thing['kind']} {thing['name']} of {thing['of']} {thing['text']} is not in the server, and nobody says so")
        for table in self.tables:
            made = {c["name"]: c for c in tables.get(table["name"], {"columns": []})["columns"]}
            for column in table["columns"]:
                other, place = made.get(column["name"], {}), f"{table['name']}.{column['name']}"
                for what in ("full", "default", "generated", "null"):
                    if uncast(column[what]) != uncast(other.get(what)) and place not in told and not (column["default"] or "").startswith("nextval"):
                        self.say(f"{place} {what} is {other.get(what)} in the server where the source has {column[what]}, and nobody says so")


def essence(thing):
    """Own types are others in another database, so casts do not count; and a partitioned table is one."""
    return thing["kind"], thing["name"], thing["of"], uncast(thing["text"])


def uncast(text):
    return text and re.sub(r'::("[^"]*"|[\w.]+)( varying| precision| with(out)? time zone)?(\(\d+\))?(\[\])?|[()]| ONLY(?= )', "", str(text))


def is_told(thing, told):
    """Some line of the report has the name of what was lost, and the word for what it is where the name alone is its table's."""
    words = {"comment": "comment", "privileges": "privileges", "step": "counts by", "policy": "policies"}
    name = thing["of"] if thing["kind"] in ("policy", "comment") else thing["name"]
    lines = [line for line in told.split("\n") if words.get(thing["kind"], "") in line]
    if thing["kind"] == "constraint f" and f"{thing['of']} (" in told:
        return True
    return any(name in line or thing["kind"] == "constraint c" and f"{thing['of']} CHECK" in line for line in lines)


if __name__ == "__main__":
    run(Comparison, __doc__, "schemas and a database are dropped and made there", 200)
