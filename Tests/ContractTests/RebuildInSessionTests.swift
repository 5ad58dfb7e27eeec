import Dialects
import TestSupport
import Testing

@testable import Migrator

@Suite("A rebuild and the session that it runs in")
struct RebuildInSessionTests {
    @Test(
        "case 11: a transaction that is open already is refused before anything is done", arguments: Backend.available)
    func case11OpenTransaction(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.createTableAndLog()
            let retype = Migration("2") { AlterTable("t") { ChangeColumn("n").type(.integer) } }
            let history = try History(test.migrations + [retype])
            try await test.database.withConnection { connection in
                try connection.begin()
                try connection.execute("INSERT INTO t VALUES (1, '1', NULL)")
                let run = MigrationRun(history: history, options: Migrator.Options(), connection: connection) { _ in }
                #expect(throws: MigratorError.inTransaction) { try run.up(to: nil) }
                // The transaction still belongs to the caller.
                #expect(connection.isInTransaction)
                try connection.commit()
            }
            #expect(try await test.values("SELECT n FROM t") == [["1"]])
            let migrator = Migrator(history: history, database: test.database)
            #expect(try await migrator.status().lines.map(\.state) == [.applied, .pending])
        }
    }

    @Test("case 11: pragmas are afterwards as they were", arguments: [0, 1], [0, 1])
    func case11Pragmas(_ foreignKeys: Int, _ legacyRename: Int) async throws {
        try await Backend.sqlite.withCase { test in
            // All statements use the same connection, because the pool lends the one that was used last.
            try await test.createTableAndLog()
            try await test.run(
                "PRAGMA foreign_keys = \(foreignKeys); PRAGMA legacy_alter_table = \(legacyRename)")
            let expected: [Value] = [.integer(Int64(foreignKeys)), .integer(Int64(legacyRename))]
            try await test.rebuild()
            #expect(try await pragmas(of: test) == expected)
            _ = try await test.failure {
                AlterTable("t") { ChangeColumn("n").type(.text) }
                RunSQL("INSERT INTO nowhere VALUES (1)", undo: .nothing)
            }
            #expect(try await pragmas(of: test) == expected)
            #expect(try await test.database.withConnection { $0.isInTransaction } == false)
        }
    }

    private func pragmas(of test: CaseDatabase) async throws -> [Value] {
        [
            try await test.value("PRAGMA foreign_keys") ?? .null,
            try await test.value("PRAGMA legacy_alter_table") ?? .null,
        ]
    }

    @Test("case 11: a rename before a rebuild reaches children, whatever legacy_alter_table was")
    func case11LegacyRename() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("p") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .text)
                }
                CreateTable("c") { Column("pid", .bigint).references("p", onDelete: .cascade) }
            }
            try await test.run(
                """
                INSERT INTO p VALUES (1, '1'); INSERT INTO c VALUES (1);
                CREATE VIEW v AS SELECT id FROM p;
                PRAGMA legacy_alter_table = ON
                """)
            try await test.migrate {
                AlterTable("p") {
                    RenameColumn("id", to: "key")
                    ChangeColumn("n").type(.integer)
                }
            }
            #expect(try await test.sqliteObjects()["table c"]?.contains(#"REFERENCES "p" ("key")"#) == true)
            #expect(try await test.values("SELECT * FROM v") == [[1]])
            #expect(try await test.count("c") == 1)
            try await test.expectSoundSQLite()
        }
    }
}
