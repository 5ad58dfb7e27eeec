import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Two databases compared value by value")
struct VerificationTests {
    private static let history = [
        Migration("0001") {
            CreateTable("goods") {
                Column("id", .bigint).primaryKey()
                Column("name", .text).nullable()
                Column("price", .decimal(10, 2)).nullable()
                Column("made", .timestamp).nullable()
            }
        }
    ]

    /// A pair of databases that hold the same 500 rows.
    private static func withPair(
        _ a: Backend, _ b: Backend, _ body: (Database, Database) async throws -> Void
    ) async throws {
        try await a.withDatabase { first in
            try await b.withDatabase { second in
                for database in [first, second] {
                    try await Migrator(history: try History(history), database: database).up()
                    try await database.withConnection { connection in
                        try connection.transaction {
                            for number in 0..<500 {
                                try connection.execute(
                                    """
                                    INSERT INTO goods (id, name, price, made) VALUES (\(number), \("name \(number)"), \
                                    \("\(number).50"), \("2026-01-02T03:04:05.000000Z"))
                                    """)
                            }
                        }
                    }
                }
                try await body(first, second)
            }
        }
    }

    private static let pairs = Backend.available.flatMap { a in Backend.available.map { (a, b: $0) } }

    @Test("equal ones are equal, whatever their kinds", arguments: pairs)
    func equal(_ a: Backend, _ b: Backend) async throws {
        try await Self.withPair(a, b) { first, second in
            let report = try await Verification(of: first, against: second).run()
            #expect(report.isEqual, "\(report)")
            #expect(report.tables.map(\.source.rows) == [500])
        }
    }

    /// What pgloader makes of REAL.
    @Test(
        "a column that was cut to single precision differs",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func narrowed() async throws {
        try await Self.withPair(.sqlite, .postgresql) { first, second in
            for (database, type) in [(first, "REAL"), (second, "real")] {
                try await database.withConnection { connection in
                    try connection.executeScript("CREATE TABLE weights (g \(type)); INSERT INTO weights VALUES (0.1)")
                }
            }
            let report = try await Verification(of: first, against: second).run()
            #expect(report.notCompared.isEmpty)
            #expect(report.tables.filter { !$0.isEqual }.map(\.name) == ["weights"])
        }
    }

    @Test("a changed, a missing and an extra row are named by key and column", arguments: pairs)
    func different(_ a: Backend, _ b: Backend) async throws {
        try await Self.withPair(a, b) { first, second in
            try await second.withConnection { connection in
                try connection.execute("UPDATE goods SET price = \("7.51"), name = NULL WHERE id = 7")
                try connection.execute("DELETE FROM goods WHERE id = 8")
                try connection.execute("INSERT INTO goods (id) VALUES (1000)")
            }
            let report = try await Verification(of: first, against: second).run()
            #expect(!report.isEqual)
            let table = try #require(report.tables.first)
            #expect(table.source.rows == table.target.rows)
            #expect(
                Set(table.differences.map { "\($0.kind.rawValue) \($0.key) \($0.columns)" }) == [
                    #"differs id=7 ["name", "price"]"#, "only_in_source id=8 []", "only_in_target id=1000 []",
                ])
        }
    }

    @Test(
        "what a transfer renamed is compared with what it was, both ways",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason), arguments: [false, true])
    func renamed(_ isLowercase: Bool) async throws {
        try await Backend.sqlite.withDatabase { first in
            try await Backend.postgresql.withDatabase { second in try await renamed(isLowercase, first, second) }
        }
    }

    private func renamed(_ isLowercase: Bool, _ first: Database, _ second: Database) async throws {
        let long = String(repeating: "long", count: 20)
        try await first.withConnection { connection in
            try connection.executeScript(
                """
                CREATE TABLE \(long)1 (ctid INTEGER PRIMARY KEY, "\(long)ä" TEXT, "\(long)ö" TEXT);
                CREATE TABLE \(long)2 (id INTEGER PRIMARY KEY, Price TEXT);
                INSERT INTO \(long)1 VALUES (1, 'a', 'b'); INSERT INTO \(long)2 VALUES (1, '7'), (2, '8');
                """)
        }
        var rules = TransferRules()
        rules.lowercaseNames = isLowercase
        let options = TransferOptions(rules: rules)
        let moved = try await Transfer(from: first, to: second, options: options).run()
        #expect(moved.renames.count >= 4)
        for verification in [Verification(of: first, against: second), Verification(of: second, against: first)] {
            let report = try await verification.run()
            #expect(report.isEqual && report.tables.count == 2, "\(report)")
        }
        let names = try await second.withConnection { connection in
            try connection.query("SELECT relname::text FROM pg_class WHERE relname LIKE 'longlong%' AND relkind = 'r'")
        }
        for name in names.compactMap({ $0.first?.text }) {
            _ = try await second.withConnection { try $0.execute("DELETE FROM \(identifier: name)") }
        }
        let report = try await Verification(of: first, against: second).run()
        #expect(report.tables.flatMap(\.differences).map(\.key).sorted() == ["ctid=1", "id=1", "id=2"], "\(report)")
    }

    @Test("a table and a column that only one side has are named", arguments: Backend.available)
    func missing(_ backend: Backend) async throws {
        try await Self.withPair(backend, backend) { first, second in
            try await first.withConnection { try $0.executeScript("CREATE TABLE alone (id integer)") }
            // Names that a transfer into lower case would change, and that have no fellow all the same.
            try await second.withConnection { connection in
                try connection.executeScript(
                    #"ALTER TABLE goods ADD COLUMN "More" integer; CREATE TABLE "Other" (id integer)"#)
            }
            let report = try await Verification(of: first, against: second).run()
            #expect(
                report.missing == [
                    "table alone is only in the source", "table Other is only in the target",
                    "column goods.More is only in the target",
                ])
            #expect(!report.isEqual)
        }
    }
}
