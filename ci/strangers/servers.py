"""Small PostgreSQL schemas as strangers make them, one a seed: types of every kind, also their own, keys, indexes of every method,
partitions, heirs, views, triggers, rules, policies, comments and names that a database has a use of its own for. It is a script of
statements; what makes no sense the server refuses, and the rest goes on."""

import random

from databases import quoted
from server_kinds import COLLATIONS, KINDS, OWN_TYPES, TEXTS

TABLES = ["users", "Users", "items", "order", "Mixed Case", "a.b", 'q"q', "é" * 31, "t" * 63, "user", "tab\tle", "sqlite_x", "main", "rowid"]
COLUMNS = [
    "name", "value", "Value", "user", "select", "x y", "é", "n" * 63, "rowid", "a'b", "current_user", "Total", "end", "_rowid_", "oid_", "%",
    "b\\c",
]  # fmt: skip
COMPUTED = ["{0}::text || 'x'", "length({0}::text)", "{0} IS NULL", "coalesce({0}::text, '-')", "{0}"]
CHECKS = [
    "{0} IS NOT NULL", "length({0}::text) < 100000", "{0}::text <> 'never'", "{0} IN ({0})", "{0} = {0} OR {0} IS NULL", "twice(1) = 2",
    "{0}::text ~ '.*'", "{0}::text NOT LIKE 'never%'",
]  # fmt: skip
INDEXES = [
    "INDEX {n} ON {t} ({0})", "UNIQUE INDEX {n} ON {t} ({0})", "INDEX {n} ON {t} ({0} DESC NULLS LAST)", "INDEX {n} ON {t} ({0} NULLS FIRST)",
    "INDEX {n} ON {t} (lower({0}::text))", "INDEX {n} ON {t} ({0}) WHERE {0} IS NOT NULL", "INDEX {n} ON {t} USING hash ({0})",
    "INDEX {n} ON {t} USING gin ({0})", "INDEX {n} ON {t} USING gist ({0})", "INDEX {n} ON {t} USING brin ({0})",
    "UNIQUE INDEX {n} ON {t} ({0}) NULLS NOT DISTINCT", "UNIQUE INDEX {n} ON {t} (id) INCLUDE ({0})", "INDEX {n} ON {t} ({0}, {1})",
    "INDEX {n} ON {t} USING gin ({0} gin_trgm_ops)", "INDEX {n} ON {t} ({0} text_pattern_ops)", "UNIQUE INDEX {n} ON {t} ({0}, id) WHERE id > 1",
    "INDEX {n} ON {t} (id) WITH (fillfactor = 70)", 'INDEX {n} ON {t} ({0} COLLATE "C")', "UNIQUE INDEX {n} ON {t} (twice(id::integer), {0})",
    "INDEX {n} ON {t} (({0} IS NULL))",
]  # fmt: skip
VIEWS = [
    "SELECT {0} FROM {t}", "SELECT {0}, count(*) FROM {t} GROUP BY {0}", "SELECT max({0}::text) AS most FROM {t}", "SELECT * FROM {t} WHERE {0} IS NULL",
    "SELECT {0}::text AS shown, id + 1 AS next FROM {t}", "SELECT a.id FROM {t} a JOIN {t} b ON a.id = b.id",
    "SELECT id, row_number() OVER (ORDER BY id) AS nr FROM {t}", "WITH x AS (SELECT id FROM {t}) SELECT * FROM x", "SELECT now() AS moment, id FROM {t}",
    "SELECT id / 2 AS half FROM {t}", "SELECT coalesce({0}::text, 'none') AS shown FROM {t} WHERE id > 0", "SELECT DISTINCT {0} FROM {t} ORDER BY {0}",
    "SELECT id FROM {t} WHERE {0} = {0}", "SELECT avg(id) AS mean, sum(id) AS total FROM {t}", "SELECT id, ({0} IS NOT NULL) AS has FROM {t}",
]  # fmt: skip
EXTRAS = [
    "CREATE TRIGGER {n} BEFORE INSERT ON {t} FOR EACH ROW EXECUTE FUNCTION touch()", "CREATE RULE {n} AS ON DELETE TO {t} DO ALSO NOTHING",
    "ALTER TABLE {t} ENABLE ROW LEVEL SECURITY", "CREATE POLICY {n} ON {t} USING (true)", "COMMENT ON TABLE {t} IS 'it''s a table'",
    "COMMENT ON COLUMN {t}.{0} IS 'a column'", "GRANT SELECT ON {t} TO PUBLIC", "CREATE MATERIALIZED VIEW {n} AS SELECT {0} FROM {t}",
    "CREATE STATISTICS {n} ON {0}, id FROM {t}", "ALTER TABLE {t} ALTER {0} SET STORAGE EXTERNAL", "ALTER TABLE {t} REPLICA IDENTITY FULL",
    "ALTER TABLE {t} ADD EXCLUDE USING gist ({0} WITH =)", "ALTER TABLE {t} ADD CONSTRAINT {n} UNIQUE ({0}) DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE {t} ADD CONSTRAINT {n} CHECK ({0} IS NOT NULL) NOT VALID", "ALTER TABLE {t} ADD CONSTRAINT {n} UNIQUE NULLS NOT DISTINCT ({0})",
    "ALTER TABLE {t} SET (fillfactor = 80)", "ALTER TABLE {t} ADD COLUMN gone text, DROP COLUMN gone", "ALTER TABLE {t} FORCE ROW LEVEL SECURITY",
    "CREATE UNIQUE INDEX {n} ON {t} ({0}) INCLUDE (id)", "CREATE TABLE {n} () INHERITS ({t})",
    "CREATE TABLE {n} (LIKE {t} INCLUDING ALL)", "CREATE TABLE {n} (extra integer) INHERITS ({t}); INSERT INTO {n} DEFAULT VALUES",
    "ALTER TABLE {t} ADD COLUMN other serial", "ALTER TABLE {t} ADD COLUMN other bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 7 CYCLE)",
    "CREATE TABLE {n} (a integer, b integer, UNIQUE (a, b), c integer, FOREIGN KEY (a, c) REFERENCES {n} (a, b) ON DELETE SET NULL (c))",
    "GRANT SELECT ({0}) ON {t} TO PUBLIC", "CREATE TABLE {n} ()", "CREATE TABLE {n} OF pair", "CREATE PUBLICATION stranger_p FOR TABLE {t}",
    "CREATE TABLE {n} AS SELECT * FROM {t}", "CLUSTER {t} USING {t_pkey}", "ALTER TABLE {t} ALTER {0} SET COMPRESSION pglz",
    "CREATE CONSTRAINT TRIGGER {n} AFTER INSERT ON {t} DEFERRABLE FOR EACH ROW EXECUTE FUNCTION touch()", "CREATE TEMP TABLE {n} (a integer)",
]  # fmt: skip
PARTITIONS = [
    ("LIST (id)", ["FOR VALUES IN (1, 2)", "FOR VALUES IN (3, NULL)", "DEFAULT"]),
    ("RANGE (id)", ["FOR VALUES FROM (MINVALUE) TO (3)", "FOR VALUES FROM (3) TO (10)", "DEFAULT"]),
    ("HASH (id)", ["FOR VALUES WITH (MODULUS 2, REMAINDER 0)", "FOR VALUES WITH (MODULUS 2, REMAINDER 1)"]),
]
IDENTITIES = [
    "bigint GENERATED ALWAYS AS IDENTITY", "integer GENERATED BY DEFAULT AS IDENTITY (START 10 INCREMENT 5)", "serial", "bigserial", "smallserial",
    "bigint GENERATED BY DEFAULT AS IDENTITY (INCREMENT -1)", "integer", "integer DEFAULT nextval('loose')", "numeric", "uuid DEFAULT gen_random_uuid()",
    "text DEFAULT gen_random_uuid()",
]  # fmt: skip
REFERENCES = [
    "", "ON DELETE CASCADE", "ON DELETE SET NULL ON UPDATE CASCADE", "ON DELETE SET DEFAULT", "ON DELETE RESTRICT", "MATCH FULL",
    "DEFERRABLE INITIALLY DEFERRED", "DEFERRABLE", "ON DELETE SET NULL (parent)", "NOT VALID",
]  # fmt: skip


