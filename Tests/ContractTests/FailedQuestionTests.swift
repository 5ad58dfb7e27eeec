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

    @Test("is reported at the last statement if all of them have run")
    func afterTheLast() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate { CreateTable("t") { Column("id", .bigint).primaryKey() } }
            try await test.run(
                "CREATE TRIGGER full BEFORE INSERT ON tc_migrations BEGIN SELECT RAISE(ABORT, 'no more rows'); END")
            let failure = try await test.failure {
                RunSQL("INSERT INTO t VALUES (1)", undo: .nothing)
                RunSQL("INSERT INTO t VALUES (2)", undo: .nothing)
            }
            #expect(failure.failed == "2" && failure.statement == 2 && failure.ending == .rolledBack, "\(failure)")
            #expect(failure.cause.message.contains("no more rows"), "\(failure)")
        }
    }
}
