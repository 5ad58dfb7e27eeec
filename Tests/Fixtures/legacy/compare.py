#!/usr/bin/env python3
"""Compares an existing install's databases with what was made of them, without any program of ours.

    compare.py TARGET SOURCE.db…      TARGET is a SQLite file, or a URL for psql

Each value of each row is compared by what it means: instants by their microseconds, JSON by its objects, flags by 0 and 1, and
all else by its text or bytes. Prints one JSON document: for each table its rows on both sides, and every difference that is found.
"""

import datetime
import json
import re
import sqlite3
import subprocess
import sys

UTC = datetime.timezone.utc


def instant(text):
    """Microseconds since 1970, or the text itself where it is no instant. What names no zone is UTC, as the old daemon read it."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d(?::?\d\d)?)?", text or "")
    if not found:
        return text
    day, clock, fraction, zone = found.groups()
    moment = datetime.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)
    if zone and zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > 3 else 0
        moment -= (1 if zone[0] == "+" else -1) * datetime.timedelta(hours=hours, minutes=minutes)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=UTC)
    return (moment - epoch) // datetime.timedelta(microseconds=1) + int((fraction or "").ljust(6, "0") or 0)


def document(text):
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def meaning(value, kind):
    if value is None:
        return None
    if kind == "instant":
        return instant(str(value))
    if kind == "json":
        return document(value)
    if kind == "flag":
        return {"t": 1, "f": 0, "true": 1, "false": 0}.get(str(value).lower(), int(value) if str(value) in "01" else value)
    return str(value)


class SQLite:
    def __init__(self, path):
        self.connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")

    def tables(self):
        found = self.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        ).fetchall()
        virtual = [name for (name,) in self.connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'")]
        return [name for (name,) in found if not any(name.startswith(f"{parent}_") for parent in virtual)]

    def key(self, table):
        found = self.connection.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table,)).fetchall()
        return [name for (name,) in found]

    def rows(self, table):
        cursor = self.connection.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor]


class PostgreSQL:
    def __init__(self, url):
        self.url = url

    def ask(self, query):
        """Rows as objects: to_jsonb would turn instants and numbers into its own words, so each value is cast to text first."""
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-c", "SET TIME ZONE 'UTC'", "-c", query]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return [json.loads(line) for line in text.splitlines()]

    def tables(self):
        return [row["n"] for row in self.ask("SELECT json_build_object('n', tablename) FROM pg_tables WHERE schemaname = 'public'")]

    def rows(self, table):
        columns = self.ask(
            f"SELECT json_build_object('n', attname) FROM pg_attribute WHERE attrelid = '\"{table}\"'::regclass AND attnum > 0 AND NOT attisdropped"
        )
        pairs = ", ".join(f"'{column['n']}', \"{column['n']}\"::text" for column in columns)
        halves = [pairs.split(", ")[at : at + 80] for at in range(0, len(columns) * 2, 80)]
        built = " || ".join(f"jsonb_build_object({', '.join(half)})" for half in halves)
        return self.ask(f'SELECT ({built})::text FROM "{table}"')


def kinds(old, new):
    """What each column holds, told by the values of both sides and by no schema."""
    found = {}
    for row in new:
        for name, value in row.items():
            if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", value):
                found[name] = "instant"
            elif isinstance(value, str) and value in ("true", "false"):
                found[name] = "flag"
            elif isinstance(value, str) and value[:1] in ("{", "[") and document(value) != value:
                found.setdefault(name, "json")
    return found


def compare(table, old_rows, new_rows, key):
    kind = kinds(old_rows, new_rows)
    by_key = {tuple(str(row[name]) for name in key): row for row in new_rows}
    differences = []
    for row in old_rows:
        place = tuple(str(row[name]) for name in key)
        other = by_key.pop(place, None)
        if other is None:
            differences.append({"row": place, "column": None})
            continue
        for name, value in row.items():
            if name in other and meaning(value, kind.get(name)) != meaning(other[name], kind.get(name)):
                differences.append({"row": place, "column": name})
            elif name not in other and value is not None:
                differences.append({"row": place, "column": f"-{name}"})
    return differences + [{"row": place, "column": "+"} for place in by_key]


def main():
    target, *sources = sys.argv[1:]
    new = PostgreSQL(target) if target.startswith("postgresql:") else SQLite(target)
    there = set(new.tables())
    report = {}
    for source in sources:
        old = SQLite(source)
        for table in old.tables():
            old_rows = old.rows(table)
            new_rows = new.rows(table) if table in there else None
            report[table] = {
                "old": len(old_rows),
                "new": None if new_rows is None else len(new_rows),
                "differences": [] if new_rows is None else compare(table, old_rows, new_rows, old.key(table)),
            }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