class ServerStranger:
    """`schema` must be on the search path, and empty."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.statements = list(OWN_TYPES)
        self.names = 0

    def script(self):
        for name in self.random.sample(TABLES, self.random.randint(1, 4)):
            self.table(name)
        return ";\n".join(self.statements) + ";\n"

    def fresh(self):
        self.names += 1
        return quoted(self.random.choice(["i", "I", "x y", "select", "n" * 60, "ü"]) + str(self.names))

    def table(self, name):
        choose, chance = self.random.choice, self.random.random
        identity, columns, parts = choose(IDENTITIES), [], []
        parts.append(f"id {identity}" + choose([" PRIMARY KEY", " PRIMARY KEY", " NOT NULL", " UNIQUE"]))
        for column in self.random.sample(COLUMNS, self.random.randint(1, 7)):
            text, kind = self.column(column, columns)
            parts.append(text)
            if kind:
                columns.append((column, kind))
        if chance() < 0.4:
            parts.append("parent integer " + f"REFERENCES {quoted(choose([name, name, 'users', 'items']))} (id) {choose(REFERENCES[:-2])}")
        table = quoted(name)
        body = f"{table} ({', '.join(parts)})"
        if chance() < 0.2:
            by, bounds = choose(PARTITIONS)
            self.statements.append(f"CREATE TABLE {body} PARTITION BY {by}")
            for bound in bounds:
                self.statements.append(f"CREATE TABLE {self.fresh()} PARTITION OF {table} {bound}")
        else:
            self.statements.append(f"CREATE {choose(['', '', '', 'UNLOGGED '])}TABLE {body}")
        self.fill(table, identity, columns)
        self.around(name, columns)

    def column(self, column, earlier):
        choose, chance = self.random.choice, self.random.random
        if chance() < 0.15 and earlier:
            kind = choose(["text", "integer", "boolean"])
            return f"{quoted(column)} {kind} GENERATED ALWAYS AS ({choose(COMPUTED).format(quoted(choose(earlier)[0]))}) STORED", None
        kind = choose(list(KINDS))
        text = f"{quoted(column)} {kind}"
        text += f" {choose(COLLATIONS)}" if kind in TEXTS and chance() < 0.3 else ""
        defaults = KINDS[kind][2]
        text += f" DEFAULT {choose(defaults)}" if defaults and chance() < 0.4 else ""
        text += choose([" UNIQUE", " NOT NULL", f" CHECK ({choose(CHECKS).format(quoted(column))})"]) if chance() < 0.2 else ""
        return text, kind

    def fill(self, table, identity, columns):
        odd = {column: self.random.choice([0, 0.1, 0.6]) for column, _ in columns}
        names = ["id", *(quoted(column) for column, _ in columns)]
        for number in range(1, self.random.choice([0, 1, 5, 12]) + 1):
            key = "DEFAULT" if "DEFAULT" in identity or "ALWAYS" in identity or "serial" in identity else str(number)
            values = [key, *(self.value(kind, odd[column]) for column, kind in columns)]
            self.statements.append(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(values)})")

    def value(self, kind, odd):
        plain, strange, _ = KINDS[kind]
        if self.random.random() < 0.1:
            return "NULL"
        return self.random.choice(strange if strange and self.random.random() < odd else plain)

    def around(self, name, columns):
        chosen = lambda: quoted(self.random.choice(columns)[0]) if columns else "id"  # noqa: E731
        key = quoted(name[:58] + "_pkey")
        for templates, prefix, most in ((INDEXES, "CREATE ", 3), (VIEWS, None, 2), (EXTRAS, "", 4)):
            for template in self.random.sample(templates, self.random.randint(0, most)):
                fresh = self.fresh()
                text = template.replace("{t_pkey}", key).format(chosen(), chosen(), t=quoted(name), n=fresh)
                self.statements.append((f"CREATE VIEW {fresh} AS " if prefix is None else prefix) + text)
        if self.random.random() < 0.3:
            rule = self.random.choice(REFERENCES)
            self.statements.append(f"ALTER TABLE {quoted(name)} ADD COLUMN parent integer")
            self.statements.append(
                f"ALTER TABLE {quoted(name)} ADD CONSTRAINT {self.fresh()} FOREIGN KEY (parent) REFERENCES {quoted(name)} (id) {rule}"
            )
            self.statements.append(f"UPDATE {quoted(name)} SET parent = id")
