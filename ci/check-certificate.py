#!/usr/bin/env python3
"""Checks a certificate of `tc-migrate transfer` from the two databases alone, by docs/digest.md and none of our Swift code.

Needs Python 3.8 and, for PostgreSQL, psql. Exit code 0: everything is as certified; 1: something is not; 2: it can't be said."""

import argparse
import base64
import datetime
import hashlib
import ipaddress
import json
import os
import re
import sqlite3
import struct
import subprocess
import sys
import urllib.parse

WORD = 2**64 - 1


class Text(bytes):
    """Text as its bytes; plain `bytes` are a blob."""


# --- the digest ---------------------------------------------------------------------------------------------------------


def fold(a, b):
    product = a * b
    return (product >> 64) ^ (product & WORD) ^ a


def digest(words, lanes=(0x243F6A8885A308D3, 0x13198A2E03707344)):
    """The two lanes after these words."""
    first, second = lanes
    for word in words:
        first = fold(first ^ word, 0x9E3779B97F4A7C15)
        second = fold((second + word) & WORD, 0xA4093822299F31D1)
    return first, second


def of_bytes(data):
    yield len(data)
    for at in range(0, len(data), 8):
        yield int.from_bytes(data[at : at + 8], "little")


def bits(number):
    return 0x7FF8000000000000 if number != number else struct.unpack("<Q", struct.pack("<d", number))[0]


def foreign(value):
    yield 3
    if isinstance(value, bool):
        yield from (1, int(value))
    else:
        yield 3 if isinstance(value, (int, float, Text)) else 4
        yield from plain(value)


def stored(value):
    if isinstance(value, (bool, int)):
        return [1, int(value) & WORD]
    if isinstance(value, float):
        return [2, struct.unpack("<Q", struct.pack("<d", value))[0]]
    return [3 if isinstance(value, Text) else 4, *of_bytes(value)]


def row_words(values, forms):
    for value, form in zip(values, forms):
        if value is None:
            yield 1
            continue
        yield 2
        words = FORMS[form](value)
        yield from foreign(value) if words is None else words


# --- the forms: the words of a value, or None for a foreign one ------------------------------------------------------------


def integer(value):
    if isinstance(value, Text):
        value = int(value) if re.fullmatch(rb"[+-]?[0-9]+", value) else None
    elif isinstance(value, float):
        value = int(value) if value.is_integer() else None
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return [int(value) & WORD]
    return None


def real(value):
    if isinstance(value, Text):
        value = double(value)
    if isinstance(value, float):
        return [bits(value)]
    if isinstance(value, int) and not isinstance(value, bool) and int(float(value)) == value:
        return [bits(float(value))]
    return None


def double(text):
    """The double that a text shows."""
    if text.lower() in (b"nan", b"inf", b"infinity", b"-inf", b"-infinity"):
        return float(text)
    words = decimal(text)
    return float(text) if words and decimal(Text(repr(float(text)).encode())) == words else None


def decimal(value):
    if isinstance(value, bool) or not isinstance(value, (int, float, Text)):
        return None
    text = value if isinstance(value, Text) else repr(value).encode()
    match = re.fullmatch(rb"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?", text)
    if not match or not (match[2] or match[3]):
        return None
    digits = match[2] + (match[3] or b"")
    significant = digits.strip(b"0")
    words = [int(significant[at : at + 16], 16) for at in range(0, len(significant), 16)]
    if len(significant) % 16 == 0:
        words.append(0)
    is_negative = match[1] == b"-" and significant
    power = len(match[2]) + int(match[4] or 0) - len(digits.rstrip(b"0")) if significant else 0
    return [*words, len(significant) * 2 + (1 if is_negative else 0), power & WORD]


TRUTH = {word: 1 for word in (b"t", b"true", b"y", b"yes", b"on", b"1")}
TRUTH |= {word: 0 for word in (b"f", b"false", b"n", b"no", b"off", b"0")}


def boolean(value):
    if isinstance(value, Text):
        value = TRUTH.get(value.lower())
    return [int(value)] if isinstance(value, int) and value in (0, 1) else None


def plain(value):
    if isinstance(value, bool):
        return None
    return of_bytes(repr(value).encode() if isinstance(value, (int, float)) else value)


DATE = rb"([0-9]{4})-([0-9]{2})-([0-9]{2})"
TIME = rb"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6})0*)?)?"
ZONE = rb"(?: ?[Zz]| ?([+-])([0-9]{2})(?::?([0-9]{2}))?)?"


