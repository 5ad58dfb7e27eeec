import Migrator
import TestSupport
import Testing

@Suite("CREATE INDEX CONCURRENTLY", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ConcurrentIndexTests {
    @Test("case 54: in a migration it is refused before anything runs")
    func case54InMigration() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.createTableAndLog()
            let script = "CREATE INDEX CONCURRENTLY by_n ON t (n)"
            let error = try await test.refusal {
                AlterTable("t") { AddColumn("size", .bigint).nullable() }
                RunSQL(.native(sqlite: "", postgresql: script), undo: .nothing)
            }
            #expect(error.lowering?.place == "RunSQL, statement 1 (line 1)")
        }
    }

    @Test("case 55: one that failed is drift, and never taken for the index that a migration makes")
    func case55Invalid() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.createTableAndLog()
            try await test.run("INSERT INTO t VALUES (1, 'x', NULL), (2, 'x', NULL)")
            await #expect(throws: DatabaseError.self) {
                try await test.run("CREATE UNIQUE INDEX CONCURRENTLY by_n ON t (n)")
            }
            #expect(try await test.drift() == ["index by_n exists only in the database"])
            let add = AlterTable("t") { AddIndex("n").named("by_n").unique() }
            let repeated = try await test.refusal { add }
            #expect(repeated.measured.map(\.hazard.kind) == [.repeats])
            try await test.run("DELETE FROM t WHERE id = 2")
            #expect(try await test.failure { add }.cause.message.contains("\"by_n\" already exists"))
            try await test.run("DROP INDEX by_n")
            try await test.migrate { add }
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 57: one that another session makes does not wait for a migrator that waits", .timeLimit(.minutes(10)))
    func case57BesideWaiting() async throws {
        try await Backend.postgresql.withURL { url in
            let holder = try Database(url, options: ConnectionOptions(statementTimeout: 60))
            let waiting = try Database(url, options: ConnectionOptions(applicationName: "waiting"))
            try await holder.run("CREATE TABLE busy (a int)")
            let migrator = try waiting.migrator([Migration("1") { CreateTable("t") { Column("a", .text) } }])
            let migrated = try await holder.withLock(.schemaChange, waiting: 0) {
                let migrated = Task { try await migrator.up() }
                let asks: SQL = """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE application_name = 'waiting' AND query LIKE '%pg_try_advisory_lock%'
                    """
                while try await holder.value(asks) == 0 { try await Task.sleep(for: .milliseconds(10)) }
                try await holder.run("CREATE INDEX CONCURRENTLY by_a ON busy (a)")
                return migrated
            }
            let isValid = try await holder.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_a'::regclass")
            #expect(isValid == .boolean(true))
            #expect(try await migrated.value.steps.count == 1)
            await waiting.close()
            await holder.close()
        }
    }
}
