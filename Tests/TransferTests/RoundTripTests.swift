import Dialects
import TestSupport
import Testing
import Transfer

/// Tests that a database keeps its schema on its way to PostgreSQL and back, however often it goes.
@Suite("round trips", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct RoundTripTests {
    private static let application = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, r REAL, x TEXT, y TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
            at DATETIME DEFAULT CURRENT_TIMESTAMP, d DATE DEFAULT CURRENT_DATE, clock TIME DEFAULT CURRENT_TIME,
            w TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), s INTEGER DEFAULT (strftime('%s', 'now')),
            later DATETIME DEFAULT (datetime('now', '+7 days', '+1 hour')),
            CHECK (max(a, b) < 1000), CHECK (unicode(x) <> 64), CHECK (min(a, 5) > -100), CHECK (substr(x, -1) <> '!'));
        INSERT INTO t (id, a, b, r, x) VALUES (1, 2, 3, 1.5, 'abc'), (2, NULL, 5, NULL, ''), (3, 7, NULL, 2.25, NULL), (4, -7, 3, 0.1, 'z');
        CREATE VIEW extremes AS SELECT id, max(a, b) AS m, min(a, b, id) AS n, max(x, 'b') AS mx, max(r, 2) AS mr, max(a, 3) AS m3 FROM t;
        CREATE VIEW codes AS SELECT id, unicode(x) AS code, substr(x, -1) AS last, substr(x, -3, 2) AS some FROM t;
        CREATE VIEW moments AS SELECT id, CURRENT_TIMESTAMP AS n, datetime('now', '-7 days') AS ago, date('now') AS d, CURRENT_TIME AS c
            FROM t;
        """

    private static let server = """
        CREATE TABLE t (id bigint PRIMARY KEY, n bigint, m bigint, v text);
        INSERT INTO t VALUES (1, 2, 3, 'a'), (2, NULL, 5, ''), (3, 7, NULL, NULL), (4, NULL, NULL, 'é');
        CREATE VIEW v AS SELECT id, greatest(n, m) AS g, least(n, m, 3) AS l, ascii(v) AS a, "right"(v, 2) AS r FROM t;
        """

    /// What a turn has made: the expressions in PostgreSQL, and the schema of the file.
    private struct Turn {
        var expressions: [String]
        var schema: [String]
    }

    @Test("an application's expressions are the same after the second and the third turn, in the words that they had")
    func turns() async throws {
        let fixture = try SQLiteFixture(Self.application)
        defer { fixture.remove() }
        try await withTemporaryFolder { folder in
            var file = try fixture.url
            var turns: [Turn] = []
            for number in 1...3 {
                let copy = try DatabaseURL(parsing: "sqlite:\(folder)/\(number).db")
                turns.append(try await Self.turn(from: file, to: copy))
                file = copy
            }
            #expect(turns[1].expressions == turns[2].expressions)
            #expect(turns[1].schema == turns[2].schema)
            let text = turns[2].schema.joined(separator: "\n")
            let words = [
                #"max("a", "b") < 1000"#, #"unicode("x") <> 64"#, #"max("t"."a", "t"."b") AS "m""#,
                #"min("t"."a", "t"."b", "t"."id")"#,
                #"unicode("t"."x") AS "code""#, #"substr("t"."x", -1) AS "last""#, #"substr("t"."x", -3, 2)"#,
                #""at" TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%S.000000', 'now'))"#,
                #"strftime('%Y-%m-%d %H:%M:%S', 'now', '-7 days') AS "ago""#,
            ]
            for word in words { #expect(text.contains(word), "\(text)") }
        }
    }

    @Test("functions of PostgreSQL's that pass over NULL, or know no NULL, come back as such")
    func functions() async throws {
        try await withTemporaryFolder { folder in
            let first = try DatabaseURL(parsing: "sqlite:\(folder)/first.db")
            try await TestPostgreSQL.withFreshDatabase { url in
                let source = try connect(to: url)
                try source.executeScript(Self.server)
                source.close()
                try await Self.transfer(url, to: first)
            }
            let turn = try await Self.turn(from: first, to: try DatabaseURL(parsing: "sqlite:\(folder)/second.db"))
            let view = turn.expressions.filter { $0.hasPrefix("v: ") }.joined()
            #expect(view.contains("GREATEST(") && view.contains("ascii(") && !view.contains("CASE"), "\(view)")
            let views = try Self.schema(of: first).filter { $0.hasPrefix("CREATE VIEW") }
            #expect(turn.schema.filter { $0.hasPrefix("CREATE VIEW") } == views)
        }
    }

    private static func transfer(_ from: DatabaseURL, to: DatabaseURL) async throws {
        let source = try Database(from, options: ConnectionOptions(access: .readOnly))
        let target = try Database(to)
        let report = try await DatabaseTransfer(from: source, to: target).run()
        await source.close()
        await target.close()
        #expect(report.verdict == .verified)
        #expect(report.omitted.map { "\($0.name): \($0.reason)" } == [])
    }

    private static func turn(from file: DatabaseURL, to copy: DatabaseURL) async throws -> Turn {
        try await TestPostgreSQL.withFreshDatabase { url in
            try await Self.transfer(file, to: url)
            try await Self.transfer(url, to: copy)
            let connection = try connect(to: url)
            defer { connection.close() }
            let expressions = try connection.values(
                """
                SELECT viewname || ': ' || definition FROM pg_views WHERE schemaname = 'public'
                UNION ALL SELECT a.attname || ': ' || pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
                    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = 't'::regclass
                UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass
                ORDER BY 1
                """)
            return Turn(expressions: expressions.compactMap { $0[0].text }, schema: try schema(of: copy))
        }
    }

    private static func schema(of file: DatabaseURL) throws -> [String] {
        let connection = try connect(to: file, ConnectionOptions(access: .readOnly))
        defer { connection.close() }
        return try connection.values(
            "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'tc_%' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).compactMap { $0[0].text }
    }
}
