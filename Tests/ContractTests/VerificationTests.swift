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

    @Test("a table and a column that only one side has are named", arguments: Backend.available)
    func missing(_ backend: Backend) async throws {
        try await Self.withPair(backend, backend) { first, second in
            try await first.withConnection { try $0.executeScript("CREATE TABLE alone (id integer)") }
            try await second.withConnection { try $0.executeScript("ALTER TABLE goods ADD COLUMN more integer") }
            let report = try await Verification(of: first, against: second).run()
            #expect(
                report.missing == ["table alone is only in the source", "column goods.more is only in the target"])
            #expect(!report.isEqual)
        }
    }
}
