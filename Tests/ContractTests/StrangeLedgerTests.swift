import Dialects
import Migrator
import TCMigrations
import TestSupport
import Testing

@Suite("A ledger that is not as this program left it, and what a dry run says of scripts")
struct StrangeLedgerTests {
    @Test("another program's table of the ledger's name is said to be one", arguments: Backend.available)
    func otherTable(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.withConnection { _ = try $0.execute("CREATE TABLE tc_migrations (x text)") }
            let error = await #expect(throws: DatabaseError.self) {
                try await Migrator(history: try .teleclaude(), database: database).up()
            }
            #expect(error?.message.contains("is not the ledger of this program") == true)
            #expect(error?.remedy?.contains("rename it") == true)
        }
    }

    @Test("a missing first row is named by whatever replays the rest", arguments: Backend.available)
    func missingRow(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let migrator = Migrator(history: try .teleclaude(), database: database)
            try await migrator.up()
            try await database.withConnection { _ = try $0.execute("DELETE FROM tc_migrations WHERE position = 1") }
            let expected = MigratorError.outOfOrder("0001-single-user-tables", before: "0002-session-owners")
            await #expect(throws: expected) { try await migrator.drift() }
            await #expect(throws: expected) { try await migrator.down() }
            await #expect(throws: expected) { try await migrator.up() }
        }
    }

    @Test("each of several that undo one step at once undoes one", arguments: Backend.available)
    func atOnce(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let history = try History.teleclaude()
            try await Migrator(history: history, database: database).up()
            let undone = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask { try await Migrator(history: history, database: database).down().steps.map(\.id) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(undone.sorted() == history.migrations.suffix(4).map(\.id))
        }
    }

    @Test("a dry run refuses nothing that a script on the way drops", arguments: Backend.available)
    func droppedOnTheWay(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let migrator = Migrator(history: try .teleclaude(), database: database)
            try await migrator.up()
            #expect(try await migrator.preview(down: .none).refusals == [])
            try await database.withConnection {
                _ = try $0.execute("CREATE VIEW by_hand AS SELECT * FROM transcript_passages")
            }
            #expect(try await migrator.preview(down: .none).refusals.isEmpty == false)
        }
    }
}
