"""Makes the SQLite databases that are moved: the same bytes of data for the same parameters, on any machine."""

import multiprocessing
import os
import random
import sqlite3

FORMAT = 1  # Counts up when the content changes, so that no stale file is taken from the cache.

# At scale 1 either database has some 500 MB and 2 million rows: in 30 tables, five families of six, with 60 indexes and 30 foreign
# keys; or in one table with three indexes.
ROWS = {
    "orders": (120_000, 90_000, 70_000, 50_000, 30_000, 17_500),
    "readings": (420_000, 300_000, 200_000, 140_000, 90_000, 50_000),
    "documents": (60_000, 50_000, 35_000, 25_000, 20_000, 10_000),
    "articles": (60_000, 50_000, 40_000, 30_000, 20_000, 10_000),
    "files": (4_000, 3_000, 2_500, 1_500, 1_000, 500),
}

LARGE = {"events": (1_700_000,)}

LARGE_SCHEMA = """
CREATE TABLE events_{n} (
    id INTEGER PRIMARY KEY, number VARCHAR(20) NOT NULL, customer TEXT NOT NULL, placed_at DATETIME NOT NULL, due DATE,
    total DECIMAL(12,2) NOT NULL, weight REAL, is_paid BOOLEAN NOT NULL DEFAULT 0, tags JSON, note TEXT);
CREATE UNIQUE INDEX events_{n}_number ON events_{n} (number);
CREATE INDEX events_{n}_placed ON events_{n} (placed_at);
CREATE INDEX events_{n}_customer ON events_{n} (customer, total);
"""

SCHEMA = """
CREATE TABLE orders_{n} (
    id INTEGER PRIMARY KEY, number VARCHAR(20) NOT NULL, customer TEXT NOT NULL, placed_at DATETIME NOT NULL,
    due DATE, total DECIMAL(12,2) NOT NULL, is_paid BOOLEAN NOT NULL DEFAULT 0, note TEXT,
    replaces INTEGER REFERENCES orders_{n} (id) ON DELETE SET NULL);
CREATE UNIQUE INDEX orders_{n}_number ON orders_{n} (number);
CREATE INDEX orders_{n}_replaces ON orders_{n} (replaces);
CREATE TABLE readings_{n} (
    id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders_{n} (id), sensor INTEGER NOT NULL,
    at INTEGER NOT NULL, value REAL NOT NULL, quality REAL, flags INTEGER NOT NULL DEFAULT 0);
CREATE INDEX readings_{n}_order ON readings_{n} (order_id);
CREATE INDEX readings_{n}_sensor ON readings_{n} (sensor, at DESC);
CREATE TABLE documents_{n} (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, reading_id INTEGER REFERENCES readings_{n} (id), created_at TIMESTAMP,
    body JSON NOT NULL);
CREATE UNIQUE INDEX documents_{n}_uuid ON documents_{n} (uuid);
CREATE INDEX documents_{n}_reading ON documents_{n} (reading_id);
CREATE TABLE articles_{n} (
    id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents_{n} (id) ON DELETE CASCADE,
    title TEXT NOT NULL, author TEXT NOT NULL, language TEXT NOT NULL, summary TEXT, section TEXT, keywords TEXT,
    body TEXT NOT NULL, remark TEXT);
CREATE INDEX articles_{n}_document ON articles_{n} (document_id);
CREATE INDEX articles_{n}_title ON articles_{n} (title COLLATE NOCASE);
CREATE TABLE files_{n} (
    id INTEGER PRIMARY KEY, article_id INTEGER NOT NULL REFERENCES articles_{n} (id), name TEXT NOT NULL,
    size INTEGER NOT NULL, content BLOB NOT NULL);
CREATE INDEX files_{n}_article ON files_{n} (article_id);
CREATE INDEX files_{n}_name ON files_{n} (name) WHERE size > 0;
"""

WORDS = (
    "the of and a to in is you that it he was for on are with as his they be at one have this from or had by hot but some what "
    "there we can out other were all your when up use word how said an each she which their time if will way about many then "
    "größe façade naïve über señor 東京 привет кофе"
).split()


