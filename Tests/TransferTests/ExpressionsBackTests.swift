import Dialects
import TestSupport
import Testing
import Transfer

/// Tests checks, computed columns, indexes and views on their way from PostgreSQL to SQLite.
@Suite("expressions from PostgreSQL to SQLite", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ExpressionsBackTests {
    /// A check, values of the columns that it accepts, and values that it refuses.
    static let checks: [(check: String, accepted: String, refused: String)] = [
        ("v LIKE '%@_%.com'", "v = 'a@b.com'", "v = 'a@B.COM'"),
        (#"v NOT LIKE 'a\_%' AND v LIKE 'a%'"#, "v = 'ab'", "v = 'a_'"),
        ("v LIKE '[*]?%'", "v = '[*]?x'", "v = '*x'"), (#"v LIKE 'a!_\%' ESCAPE '!'"#, #"v = 'a_\b'"#, "v = 'ax'"),
        ("v LIKE 'a!!_' ESCAPE '!'", "v = 'a!b'", "v = 'a!!b'"),
        ("v LIKE 'a_\u{301}%\u{301}'", "v = 'ae\u{301}x\u{301}'", "v = 'ae'"),
        ("length(v)::text LIKE '1%'", "v = 'a'", "v = 'ab'"),
        ("v ~ '^[A-Z]{2}[0-9].*$'", "v = 'AB1x'", "v = 'Ab1x'"),
        (#"v ~ '^\*[^a-c]\.$' OR v !~ '^.x$'"#, "v = 'ay'", "v = 'ax'"),
        ("substr(v, length(v) - 1) = 'yz'", "v = 'xyz'", "v = 'z'"), ("(n > 3)::int = 1", "n = 4", "n = 3"),
        ("v ILIKE 'ab%'", "v = 'ABc'", "v = 'ba'"),
        ("v = lower(v)", "v = 'abc'", "v = 'Abc'"),
        ("left(v, 2) = 'ab' AND right(v, 1) = 'z'", "v = 'abz'", "v = 'aby'"),
        ("position('@' IN v) > 1", "v = 'a@'", "v = '@a'"),
        ("substring(v FROM 2 FOR 2) = 'bc'", "v = 'abcd'", "v = 'bcd'"),
        ("trim(v) <> '' AND trim(LEADING 'x' FROM v) = v", "v = 'a'", "v = 'xa'"),
        ("n > - '-5'::int AND r > - '-1.5'::double precision", "n = 6, r = 2", "n = 5, r = 2"),
        ("n + 1 < greatest(m, 5)", "n = 3, m = NULL", "n = 4, m = 2"),
        ("nullif(n, 0) IS NOT NULL", "n = 1", "n = 0"),
        ("num_nonnulls(v, n) = 1", "n = 1", "n = 1, v = 'a'"),
        ("r * 2 < 3.5", "r = 1.5", "r = 2"),
        ("extract(year FROM d) = 2024", "d = '2024-12-31'", "d = '2023-12-31'"),
        ("e - d <= 7", "d = '2024-02-28', e = '2024-03-06'", "d = '2024-02-28', e = '2024-03-07'"),
        ("d + 1 = e", "d = '2024-02-29', e = '2024-03-01'", "d = '2024-02-28', e = '2024-03-01'"),
        // SQLite's functions read no infinity.
        ("extract(year FROM d) < 2000", "d = '-infinity'", "d = 'infinity'"),
        ("extract(year FROM d) > 2000", "d = 'infinity'", "d = '-infinity'"),
        ("extract(epoch FROM at) > 0", "at = 'infinity'", "at = '-infinity'"),
        ("extract(month FROM d) = 2", "d = 'infinity'", "d = '2024-01-01'"),
        ("d - '2000-01-01'::date > 0", "d = NULL", "d = '-infinity'"),
        ("extract(epoch FROM at - '2000-01-01'::timestamp) > 0", "at = '2000-01-02'", "at = 'infinity'"),
        ("d + n <= e", "d = 'infinity', n = 1, e = 'infinity'", "d = 'infinity', n = 1, e = '2024-01-01'"),
        ("d + n <= e", "d = 'infinity', n = NULL, e = '2024-01-01'", "d = '2024-01-01', n = 1, e = '-infinity'"),
        ("date_trunc('day', at) < '2024-01-02'", "at = '-infinity'", "at = 'infinity'"),
        ("at - interval '1 day' < '2024-01-02'", "at = '-infinity'", "at = 'infinity'"),
        ("extract(year FROM d) < 2000 OR n = 5", "d = '10000-01-01', n = 5", "d = 'infinity', n = 4"),
        ("d - '-1'::int = e", "d = '2024-02-28', e = '2024-02-29'", "d = '2024-02-28', e = '2024-02-27'"),
        ("jsonb_typeof(j) = 'object'", #"j = '{}'"#, "j = '[]'"),
        ("jsonb_typeof(j -> 'a' -> 0) = 'string'", #"j = '{"a": ["x"]}'"#, #"j = '{"a": [1]}'"#),
        // A scalar of jsonb counts as an array of one, and one of json does not.
        ("(j ->> 0) <> 's'", #"j = '["t"]'"#, #"j = '"s"'"#),
        ("(j -> 'a' -> 0 ->> 0) IS NULL", #"j = '{"a":[[]]}'"#, #"j = '{"a":1}'"#),
        ("(j -> 0 ->> 0) IS NULL", #"j = '{"0":1}'"#, "j = '[1.50]'"),
        ("(j -> 0 ->> 'a') = '1'", "j = '5'", #"j = '[{"a":2}]'"#),
        ("jsonb_typeof(j -> 0) <> 'string'", #"j = '[1]'"#, #"j = '"s"'"#),
        ("(coalesce(j, '[1]') ->> 0) = '1'", "j = NULL", #"j = '"s"'"#),
        ("(w ->> 0) IS NULL", #"w = '"s"'"#, #"w = '["s"]'"#), ("(w::jsonb ->> 0) = 's'", #"w = '"s"'"#, #"w = '"t"'"#),
        ("((j -> 0)::json ->> 0) IS NULL", #"j = '"s"'"#, #"j = '[["s"]]'"#),
        ("jsonb_array_length(j -> 'a') > 1 AND r / 4 > 0.5", #"j = '{"a": [1,2]}', r = 3"#, #"j = '{"a": [1]}'"#),
        ("jsonb_array_length(j) < 2", "j = '[1]'", "j = '[1,2]'"),
        ("(j ->> 'on') = 'true'", #"j = '{"on": true}'"#, #"j = '{"on": false}'"#),
        (
            "(j ->> 'n') = '1.50' AND (j -> 'a' ->> 0) = '12345678901234567890'",
            #"j = '{"n":1.50,"a":[12345678901234567890]}'"#, #"j = '{"n":1.50,"a":[12345678901234567891]}'"#
        ),
        // What is an error in PostgreSQL refuses the row in SQLite, too.
        ("jsonb_array_length(j) <= 5", "j = '[1]'", "j = '{}'"), ("jsonb_array_length(j) <= 5", "j = NULL", "j = '1'"),
        ("json_array_length(w) <= 5", "w = '[]'", #"w = '"x"'"#),
        ("jsonb_array_length(j -> 'a') <= 5", "j = '{}'", #"j = '{"a": null}'"#),
        ("jsonb_typeof(j) <> 'array' OR jsonb_array_length(j) = 1", "j = '{}'", "j = '[]'"),
        ("v::json IS NOT NULL", "v = '[]'", "v = '{'"),
        ("v::jsonb ->> 'a' = 'b'", #"v = '{"a": "b"}'"#, "v = ''"),
    ]

    @Test("a check accepts and refuses the same rows in SQLite", arguments: checks)
    func sameRows(_ example: (check: String, accepted: String, refused: String)) async throws {
        let script = """
            CREATE TABLE t (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, v text, n int, m int, r double precision,
                d date, e date, at timestamp, j jsonb, w json, CHECK (\(example.check)));
            """
        try await transferToSQLite(script) { report, source, target in
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            func insert(_ assignments: String) -> SQL {
                let pairs = assignments.split(separator: ", ").map { $0.split(separator: " = ", maxSplits: 1) }
                let (names, values) = (pairs.map { $0[0] }, pairs.map { $0[1] })
                return SQL(
                    trusted:
                        "INSERT INTO t (\(names.joined(separator: ", "))) VALUES (\(values.joined(separator: ", ")))")
            }
            for connection in [source, target] {
                try connection.execute(insert(example.accepted))
                #expect(throws: DatabaseError.self) { try connection.execute(insert(example.refused)) }
            }
        }
    }

    @Test("columns are computed from the values of later rows, too, and lower() says what it does less")
    func computedColumns() async throws {
        let rows = [
            #"(1, 'Ann', 3, 1.25, '2024-02-29', '{"name": "x", "age": 7}')"#,
            #"(2, 'bo b', -8, -0.5, '1999-12-31', '{"name": null}')"#,
            #"(3, NULL, NULL, NULL, NULL, NULL)"#, #"(4, '', 0, 0, '2000-01-01', '{"name": true, "age": "12"}')"#,
        ]
        let columns = """
            lower(v), "left"(v, 2), nullif(v, ''), strpos(v, 'n'), n % 3, n * 2 + 1, greatest(n, 2), r * 2, r + n,
            j ->> 'name', extract(month FROM d)::int, d + 30, d - date '2000-01-01', n > 1
            """
        let types = [
            "text", "text", "text", "int", "int", "int", "int", "double precision", "double precision", "text", "int",
            "date", "int", "boolean",
        ]
        let expressions = columns.replacing("\n", with: " ").split(separator: /, (?![^(]*\))/)
        try #require(expressions.count == types.count)
        let computed = zip(expressions, types).enumerated().map {
            "c\($0) \($1.1) GENERATED ALWAYS AS (\($1.0)) STORED"
        }
        let insert = "INSERT INTO t (id, v, n, r, d, j) VALUES "
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, v text, n int, r double precision, d date, j jsonb, \(computed.joined(separator: ", ")));
            \(insert) \(rows.joined(separator: ", "));
            CREATE UNIQUE INDEX byName ON t (lower(v));
            CREATE INDEX byAge ON t ((j ->> 'age')) WHERE v LIKE 'A%';
            """
        try await transferToSQLite(script) { report, source, target in
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            #expect(
                report.remarks.contains("t: lower(), upper() and ILIKE regard only the case of A to Z in the target"))
            try source.execute("DELETE FROM t")
            try target.execute("DELETE FROM t")
            for row in rows {
                try source.execute(SQL(trusted: insert + row))
                try target.execute(SQL(trusted: insert + row))
            }
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO t (id, v) VALUES (5, 'ANN')") }
            let names = computed.indices.map { types[$0] == "date" ? "CAST(c\($0) AS text)" : "c\($0)" }.joined(
                separator: ", ")
            let query = SQL(trusted: "SELECT \(names) FROM t ORDER BY id")
            let (ours, theirs) = (try source.query(query).map(\.values), try target.query(query).map(\.values))
            for (a, b) in zip(ours, theirs) {
                #expect(a.map { $0 == .boolean(true) ? 1 : $0 == .boolean(false) ? 0 : $0 } == b)
            }
        }
    }

    @Test("a check that refuses rows in SQLite which PostgreSQL accepts is left out and listed; the other one stays")
    func refusingCheck() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, v text CONSTRAINT folded CHECK (lower(v) <> v), CHECK (length(v) = 1));
            CREATE TABLE u (id int PRIMARY KEY, v text CONSTRAINT folds CHECK (lower(v) <> v));
            INSERT INTO t VALUES (1, 'A'), (2, 'Ä');
            INSERT INTO u VALUES (1, 'A');
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(report.verdict == .verified)
            #expect(report.omitted.map(\.name) == ["t.folded"])
            #expect(report.omitted.first?.reason == "the target refuses rows that the check accepts in the source")
            try target.execute("INSERT INTO t VALUES (3, 'a')")
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO t VALUES (4, 'ab')") }
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO u VALUES (4, 'a')") }
        }
    }

    @Test("what PostgreSQL reads out of a text, and fails with otherwise, is listed, and still computed by views")
    func castsOfTexts() async throws {
        let expressions = [
            "code::int > 0", "(j ->> 'n')::bigint > 0", "code::smallint > 0", "code::double precision > 0",
            "code::boolean",
        ]
        let checks = expressions.enumerated().map { "CONSTRAINT c\($0) CHECK (\($1))" }.joined(separator: ", ")
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, code text, j jsonb, n int GENERATED ALWAYS AS (code::int) STORED, \(checks));
            CREATE UNIQUE INDEX byCode ON t ((code::int)); CREATE INDEX coded ON t (id) WHERE code::int > 1;
            CREATE TABLE u (id int PRIMARY KEY, b text);
            INSERT INTO u VALUES (1, E' tru\t'), (2, 'no'), (3, 'YES'), (4, 'of');
            CREATE VIEW read AS SELECT id, code::int AS n, (j ->> 'n')::bigint AS m FROM t;
            CREATE VIEW truths AS SELECT id FROM u WHERE b::boolean;
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(report.verdict == .verified)
            #expect(report.omitted.count == expressions.count + 3, "\(report.omitted)")
            #expect(report.omitted.allSatisfy { $0.reason.contains("is an error in PostgreSQL") }, "\(report.omitted)")
            let truths = try target.values("SELECT id FROM truths ORDER BY id")
            #expect(truths == [[1], [3]])
        }
    }

    @Test(
        "where SQLite reads nothing out of a moment, a later row is refused, and what transferred rows break is left out"
    )
    func unreadMoments() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, d date CONSTRAINT c CHECK (extract(month FROM d) > 0 AND d + 1 > '2000-01-01'), at timestamp,
                m int GENERATED ALWAYS AS (extract(month FROM at)::int) STORED);
            CREATE TABLE u (d date CONSTRAINT far CHECK (extract(month FROM d) > 0)); INSERT INTO u VALUES ('10000-01-01');
            CREATE TABLE w (at timestamp, m int GENERATED ALWAYS AS (extract(year FROM at)::int) STORED);
            INSERT INTO w VALUES ('0044-03-15 12:00 BC');
            CREATE TABLE guarded (j jsonb, f bool, CONSTRAINT guarded CHECK ((jsonb_typeof(j) = 'array' AND jsonb_array_length(j) > 5) = f));
            INSERT INTO guarded VALUES ('{}', false);
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(report.verdict == .verified)
            #expect(Set(report.omitted.map(\.name)).isSuperset(of: ["u.far", "w.m GENERATED"]), "\(report.omitted)")
            #expect(!report.omitted.contains { $0.name.hasPrefix("t.") }, "\(report.omitted)")
            for row in ["'10000-01-01', NULL", "'9999-12-31', NULL", "NULL, '0044-03-15 12:00:00.000000 BC'"] {
                #expect(throws: DatabaseError.self, "\(row)") {
                    try target.execute(SQL(trusted: "INSERT INTO t (id, d, at) VALUES (1, \(row))"))
                }
            }
            try target.execute(
                "INSERT INTO t (id, d, at) VALUES (2, 'infinity', 'infinity'), (3, NULL, '2024-02-03 00:00:00.000000')")
            #expect(try target.values("SELECT m FROM t ORDER BY id") == [[nil], [2]])
        }
    }

    @Test("infinity is the same as a date and as a moment")
    func infiniteMoments() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, d date, at timestamp, z timestamptz);
            INSERT INTO t VALUES (1, 'infinity', 'infinity', 'infinity'), (2, '-infinity', '-infinity', '-infinity'),
                (3, 'infinity', '2024-02-03 04:05', '2024-02-03 04:05Z'), (4, '2024-02-03', 'infinity', 'infinity'),
                (5, '2024-02-03', '2024-02-03', '2024-02-03 00:00Z'), (6, NULL, '-infinity', NULL);
            CREATE VIEW same AS SELECT id FROM t WHERE at = d;
            CREATE VIEW earlier AS SELECT id FROM t WHERE d >= at;
            CREATE VIEW written AS SELECT id, d::timestamp AS a, at AT TIME ZONE 'UTC' AS b FROM t;
            """
        try await transferToSQLite(script) { report, source, target in
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            for query in [
                "SELECT id FROM same ORDER BY id", "SELECT id FROM earlier ORDER BY id",
                "SELECT id, CAST(a AS text) FROM written WHERE CAST(a AS text) LIKE '%inf%' ORDER BY id",
                "SELECT id, CAST(b AS text) FROM written WHERE CAST(b AS text) LIKE '%inf%' ORDER BY id",
            ] {
                let (ours, theirs) = (try source.values(SQL(trusted: query)), try target.values(SQL(trusted: query)))
                #expect(ours.count > 1 && ours == theirs, "\(query): \(theirs)")
            }
        }
    }

    @Test("a number out of JSON has all of its digits, in keys, computed columns and views")
    func digits() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, j jsonb, n text GENERATED ALWAYS AS (j ->> 'n') STORED,
                m jsonb GENERATED ALWAYS AS (j -> 'n') STORED, CONSTRAINT part CHECK (substr(n, 1, id) <> ''));
            CREATE UNIQUE INDEX byN ON t ((j ->> 'n'));
            CREATE VIEW v AS SELECT id, j ->> 'n' AS n, j -> 'n' AS m FROM t;
            """
        try await transferToSQLite(script) { report, source, target in
            #expect(report.verdict == .verified)
            #expect(
                report.omitted.map(\.reason) == ["a negative length is an error in PostgreSQL"], "\(report.omitted)")
            let numbers = [
                "12345678901234567890", "12345678901234567891", "1.50", "1.5", "-0.00001", "7", #""7,5""#, "null",
            ]
            for connection in [source, target] {
                func insert(_ id: Int, _ number: String) throws {
                    try connection.execute(
                        SQL(trusted: #"INSERT INTO t (id, j) VALUES (\#(id), '{"n": \#(number)}')"#))
                }
                for (at, number) in numbers.enumerated() { try insert(at + 1, number) }
                #expect(throws: DatabaseError.self) { try insert(99, numbers[0]) }
            }
            for relation in ["t", "v"] {
                let query = SQL(trusted: "SELECT id, n, CAST(m AS text) FROM \(relation) ORDER BY id")
                let (ours, theirs) = (try source.values(query), try target.values(query))
                #expect(ours.count == numbers.count && ours == theirs)
            }
        }
    }

    @Test("paths that SQLite can't write are listed")
    func paths() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, j jsonb, CONSTRAINT a CHECK ((j ->> -1) = '1'), CONSTRAINT b CHECK ((j ->> 'x"y') = '1'));
            INSERT INTO t VALUES (1, '[1]'), (2, '{"x\\"y": 1}');
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(report.verdict == .verified && report.omitted.count == 2, "\(report.omitted)")
            #expect(report.omitted.allSatisfy { $0.reason == "->> has a path that SQLite can't write" })
        }
    }

    @Test("a default keeps its letters, or is listed")
    func defaults() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT upper('abc'), b text DEFAULT upper('ä'), c text DEFAULT lower('Ä' || 'x'),
                d double precision DEFAULT 'infinity', e double precision DEFAULT '-Infinity');
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(report.omitted.map(\.name) == ["t.b DEFAULT", "t.c DEFAULT"])
            try target.execute("INSERT INTO t (id) VALUES (1)")
            #expect(
                try target.query("SELECT a, b, c, d, e FROM t").map(\.values)
                    == [["ABC", .null, .null, .real(.infinity), .real(-.infinity)]])
        }
    }

    @Test("views with LIKE, lists and casts of texts yield the same rows")
    func views() async throws {
        let script = """
            CREATE TYPE mood AS ENUM ('sad', 'ok');
            CREATE TABLE t (id int PRIMARY KEY, v text, s varchar(9), d date, at timestamptz, m mood, r double precision);
            INSERT INTO t (id, v, s) VALUES (1, 'a_b', 'new'), (2, 'A_b', 'old'), (3, 'axb', 'old'), (4, '[x]', NULL);
            UPDATE t SET d = '2024-01-01'::date + id, at = '2024-01-01 00:00:00Z'::timestamptz + id * interval '1 hour', m = 'ok', r = id;
            CREATE VIEW counted AS SELECT count(1)::int AS n, max(id) FROM t WHERE id < (9)::bigint;
            CREATE VIEW constants AS SELECT id, 'all'::text AS kind, NULL::int AS nothing, coalesce(s, 'none') AS s FROM t
                WHERE d > '2024-01-02' AND at >= '2024-01-01 03:00:00+00' AND m IN ('ok', 'sad') AND m = 'ok' AND r > 1.5 AND id <> -1::bigint;
            CREATE VIEW likes AS SELECT id FROM t WHERE v LIKE 'a\\_%' OR v LIKE '[x%';
            CREATE VIEW unlike AS SELECT id FROM t WHERE v NOT LIKE 'a%' AND v ILIKE 'A%';
            CREATE VIEW listed AS SELECT t.id, t.s::text AS s FROM t WHERE t.s IN ('old', 'older') AND t.v NOT IN ('x', 'y');
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(report.verdict == .verified && report.omitted.map(\.name) == ["mood"], "\(report.omitted)")
            func ids(_ view: String) throws -> [Int64?] {
                try target.query(SQL(trusted: "SELECT id FROM \(view) ORDER BY id")).map { $0[0].integer }
            }
            #expect(try ids("likes") == [1, 4])
            #expect(try ids("unlike") == [2])
            #expect(try ids("listed") == [2, 3])
            #expect(
                try target.query("SELECT * FROM constants ORDER BY id").map(\.values)
                    == [[3, "all", .null, "old"], [4, "all", .null, "none"]])
            try target.execute("INSERT INTO t (id, v, s) VALUES (5, 'a_', 'older'), (6, 'A_', 'older')")
            #expect(try ids("likes") == [1, 4, 5])
            #expect(try ids("listed") == [2, 3, 5, 6])
        }
    }

    @Test("views with TRIM and aggregates of booleans yield the same rows")
    func viewsOfFunctions() async throws {
        let script = """
            CREATE TABLE t (id int PRIMARY KEY, g int, v text, paid boolean);
            INSERT INTO t VALUES (1, 1, ' a@b ', true), (2, 1, 'xx@', false), (3, 2, NULL, true), (4, 3, '(x)', NULL);
            CREATE VIEW trimmed AS SELECT id, coalesce(nullif(trim(v), ''), 'none') AS t, trim(both 'x' from v) AS x,
                trim(leading from v) AS l, trim(trailing '@ ' from lower(coalesce(v, '-'))) AS r FROM t;
            CREATE VIEW nested AS SELECT id, trim(both trim(' x)' from v) from v || '@@') AS inner_part FROM t;
            CREATE VIEW grouped AS SELECT g, bool_or(paid) AS any_paid, bool_and(paid) AS all_paid, every(paid) AS each FROM t GROUP BY g;
            """
        try await transferToSQLite(script) { report, _, target in
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            try target.execute("INSERT INTO t (id, g, v, paid) VALUES (5, 2, ' xyx@ ', 0)")
            #expect(
                try target.query("SELECT * FROM trimmed WHERE id IN (3, 5) ORDER BY id").map(\.values)
                    == [[3, "none", .null, .null, "-"], [5, "xyx@", " xyx@ ", "xyx@ ", " xyx"]])
            #expect(try target.query("SELECT inner_part FROM nested WHERE id = 2").map(\.values) == [["xx"]])
            #expect(try target.query("SELECT * FROM grouped WHERE g = 2").map(\.values) == [[2, 1, 0, 0]])
        }
    }
}