def days(year, month, day):
    return (datetime.date(int(year), int(month), int(day)) - datetime.date(2000, 1, 1)).days


def microseconds(hour, minute, second, fraction):
    time = datetime.time(int(hour), int(minute), int(second or 0))  # Refuses hours from 24 and minutes from 60.
    return ((time.hour * 60 + time.minute) * 60 + time.second) * 10**6 + int((fraction or b"").ljust(6, b"0"))


def calendar(pattern, number):
    """A form for texts of this pattern; `number` makes a number of its groups, or raises when it is in no calendar."""

    def form(value):
        match = re.fullmatch(pattern, value) if isinstance(value, Text) else None
        try:
            return [number(*match.groups()) & WORD] if match else None
        except ValueError:
            return None

    return form


def moment(year, month, day, hour=None, minute=None, second=None, fraction=None, sign=None, hours=None, minutes=None):
    if int(hours or 0) > 15 or int(minutes or 0) > 59:
        raise ValueError("no zone")
    offset = (int(hours or 0) * 60 + int(minutes or 0)) * 60 * 10**6
    local = days(year, month, day) * 86_400 * 10**6 + microseconds(hour or b"0", minute or b"0", second, fraction)
    return local + offset if sign == b"-" else local - offset


def uuid(value):
    if type(value) is bytes and len(value) == 16:
        value = Text(value.hex().encode())
    digits = value.replace(b"-", b"") if isinstance(value, Text) else b""
    return [int(digits[:16], 16), int(digits[16:], 16)] if re.fullmatch(rb"[0-9a-fA-F]{32}", digits) else None


UNITS = {
    b"year": (12, 0, 0), b"month": (1, 0, 0), b"mon": (1, 0, 0), b"week": (0, 7, 0), b"day": (0, 1, 0),
    b"hour": (0, 0, 3600 * 10**6), b"minute": (0, 0, 60 * 10**6), b"min": (0, 0, 60 * 10**6),
    b"second": (0, 0, 10**6), b"sec": (0, 0, 10**6),
    b"Y": (12, 0, 0), b"M": (1, 0, 0), b"W": (0, 7, 0), b"D": (0, 1, 0), b"TH": (0, 0, 3600 * 10**6), b"TM": (0, 0, 60 * 10**6),
}  # fmt: skip
CLOCK = rb"([+-]?)([0-9]+):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,6})0*)?)?"
SECONDS = rb"([+-]?)([0-9]+)(?:\.([0-9]{1,6})0*)?S"


