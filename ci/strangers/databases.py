"""Small SQLite databases as strangers make them, one a seed: declared types of every spelling, values that fit, nearly fit or do not,
names that PostgreSQL has a use of its own for, computed columns, defaults, R-trees, indexes and views over all of it."""

import random
import sqlite3
import struct

# What is declared, with values that the words mean.
KINDS = {
    "integer": (["INTEGER", "int(11)", "UNSIGNED BIG INT", "tinyint(1)", "SMALLINT", "point"], [0, 1, -7, 42, 2**31, 10**12]),
    "text": (["TEXT", "varchar(10)", "CLOB", "NVARCHAR(100)", "char(2)"], ["a", "ß", "日本", "it's", "", "a b"]),
    "real": (["REAL", "double precision", "FLOAT"], [0.5, 1.0, -2.25, 0.1, 1e100]),
    "decimal": (["DECIMAL(10,2)", "numeric", "numeric(38,10)", "money"], [1, 0.1, 12.34, -5, 1000]),
    "boolean": (["BOOLEAN", "bool", "bit"], [0, 1]),
    "moment": (
        ["DATETIME", "timestamp", "TIMESTAMP WITH TIME ZONE", "datetime2(7)"],
        ["2024-01-02 03:04:05", "2023-12-31 23:59:59", "1999-07-01 00:00:00"],
    ),
    "zoned": (
        ["datetime", "timestamptz"],
        ["2024-01-02T03:04:05Z", "2024-06-01 12:00:00+05:30", "0001-01-01T00:00:00+00:00", "2016-11-29 12:33:35.833 +00:00"],
    ),
    "epoch": (["DATETIME", "timestamp"], [1704164645, 1704164645123, 0]),
    "date": (["DATE"], ["2024-02-29", "1900-01-01"]),
    "time": (["TIME"], ["03:04:05", "23:59:59.5"]),
    "json": (["JSON", "jsonb"], ['{"b": 1, "a": 2}', "[]", '"x"']),
    "uuid": (["UUID", "uniqueidentifier"], ["123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"]),
    "blob": (["BLOB", "VARBINARY(16)", "bytea"], [b"", b"\x00\xff", b"abc"]),
    "none": (["", "STRING", "enum('a','b')", "geometry"], [1, "a", 2.5]),
}
ODD = [
    2**63 - 1, -(2**63), 2**53 + 1, 1e308, 5e-324, -0.0, 0.1 + 0.2, float("inf"), "1", "01", " 1", "1e5", "NaN", "x\0y", b"\x01",
    "2024-02-30", "24:00:00", "2016-12-31 23:59:60", "-0044-03-15", "9999-12-31 23:59:59-05:00", "0001-01-01 00:00:00+05:00",
    "9999-12-31 23:59:59.9999999", "2024-W01-1", "infinity", "true", "😀", "\ufffe", "a" * 300, '{"a": 1, "a": 2}', "\\N", "a\tb\nc",
]  # fmt: skip
TABLES = ["users", "items", "items_id_seq", "pg_class", "order", "Mixed Case", "a.b", 'q"q', "é" * 40, "T" * 70, "user", "tab\tle"]
COLUMNS = ["name", "value", "user", "xmin", "select", "x y", "é", "n" * 64, "n" * 70, "oid", "a'b", "current_user", "Total", "end"]
DEFAULTS = [
    "0", "-1", "'x'", '"x"', "CURRENT_TIMESTAMP", "(datetime('now'))", "x'00ff'", "1.239", "5.", "1e400", "9223372036854775808", "'abc'",
    "12345678901", "(1.0/3)", "('2024' || '-01')", "(json_array())", "(lower(hex(randomblob(4))))", "true", "NULL", "'0000-00-00'",
]  # fmt: skip
COMPUTED = [
    "{0} * 3", "length({0})", "{0} || 'x'", "{0} > 1", "coalesce({0}, 0)", "{0} LIKE 'a%'", "substr({0}, 1, 2)", "{0} % 3", "abs({0})",
]  # fmt: skip
VIEWS = [
    "{0} FROM {1}", "{0}, count(*) FROM {1} GROUP BY {0}", "{0} * 2, {0} || '' FROM {1}", "max({0}) FROM {1}",
    "CAST({0} AS TEXT) FROM {1}",
]  # fmt: skip


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Stranger:
    def __init__(self, seed, path):
        self.random = random.Random(seed)
        self.connection = sqlite3.connect(path, isolation_level=None)

    def tried(self, statement, values=()):
        """SQLite itself says what makes sense."""
        try:
            self.connection.execute(statement, values)
            return True
        except (sqlite3.Error, OverflowError):
            return False

    def make(self):
        for name in self.random.sample(TABLES, self.random.randint(1, 4)):
            self.table(name)
        if self.random.random() < 0.2:
            self.ranges("Ranges of it")
        self.connection.close()

    def ranges(self, name):
        """An R-tree: a virtual table whose rows are nowhere else."""
        self.tried(f"CREATE VIRTUAL TABLE {quoted(name)} USING rtree(id, low, high, +label)")
        for _ in range(self.random.choice([0, 1, 20])):
            key, low = self.random.choice([1, -7, 2**53 + 1, None]), self.random.choice([-0.5, 0, 1e10, -180])
            self.tried(f"INSERT INTO {quoted(name)} VALUES (?, ?, ?, ?)", [key, low, low + 1, self.value("none", 0.2)])

    def table(self, name):
        choose, chance = self.random.choice, self.random.random
        parts, columns = [], []
        if chance() < 0.7:
            parts.append("id INTEGER PRIMARY KEY" + choose(["", " AUTOINCREMENT"]))
        for column in self.random.sample(COLUMNS, self.random.randint(1, 6)):
            kind = choose(list(KINDS))
            text = f"{quoted(column)} {choose(KINDS[kind][0])}"
            if chance() < 0.2 and columns:
                text += f" AS ({choose(COMPUTED).format(quoted(choose(columns)[0]))})" + choose(["", " STORED"])
            else:
                text += f" DEFAULT {choose(DEFAULTS)}" if chance() < 0.3 else ""
                text += choose(["", " UNIQUE", " CONSTRAINT x CHECK (1)", " CONSTRAINT x REFERENCES users (id)"]) if chance() < 0.3 else ""
                columns.append((column, kind))
            parts.append(text)
        if not columns or not self.tried(f"CREATE TABLE {quoted(name)} ({', '.join(parts)})"):
            return
        self.fill(name, columns)
        column = quoted(choose(columns)[0])
        part = choose(["{0}", "{0} DESC", "lower({0})", "{0} + 1"]).format(column)
        self.tried(f"CREATE {choose(['', 'UNIQUE '])}INDEX {quoted(choose(['i', 'pg_type', name + '_id_seq']))} ON {quoted(name)} ({part})")
        self.tried(f"CREATE VIEW {quoted('v ' + name[:9])} AS SELECT {choose(VIEWS).format(column, quoted(name))}")

    def fill(self, name, columns):
        odd = {column: self.random.choice([0, 0, 0, 0.1, 0.5]) for column, _ in columns}
        marks = ", ".join("?" for _ in columns)
        names = ", ".join(quoted(column) for column, _ in columns)
        for _ in range(self.random.choice([0, 1, 5, 20])):
            values = [self.value(kind, odd[column]) for column, kind in columns]
            self.tried(f"INSERT INTO {quoted(name)} ({names}) VALUES ({marks})", values)

    def value(self, kind, odd):
        if self.random.random() < 0.1:
            return None
        return self.random.choice(ODD if self.random.random() < odd else KINDS[kind][1])


def bits(number):
    """A double as its bits: 0.0 and -0.0 are two."""
    return struct.pack("!d", number)
