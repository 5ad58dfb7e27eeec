import Dialects
import Migrator
import TestSupport
import Testing

/// Tests errors of what a migration asks the database between its statements.
@Suite("A question that fails between two statements of a migration")
struct FailedQuestionTests {
    @Test("names the migration and the statement, and rolls the migration back", arguments: Backend.available)
    func isNamed(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                for name in ["t", "u"] {
                    CreateTable(name) { Column("id", .bigint).primaryKey() }
                }
            }
            // Nothing can be said of a table with the same name in two Unicode forms.
            try await test.run(
                "ALTER TABLE u ADD COLUMN \"caf\u{E9}\" text; ALTER TABLE u ADD COLUMN \"cafe\u{301}\" text")
            let next = Migration("2") {
                for name in ["t", "u"] {
                    AlterTable(name) { AddColumn("more", .text).nullable() }
                }
            }
            let migrator = try test.database.migrator(test.migrations + [next])
            let failure = try await #require(throws: MigrationFailure.self) { try await migrator.up() }
            #expect(failure.failed == "2" && failure.statement == 2 && failure.ending == .rolledBack)
            #expect("\(failure)".hasPrefix("migration 2 failed at statement 2 and was rolled back: "), "\(failure)")
            await #expect(throws: DatabaseError.self) { try await test.run("SELECT more FROM t") }
            #expect(try await migrator.status().lines.map(\.state) == [.applied, .pending])
        }
    }
}
