import Dialects
import TestSupport
import Testing
import Transfer

/// Tests that an operator or a function is translated to SQLite only for operands with which it means the same there.
@Suite(
    "expressions over types that only PostgreSQL has, to SQLite",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct OwnTypesBackTests {
    private static let table = """
        CREATE EXTENSION IF NOT EXISTS citext;
        CREATE EXTENSION IF NOT EXISTS hstore;
        CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
        CREATE TABLE t (id int PRIMARY KEY, s text, b boolean, big bigint, u uuid, d date, i interval, k interval, f real,
            n numeric, n2 numeric(6,2), j jsonb, c char(3), c2 char(6), ci citext, a int[], ta text[], h hstore, v tsvector,
            r int4range, nr numrange, ip inet, m mood);
        """
    private static let rows = """
        INSERT INTO t VALUES (1, 'ab', true, 5000000000, '123e4567-e89b-12d3-a456-426614174000', '2024-01-02', '1 day', '24:00',
            0.1, 1.0, 1.5, '{"a": 1}', 'ab', 'ab', 'Hello', '{1,2}', '{x,Y}', 'a=>1', 'fat cat', '[1,5)', '[1.0,5]', '10.0.0.1', 'sad');
        INSERT INTO t VALUES (2, 'AB', false, -5, '223e4567-e89b-12d3-a456-426614174000', '2024-01-03', '1 mon', '30 days',
            16777217, 1.00, -1.5, '{}', 'AB', 'AB', 'hello', '{}', '{}', 'c=>NULL', 'dog', 'empty', '[1.00,5]', '10.0.0.1/8', 'ok');
        INSERT INTO t VALUES (3, 'abc', NULL, 7, NULL, NULL, NULL, NULL, NULL, 3, 99.99, '[]', 'abc', '', 'HELLO', NULL, '{}', NULL,
            NULL, NULL, NULL, NULL, NULL);
        INSERT INTO t (id, s) VALUES (4, NULL);
        """

    /// Expressions over the table, and queries.
    static let translated = [
        // A character(n) counts with its padding in patterns and in concat(), and without it everywhere else.
        "c LIKE 'ab'", "c LIKE 'ab_'", "c NOT LIKE 'ab%'", "c ILIKE 'AB '", "c ~ '^ab.$'", "concat(c, 'x')",
        "concat_ws('-', s, c)",
        "c = 'ab '", "c = s", "c = c2", "c IN ('ab ', 'x')", "c || 'x'", "length(c)", "upper(c)", "nullif(c, 'ab ')",
        "CASE WHEN c = 'ab ' THEN c ELSE 'zz' END", "coalesce(c2, c, 'x')", "c::char(2)", "c::varchar(1)",
        // citext ignores case until it is cast.
        "ci LIKE 'hell_'", "ci NOT LIKE 'HEL%'", "ci::text LIKE 'hello'", "ci = 'hello'", "ci = 'hello'::text",
        "ci = s",
        "ci::varchar(3) = 'hel'", "coalesce(ci, 'x') = 'hello'", "coalesce(ci::text, 'x') = 'hello'",
        "nullif(ci, 'hello')",
        "nullif(ci::text, 'hello')", "(CASE WHEN id = 1 THEN ci ELSE 'b' END) = 'HELLO'", "'hello'::citext = 'HELLO'",
        "s::citext = 'AB'", "lower(coalesce(ci, 'x')) = 'HELLO'", "(coalesce(ci, 'x') || 'y') = 'helloy'",
        "ci IN ('HELLO', 'b')",
        "SELECT count(DISTINCT ci::text) AS n, count(DISTINCT ci) AS m, count(DISTINCT coalesce(ci, 'x')) AS k FROM t",
        "SELECT ci::text AS x, count(*) FROM t GROUP BY ci::text", "SELECT count(*) FROM t GROUP BY coalesce(ci, 'x')",
        "SELECT count(*) FROM (SELECT coalesce(ci, 'x') AS q FROM t) z WHERE q = 'hello'",
        "SELECT count(*) FROM (SELECT ci::text AS q FROM t) z WHERE q = 'hello'",
        "SELECT count(*) FROM (SELECT ci FROM t UNION SELECT s FROM t) z",
        "SELECT count(*) FROM (SELECT ci FROM t UNION SELECT ci FROM t) z",
        "SELECT count(*) FROM t WHERE ci::text IN (SELECT ci FROM t WHERE id = 1)",
        "SELECT count(*) FROM t WHERE ci IN (SELECT ci FROM t WHERE id = 1)",
        "SELECT count(*) FROM t x JOIN t y USING (ci)", "SELECT (SELECT ci FROM t WHERE id = 1) = 'HELLO' AS same",
        "SELECT row_number() OVER (PARTITION BY ci::text ORDER BY id) AS n FROM t",
        // Casts cut and pad.
        "u::varchar(8)", "u::char(8)", "big::varchar(2)", "big::char(3)", "s::char(2)", "s::varchar(1)",
        "n2::varchar(3)", "d::varchar(4)",
        "d::char(7)", "b::varchar(2)", "m::text::varchar(2)",
        // Values whose texts are equal exactly if they are.
        "a = '{1,2}'", "ta <> '{}'", "j <> '{}'", "j = '[]'", "r = '[1,4]'", "ip = '10.0.0.1/32'", "m = 'ok'",
        "coalesce(m, 'happy')",
        "nullif(m, 'ok')", "m::text || s", "SELECT count(*) FROM t GROUP BY r, a, m", "a::text", "j::text || 'x'",
        // A double of 32 bits beside one of 64 bits.
        "f * 3", "f = 0.1", "f::double precision", "SELECT avg(f) AS x FROM t",
    ]

    @Test("those that mean the same yield the same rows in SQLite")
    func sameRows() async throws {
        let views = Self.translated.enumerated().map { at, text in
            "CREATE VIEW v\(at) AS \(text.hasPrefix("SELECT") ? text : "SELECT id, \(text) AS x FROM t");"
        }
        try await transferToSQLite(Self.table + Self.rows + views.joined(separator: "\n")) { report, _, _ in
            #expect(report.verdict == .verified)
            for omission in report.omitted where omission.name != "mood" {
                let at = Int(omission.name.dropFirst())
                Issue.record("\(at.map { Self.translated[$0] } ?? omission.name): \(omission.reason)")
            }
        }
    }

    static let leftOut = [
        "j || '{\"z\": 1}'", "a || 9", "ta || 'x'::text", "h || h", "v || v", "s || ip", "lower(r)", "upper(nr)",
        "length(v)", "h -> 'a'",
        "octet_length(c)", "j = '{\"a\": 1.0}'", "nr = '[1,5]'", "ip::text", "(j -> 'a')::text",
        "replace(ci, 'h', 'j')", "ci ~ '^h$'",
        "i = k", "greatest(i, k)", "nullif(i, k)", "greatest(n, n2)", "nullif(n, 1.0)", "f + f", "-f * f",
        "SELECT sum(f) AS x FROM t", "SELECT DISTINCT nr FROM t", "SELECT count(DISTINCT j) AS x FROM t",
        "SELECT id FROM t ORDER BY a",
        "SELECT min(i) AS x FROM t", "SELECT rank() OVER (ORDER BY i) AS x FROM t",
        "SELECT rank() OVER (ORDER BY n) AS x FROM t",
        "SELECT rank() OVER (ORDER BY m) AS x FROM t", "SELECT count(*) FROM t x JOIN t y USING (i)",
        "SELECT count(*) FROM t x JOIN (SELECT n2 * 1.0 AS n2 FROM t) y USING (n2)",
        "SELECT sum(n2) OVER (ORDER BY n2 RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS x FROM t",
        "SELECT count(*) OVER (ORDER BY d RANGE BETWEEN '1 day' PRECEDING AND CURRENT ROW) AS x FROM t",
    ]

    @Test("all others are left out with a reason, though no row shows the difference")
    func leftOutAloud() async throws {
        let views = Self.leftOut.enumerated().map { at, text in
            "CREATE VIEW v\(at) AS \(text.hasPrefix("SELECT") ? text : "SELECT id, \(text) AS x FROM t");"
        }
        try await transferToSQLite(Self.table + views.joined(separator: "\n")) { report, _, _ in
            let names = Set(report.omitted.filter { !$0.reason.isEmpty }.map(\.name))
            for (at, text) in Self.leftOut.enumerated() { #expect(names.contains("v\(at)"), "\(text)") }
        }
    }

    @Test("what asks whether a row of fields is NULL is left out, for its text does not tell; arrays and ranges do")
    func rowsOfFields() async throws {
        let script = """
            CREATE TYPE addr AS (street text, zip text); CREATE DOMAIN home AS addr; CREATE DOMAIN place AS home;
            CREATE TABLE t (id int PRIMARY KEY, home addr CHECK (home IS NOT NULL), place place, a int[] CHECK (a IS NOT NULL),
                r int4range CHECK (r IS NOT NULL), empty bool GENERATED ALWAYS AS (home IS NULL) STORED, s addr DEFAULT '(x,1)',
                CONSTRAINT placed CHECK (place IS NOT NULL), CONSTRAINT given CHECK (num_nulls(home) = 0));
            CREATE UNIQUE INDEX homeless ON t (id) WHERE home IS NULL;
            CREATE VIEW homes AS SELECT id FROM t WHERE home IS NOT NULL;
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(report.verdict == .verified)
            let left = report.omitted.filter { $0.reason.contains("a row is NULL if all of its fields are") }
            let checks = ["t CHECK (home IS NOT NULL)", "t CHECK (place IS NOT NULL)"]
            #expect(
                Set(left.map(\.name)) == Set(checks + ["t.empty GENERATED", "homeless", "homes"]), "\(report.omitted)")
            try target.execute("INSERT INTO t (id, home, a, r) VALUES (1, '(,)', '{}', 'empty')")
            for row in ["'(,)', NULL, 'empty'", "'(,)', '{}', NULL"] {
                #expect(throws: DatabaseError.self) {
                    try target.execute(SQL(trusted: "INSERT INTO t (id, home, a, r) VALUES (2, \(row))"))
                }
            }
        }
    }

    @Test("a computed column of such a type keeps its values, and rows can be inserted")
    func computedColumns() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, j jsonb, ts timestamp, n numeric(6,2), s text,
                joined jsonb GENERATED ALWAYS AS (j || '{"z": 1}') STORED, whole timestamp(0) GENERATED ALWAYS AS (ts) STORED,
                short numeric(6,1) GENERATED ALWAYS AS (n) STORED, code char(3) GENERATED ALWAYS AS (s) STORED,
                same jsonb GENERATED ALWAYS AS (j) STORED);
            INSERT INTO t VALUES (1, '{"a": 1}', '2024-01-02 03:04:05.5', 1.25, 'ab');
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(report.verdict == .verified)
            let names = ["joined", "whole", "short", "code"].map { "t.\($0) GENERATED" }
            #expect(report.omitted.map(\.name) == names)
            try target.execute("INSERT INTO t (id, j, s) VALUES (2, '{}', 'abcd')")
        }
    }
}