def interval(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return [0, 0, value & WORD]
    if not isinstance(value, Text):
        return None
    parts = spans_of_iso(value[1:]) if value[:1] == b"P" else spans_of_words(value)
    sums = [sum(lane) for lane in zip(*parts)] if parts else []
    fits = sums and all(-(2 ** (size - 1)) <= lane < 2 ** (size - 1) for lane, size in zip(sums, (32, 32, 64)))
    return [lane & WORD for lane in sums] if fits else None


def span(number, unit):
    return tuple(int(number) * size for size in UNITS[unit])


def clock(sign, hours, minutes, seconds, fraction):
    time = (int(hours) * 60 + int(minutes)) * 60 + int(seconds or 0)
    time = time * 10**6 + int((fraction or b"").ljust(6, b"0"))
    return (0, 0, -time if sign == b"-" else time)


def spans_of_words(text):
    """Numbers with their units, then perhaps a time of the clock; `None` for any other text."""
    parts = []
    while text:
        if match := re.fullmatch(CLOCK, text):
            return [*parts, clock(*match.groups())]
        match = re.match(rb"([+-]?[0-9]+) (year|month|mon|week|day|hour|minute|min|second|sec)s?,?(?: (?=.)|$)", text)
        if not match:
            return None
        parts.append(span(match[1], match[2]))
        text = text[match.end() :]
    return parts


def spans_of_iso(text):
    days, _, time = text.partition(b"T")
    pieces = [(days, b"[YMWD]", b"", b"T" not in text), (time, b"[HM]", b"T", b"T" in text)]
    parts = []
    for piece, units, prefix, is_needed in pieces:
        if is_needed and not piece:
            return None
        while piece:
            if match := re.fullmatch(SECONDS, piece) if prefix else None:
                parts.append(clock(match[1], 0, 0, match[2], match[3]))
                break
            match = re.match(rb"([+-]?[0-9]+)(" + units + rb")", piece)
            if not match:
                return None
            parts.append(span(match[1], prefix + match[2]))
            piece = piece[match.end() :]
    return parts


def address(value):
    try:
        host = ipaddress.ip_interface(value.decode()) if isinstance(value, Text) else None
    except ValueError:
        return None
    if host is None or b"%" in value:
        return None
    number = int(host.ip) << (0 if host.version == 6 else 96)
    return [host.network.prefixlen * 2 + (1 if host.version == 6 else 0), number >> 64, number & WORD]


class Number(bytes):
    """A number of a JSON text, as it is written there."""

    @classmethod
    def read(cls, digits):
        return cls(digits.encode())


def json_text(value):
    """The digest of what a JSON text says."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Text)):
        return None
    try:
        text = value.decode() if isinstance(value, Text) else repr(value)
        return json_words(json.loads(text, parse_int=Number.read, parse_float=Number.read, parse_constant=refuse))
    except ValueError:
        return None


def refuse(what):
    raise ValueError(f"jsonb takes no {what}")


def json_words(value):
    """Both lanes of a JSON value, as two words."""
    if value is None or isinstance(value, bool):
        return digest([{None: 1, False: 2, True: 3}[value]])
    if isinstance(value, Number):
        return digest([4, *decimal(Text(value))])
    if isinstance(value, str):
        return digest([5, *characters(value)])
    if isinstance(value, list):
        return digest([6, *digest(word for element in value for word in json_words(element))])
    members = [digest(json_words(element), digest([5, *characters(name)])) for name, element in value.items()]
    return digest([7, *(sum(lane) & WORD for lane in zip((0, 0), *members))])


def characters(text):
    data = text.encode()
    if b"\0" in data:
        refuse("NUL")
    for at in range(0, len(data) // 8 * 8 + 1, 8):
        yield int.from_bytes(data[at : at + 8], "little")
    yield len(data)


FORMS = {
    "integer": integer,
    "real": real,
    "decimal": decimal,
    "boolean": boolean,
    "text": plain,
    "bytes": plain,
    "moment": calendar(DATE + rb"(?:[T ]" + TIME + ZONE + rb")?", moment),
    "reading": calendar(DATE + rb"(?:[T ]" + TIME + rb")?", moment),
    "date": calendar(DATE + rb"(?:[T ]00:00(?::00(?:\.0{1,6}0*)?)?)?", days),
    "time": calendar(rb"(?:2000-01-01[T ])?" + TIME, microseconds),
    "interval": interval,
    "address": address,
    "uuid": uuid,
    "json": json_text,
    "stored": stored,
}

# --- the databases --------------------------------------------------------------------------------------------------------


class CannotSay(Exception):
    """Why the check could not be made."""


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class SQLite:
    def __init__(self, path):
        if not os.path.exists(path):
            raise CannotSay(f"{path} is not there")
        # A quiet file stays as it is; one with a -wal has to be opened together with that.
        quiet = "" if os.path.exists(path + "-wal") else "&immutable=1"
        self.connection = sqlite3.connect(f"file:{urllib.parse.quote(path)}?mode=ro{quiet}", uri=True)
        self.connection.text_factory = Text

    def rows(self, table, columns):
        names = ", ".join(map(quoted, columns)) or "NULL"
        return self.connection.execute(f"SELECT {names} FROM {quoted(table)} NOT INDEXED")


class PostgreSQL:
    def __init__(self, url):
        self.url = url

    READ = {
        **dict.fromkeys(("smallint", "integer", "bigint"), int),
        **dict.fromkeys(("real", "double precision"), float),
        "boolean": lambda text: text == b"t",
        "bytea": lambda text: bytes.fromhex(text[2:].decode()),
    }
    ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}

    def rows(self, table, columns):
        if not columns:
            yield from ([None] for _ in range(int(next(self.copy(f"SELECT count(*) FROM {quoted(table)}"))[0])))
            return
        names = ", ".join(map(quoted, columns))
        literal = "'" + quoted(table).replace("'", "''") + "'"
        types = {
            name.decode(): kind.decode()
            for name, kind in self.copy(
                f"SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = {literal}::regclass AND attnum > 0"
            )
        }
        readers = [self.READ.get(types.get(column), Text) for column in columns]
        for fields in self.copy(f"SELECT {names} FROM {quoted(table)}"):
            yield [None if field is None else read(field) for read, field in zip(readers, fields)]

    def copy(self, query):
        """The rows of a query as lists of bytes, from COPY's text format."""
        settings = (
            "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex'; "
            "SET extra_float_digits = 3"
        )
        command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url, "-c", settings]
        environment = {**os.environ, "PGCLIENTENCODING": "UTF8"}
        with subprocess.Popen(
            [*command, "-c", f"COPY ({query}) TO STDOUT"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        ) as process:
            for line in process.stdout:
                yield [None if field == b"\\N" else self.unescaped(field) for field in line[:-1].split(b"\t")]
            message = process.stderr.read().decode(errors="replace").strip()
        if process.returncode:
            raise CannotSay(f"psql: {message}")

    @classmethod
    def unescaped(cls, field):
        if b"\\" not in field:
            return field
        return re.sub(rb"\\(.)", lambda match: cls.ESCAPES.get(match[1], match[1]), field, flags=re.DOTALL)


def database(url):
    if re.match(r"postgres(ql)?:", url):
        return PostgreSQL(url)
    return SQLite(re.sub(r"^sqlite:(//(?=/))?", "", url))


# --- the check --------------------------------------------------------------------------------------------------------


def table_digest(rows, forms, aside=()):
    """The number of rows and the sum of their digests, without those of the rows that were set aside."""
    count, first, second = 0, 0, 0
    for values in rows:
        a, b = digest(row_words(values, forms))
        count, first, second = count + 1, first + a, second + b
    for values in aside:
        a, b = digest(row_words(values, forms))
        count, first, second = count - 1, first - a, second - b
    return count, f"{first & WORD:016x}{second & WORD:016x}"


def exact(value):
    """A value of a row in quarantine, from its JSON."""
    if isinstance(value, dict):
        ((kind, content),) = value.items()
        return float(content) if kind == "real" else {"blob": bytes, "text": Text}[kind](base64.b64decode(content))
    return Text(value.encode()) if isinstance(value, str) else value


def set_aside(target, table, columns):
    """The rows of a table that lie in quarantine, whole."""
    for name, record in target.rows("tc_quarantine", ["source_table", "record"]):
        if name == table.encode():
            row = json.loads(record)
            yield [exact(row[column]) for column in columns]


def check_side(name, base, table, target):
    """One line of the result for one side of a table, and whether it is as certified."""
    certified, compared = table[name], [column for column in table["columns"] if column["form"]]
    forms = [column["form"] for column in compared]
    columns = [column[name] for column in compared]
    is_split = name == "source" and table.get("quarantined", 0) > 0
    aside = list(set_aside(target, certified["table"], columns)) if is_split else []
    rows, found = table_digest(base.rows(certified["table"], columns), forms, aside)
    rows += len(aside)
    is_equal = rows == certified["rows"] and certified["digest"] in (None, found)
    if is_split and len(aside) != table["quarantined"]:
        is_equal = False
        print(f"tc_quarantine holds {len(aside)} rows of {certified['table']}, and {table['quarantined']} are certified")
    verdict = "as certified" if is_equal else f"DIFFERS: certified {certified['rows']} rows, {certified['digest']}"
    print(f"{name:6}  {certified['table']:30}  {rows:>12,} rows  {found}  {verdict}")
    return is_equal


def own_digest(document):
    rest = {name: value for name, value in document.items() if name != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def check(options):
    with open(options.certificate, encoding="utf-8") as file:
        document = json.load(file)
    if document["version"] != 1:
        raise CannotSay(f"this is a certificate of version {document['version']}, and 1 is known here")
    is_intact = own_digest(document) == document["sha256"]
    print("the certificate is " + ("as it was issued" if is_intact else "CHANGED: its SHA-256 is another"))
    results = [is_intact]
    bases = {name: database(getattr(options, name) or document[name]["url"]) for name in ("source", "target")}
    for name, base in bases.items():
        results += [check_side(name, base, table, bases["target"]) for table in document["tables"]]
    for table in document["tables"]:
        # Equal digests on both sides are what the certificate is about.
        source, target = table["source"], table["target"]
        kept = source["rows"] - table.get("quarantined", 0)
        if (kept, source["digest"]) != (target["rows"], target["digest"]):
            print(f"the certificate itself says that {table['source']['table']} differs")
            results.append(False)
    return all(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("certificate")
    parser.add_argument("--source", help="where the source is now, if not where the certificate says")
    parser.add_argument("--target", help="where the target is now; a certificate holds no password")
    try:
        is_right = check(parser.parse_args())
    except (CannotSay, OSError, KeyError, TypeError, ValueError, sqlite3.Error) as error:
        print(f"check-certificate: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
    print("verdict: " + ("everything is as certified" if is_right else "NOT as certified"))
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