class Maker:
    """Rows of one table, from a random sequence of its own."""

    def __init__(self, table, parents):
        self.random = random.Random(f"{FORMAT} {table}")
        self.parents = parents
        self.prose = " ".join(self.random.choices(WORDS, k=20_000))

    def text(self, shortest, longest):
        length = shortest + int(self.random.random() * (longest - shortest))
        start = int(self.random.random() * (len(self.prose) - length))
        return self.prose[start : start + length]

    def maybe(self, value):
        return value if self.random.random() < 0.8 else None

    def parent(self):
        return 1 + int(self.random.random() * self.parents)

    def moment(self):
        r = self.random.random()
        return f"20{int(r * 25):02}-{1 + int(r * 1e3) % 12:02}-{1 + int(r * 1e5) % 28:02}" + (
            f" {int(r * 1e7) % 24:02}:{int(r * 1e9) % 60:02}:{int(r * 1e11) % 60:02}"
        )

    def orders(self, i):
        return (
            i, f"A{i * 7919 % 10**9:09}-{i % 97}", self.text(8, 30), self.moment(), self.maybe(self.moment()[:10]),
            int(self.random.random() * 1e7) / 100, i & 1, self.maybe(self.text(10, 90)),
            self.parent() if i % 10 == 0 else None)  # fmt: skip

    def events(self, i):
        return (
            i, f"A{i * 7919 % 10**9:09}-{i % 97}", self.text(8, 30), self.moment(), self.maybe(self.moment()[:10]),
            int(self.random.random() * 1e7) / 100, self.maybe(self.random.random() * 100), i & 1,
            self.maybe(f'["{self.text(3, 9)}", "{self.text(3, 9)}"]'), self.maybe(self.text(40, 240)))  # fmt: skip

    def readings(self, i):
        return (
            i, self.parent(), i * 31 % 2_000, 1_600_000_000 + i, self.random.random() * 1000,
            self.maybe(int(self.random.random() * 100) / 8), i & 7)  # fmt: skip

    def documents(self, i):
        h = f"{self.random.getrandbits(128):032x}"
        body = (
            f'{{"id": {i}, "title": "{self.text(10, 60)}", "tags": ["{self.text(3, 9)}", "{self.text(3, 9)}"], '
            f'"score": {self.random.random()}, "nested": {{"text": "{self.text(100, 400)}", "ok": true, "none": null}}}}'
        )
        uuid = f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"
        return i, uuid, self.maybe(self.parent()), self.maybe(self.moment()), body

    def articles(self, i):
        return (
            i, self.parent(), self.text(20, 80), self.text(8, 24), ("en", "de", "fr", "ja")[i & 3],
            self.maybe(self.text(50, 200)), self.maybe(self.text(5, 20)), self.text(10, 60), self.text(200, 700),
            self.maybe(self.text(10, 50)))  # fmt: skip

    def files(self, i):
        size = int(self.random.random() * 16_000)
        return i, self.parent(), f"{self.text(5, 20)}.bin", size, self.random.randbytes(size)


PARENTS = {"events": "events", "orders": "orders", "readings": "orders", "documents": "readings", "articles": "documents", "files": "articles"}


# The tables' rows and the schema of either database, by its name.
KINDS = {"thirty": (ROWS, SCHEMA), "large": (LARGE, LARGE_SCHEMA)}


def counts(scale, kind="thirty"):
    """How many rows each table has."""
    families, _ = KINDS[kind]
    return {
        f"{family}_{n}": max(1, int(rows * scale)) for family, sizes in families.items() for n, rows in enumerate(sizes, 1)
    }


def database(folder, scale, say, kind="thirty"):
    """The path of the sample of this scale; made if it is not there."""
    return _cached(folder, f"{kind}-{FORMAT}-{scale:g}.db", say, lambda file: _fill(file, scale, kind))


def long_rows(folder, rows, size, say):
    """The path of a database whose rows are `size` bytes each: half a text, half a blob."""
    return _cached(folder, f"long-{FORMAT}-{rows}x{size}.db", say, lambda file: _fill_long(file, rows, size))


def _cached(folder, name, say, fill):
    os.makedirs(folder, mode=0o755, exist_ok=True)
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        say(f"making {name}")
        # In a process of its own: Linux counts what this one has ever used as the peak of each program that it starts.
        maker = multiprocessing.get_context("fork").Process(target=_make, args=(path, fill))
        maker.start()
        maker.join()
        if maker.exitcode != 0:
            raise RuntimeError(f"{path} could not be made")
    return path


def _make(path, fill):
    draft = f"{path}.{os.getpid()}"
    connection = sqlite3.connect(draft, isolation_level=None)
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
    fill(connection)
    connection.execute("COMMIT")
    connection.close()
    os.rename(draft, path)


def _fill(connection, scale, kind):
    sizes = counts(scale, kind)
    families, schema = KINDS[kind]
    copies = len(next(iter(families.values())))
    scripts = [schema.format(n=n).split(";\nCREATE ") for n in range(1, copies + 1)]
    statements = ["CREATE " + part.strip().removeprefix("CREATE ").rstrip(";") for script in scripts for part in script]
    for statement in (s for s in statements if s.startswith("CREATE TABLE")):
        connection.execute(statement)
    for table, rows in sizes.items():
        family, n = table.split("_")
        make = Maker(table, sizes[f"{PARENTS[family]}_{n}"])
        row = getattr(make, family)
        marks = ", ".join("?" * len(row(1)))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", (row(i) for i in range(1, rows + 1)))
    for statement in (s for s in statements if not s.startswith("CREATE TABLE")):
        connection.execute(statement)


def _fill_long(connection, rows, size):
    connection.execute("CREATE TABLE long_rows (id INTEGER PRIMARY KEY, words TEXT NOT NULL, bytes BLOB NOT NULL)")
    words = ("long rows pass. " * (size // 32 + 1))[: size // 2]
    for i in range(1, rows + 1):
        content = random.Random(i).randbytes(size - size // 2)
        connection.execute("INSERT INTO long_rows VALUES (?, ?, ?)", (i, words, content))
