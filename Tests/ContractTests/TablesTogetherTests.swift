import Dialects
import Migrator
import TestSupport
import Testing

@Suite("tables that one migration makes together")
struct TablesTogetherTests {
    private static let history = Result {
        try History([
            Migration("0001-three") {
                CreateTable("a") { Column("id", .bigint).primaryKey() }
                CreateTable("b") {
                    Column("id", .bigint).primaryKey()
                    Index("id").named("taken")
                }
                CreateTable("c") { Column("id", .bigint).primaryKey() }
                RunSQL("CREATE TABLE d (id INTEGER)", undo: .script("DROP TABLE d"))
                CreateTable("e") { Column("id", .bigint).references("a", "id") }
            }
        ])
    }

    @Test("are made in their order, among everything else that it does", arguments: Backend.available)
    func inOrder(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await Migrator(history: try Self.history.get(), database: database).up()
            for table in ["a", "b", "c", "d", "e"] {
                #expect(try await database.withConnection { try $0.hasTable(table) }, "\(table)")
            }
        }
    }

    @Test("are counted up to the one that no server can read", arguments: Backend.available)
    func unreadable(_ backend: Backend) async throws {
        let history = try History([
            Migration("0001-three") {
                CreateTable("a") { Column("id", .bigint).primaryKey() }
                CreateTable("b") { Column("id", .bigint).primaryKey() }
                CreateTable("c") {
                    Column("id", .bigint).primaryKey()
                    Check(.native(sqlite: "id > > 0", postgresql: "id > > 0"))
                }
            }
        ])
        try await backend.withDatabase { database in
            let failure = await #expect(throws: MigrationFailure.self) {
                try await Migrator(history: history, database: database).up()
            }
            #expect(failure?.statement == 3 && failure?.cause.kind == .syntax, "\(String(describing: failure))")
        }
    }

    @Test("are named by the statement that fails, and none of them stays", arguments: Backend.available)
    func failure(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.withConnection { connection in
                try connection.executeScript("CREATE TABLE x (id INTEGER); CREATE INDEX taken ON x (id)")
            }
            let failure = await #expect(throws: MigrationFailure.self) {
                try await Migrator(history: try Self.history.get(), database: database).up()
            }
            // The first statement makes a, the second makes b, and the third makes the index.
            #expect(failure?.statement == 3 && failure?.ending == .rolledBack)
            #expect(failure?.cause.statement?.hasPrefix("CREATE INDEX") == true, "\(String(describing: failure))")
            #expect(try await !database.withConnection { try $0.hasTable("a") })
        }
    }
}
