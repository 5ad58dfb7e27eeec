import Dialects
import TestSupport
import Testing
import Transfer

/// Tests names that PostgreSQL uses itself, and names that parts of one table must not share there.
@Suite("names that are taken in the target", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferTakenNamesTests {
    @Test("a table called as one of the server's catalogs gets another name, and its rows")
    func catalogs() async throws {
        try await Self.transferred(
            """
            CREATE TABLE pg_class (id INTEGER PRIMARY KEY AUTOINCREMENT, relname TEXT);
            INSERT INTO pg_class VALUES (5, 'x');
            CREATE INDEX pg_type ON pg_class (relname);
            CREATE VIEW pg_tables AS SELECT 1 AS one;
            CREATE TABLE pg_mine (a INTEGER);
            """
        ) { report, target in
            #expect(report.verdict == .verified)
            #expect(report.omitted == [])
            #expect(
                report.renames.map { "\($0.kind) \($0.from) \($0.to)" } == [
                    "table pg_class pg_class_2", "view pg_tables pg_tables_pg_tables",
                    "index pg_type pg_class_2_pg_type",
                ])
            let relname = try target.queryValue("SELECT relname FROM pg_class_2 WHERE id = 5")?.text
            #expect(relname == "x")
            let one = try target.queryValue("SELECT one FROM pg_tables_pg_tables")?.integer
            #expect(one == 1)
            let rows = try target.queryValue("SELECT count(*) FROM pg_mine")?.integer
            #expect(rows == 0)
        }
    }

    @Test("a table, view or index called as a counter that the server makes", arguments: ["TABLE", "VIEW", "INDEX"])
    func counters(_ kind: String) async throws {
        let made =
            switch kind {
            case "TABLE": "CREATE TABLE items_id_seq (id INTEGER PRIMARY KEY); INSERT INTO items_id_seq VALUES (7)"
            case "VIEW": "CREATE VIEW items_id_seq AS SELECT 7 AS id"
            default: "CREATE INDEX items_id_seq ON items (name)"
            }
        try await Self.transferred(
            "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO items VALUES (3, 'c'); \(made);"
        ) { report, target in
            #expect(report.verdict == .verified)
            #expect(report.omitted == [])
            #expect(report.renames.count == (kind == "TABLE" ? 0 : 1))
            try target.execute("INSERT INTO items (name) VALUES ('d')")
            let next = try target.queryValue("SELECT id FROM items WHERE name = 'd'")?.integer
            #expect(next == 4)
        }
    }

    @Test("checks, keys and foreign keys of one name are all there, and the report says what they are called")
    func constraints() async throws {
        try await Self.transferred(
            """
            CREATE TABLE p (id INTEGER PRIMARY KEY);
            CREATE TABLE t (a INT CONSTRAINT x CHECK (a > 0) CONSTRAINT x REFERENCES p (id), b INT CONSTRAINT x UNIQUE);
            INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 1);
            """
        ) { report, target in
            #expect(report.omitted == [])
            #expect(
                report.renames.map { "\($0.kind) \($0.from) \($0.to)" } == [
                    "constraint t.x x_2", "constraint t.x x_3",
                ])
            for (row, kind) in [("-1, 2", DatabaseError.Kind.check), ("9, 2", .foreignKey), ("1, 1", .unique)] {
                let statement = SQL(trusted: "INSERT INTO t VALUES (\(row))")
                let error = #expect(throws: DatabaseError.self) { try target.execute(statement) }
                #expect(error?.kind == kind)
            }
        }
    }

    @Test("a key or index that the server can't keep is left out by name, and everything else comes")
    func pastIndexing() async throws {
        try await Self.transferred(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, long TEXT UNIQUE, n INTEGER);
            INSERT INTO t VALUES (1, hex(randomblob(9000)), 9223372036854775807), (2, 'b', 2);
            CREATE UNIQUE INDEX next ON t (n + 1);
            CREATE TABLE u (long TEXT REFERENCES t (long));
            INSERT INTO u SELECT long FROM t;
            """
        ) { report, target in
            #expect(report.verdict == .verified)
            #expect(Set(report.omitted.map(\.name)) == ["t_long_key", "next", "u_long_fkey"])
            #expect(report.omitted.contains { $0.reason.contains("bigint out of range") })
            #expect(report.omitted.contains { $0.reason.contains("index row") })
            let joined = try target.queryValue("SELECT count(*) FROM t JOIN u USING (long)")?.integer
            #expect(joined == 2)
        }
    }

    @Test("empty names, and a key that names a column twice")
    func oddities() async throws {
        try await Self.transferred(
            """
            CREATE TABLE "" ("" INTEGER, b TEXT, UNIQUE (b, b), PRIMARY KEY ("", ""));
            INSERT INTO "" VALUES (1, 'x');
            """
        ) { report, target in
            #expect(report.verdict == .verified)
            #expect(report.omitted == [])
            #expect(report.renames.map(\.to) == ["unnamed", "unnamed"])
            let value = try target.queryValue("SELECT b FROM unnamed WHERE unnamed.unnamed = 1")?.text
            #expect(value == "x")
        }
    }

    @Test("what is cut in the target is listed by its name in the source")
    func longNames() async throws {
        let (table, view, column) = (String(repeating: "t", count: 70), String(repeating: "v", count: 70), "size")
        try await Self.transferred(
            """
            CREATE TABLE \(table) (a STRING, \(column) INTEGER AS (length(a)));
            INSERT INTO \(table) VALUES ('x'), (0.30000000000000004);
            CREATE TABLE n (x TEXT);
            INSERT INTO n VALUES ('q'), ('a'), ('q');
            CREATE VIEW \(view) AS SELECT group_concat(DISTINCT x) AS all_of_them FROM n;
            """
        ) { report, target in
            #expect(report.verdict == .verified)
            #expect(Set(report.omitted.map(\.name)) == ["\(table).size GENERATED", view])
            let sizes = try target.query(SQL(trusted: "SELECT size FROM \(table.prefix(63)) ORDER BY size"))
            #expect(sizes.map { $0[0].integer } == [1, 3])
        }
    }

    @Test("a table that no server takes is refused with what can be done, and leaves nothing")
    func tooWide() async throws {
        let columns = (1...1_700).map { "c\($0) INTEGER" }.joined(separator: ", ")
        let fixture = try SQLiteFixture("CREATE TABLE t (\(columns)); CREATE TABLE u (a TEXT);")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let error = await #expect(throws: DatabaseError.self) {
                try await TransferTests.transfer(fixture, into: url)
            }
            #expect(error?.remedy?.contains("1600 columns") == true)
            let planned = await #expect(throws: DatabaseError.self) {
                try await DatabaseTransfer(from: Database(fixture.url), to: Database(url)).plan()
            }
            #expect(planned?.message == error?.message)
            let target = try connect(to: url)
            defer { target.close() }
            let left = try target.queryValue(
                "SELECT count(*) FROM pg_class WHERE relname IN ('t', 'u', 'tc_transfers')")
            #expect(left?.integer == 0)
        }
    }

    private static func transferred(
        _ script: String, _ body: (TransferReport, any Connection) throws -> Void
    ) async throws {
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            let target = try connect(to: url)
            defer { target.close() }
            try body(report, target)
        }
    }
}
