import Dialects
import Migrator
import TestSupport
import Testing

@Suite("a connection lost between two migrations", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct LostBetweenStepsTests {
    @Test("the error names those that are applied, and the next one, which did not begin")
    func appliedAreNamed() async throws {
        let migrations = (1...3).map { number in
            Migration("\(number)") { CreateTable("t\(number)") { Column("id", .integer).primaryKey() } }
        }
        try await TestPostgreSQL.withFreshDatabase { url in
            let options = ConnectionOptions(access: .create, applicationName: "between steps", isOwned: true)
            let database = try Database(url, options: options)
            let onlooker = try connect(to: url)
            defer { onlooker.close() }
            // The migration waits while it reports the event, so nothing else uses the session at that time.
            nonisolated(unsafe) let session = onlooker
            let migrator = Migrator(history: try History(migrations), database: database)
            let failure = await #expect(throws: MigrationFailure.self) {
                try await migrator.up { event in
                    guard case .finished("2", _, _) = event else { return }
                    _ = try? session.query(
                        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = 'between steps'"
                    )
                }
            }
            #expect(failure?.applied == ["1", "2"] && failure?.failed == "3" && failure?.ending == .rolledBack)
            #expect(failure.map { "\($0)".hasPrefix("migration 3 failed before its first statement") } == true)
            _ = try await migrator.up()
            #expect(try onlooker.queryValue("SELECT count(*) FROM t3")?.integer == 0)
            await database.close()
        }
    }
}
