import Migrator
import TestSupport
import Testing

@Suite("A table that another session holds")
struct EnforcedTableTests {
    @Test(
        "case 58: it is waited for so long as is allowed, and nothing stays of the attempt",
        arguments: Backend.available)
    func case58HeldTable(_ backend: Backend) async throws {
        try await backend.withURL { url in
            let options = ConnectionOptions(access: .create, lockTimeout: 0.2, isOwned: true)
            var test = CaseDatabase(backend: backend, database: try Database(url, options: options))
            try await test.createTableAndLog()
            try await test.run("INSERT INTO t VALUES (1, '1', NULL)")
            let other = try connect(to: url)
            defer { other.close() }
            try other.begin()
            try other.execute("UPDATE t SET note = 'being written'")

            let history = try History(test.migrations + [Migration("2") { AlterTable("t") { DropColumn("note") } }])
            let migrator = Migrator(history: history, database: test.database)
            #expect(await Self.kind { try await migrator.up() } == .locked)
            // A program that only reads has not waited longer than that.
            #expect(try await test.values("SELECT n, note FROM t") == [["1", nil]])
            #expect(try await migrator.status().lines.map(\.state) == [.applied, .pending])

            try other.rollback()
            #expect(try await migrator.up().steps.count == 1)
            #expect(try await migrator.drift().isEmpty)
            await test.database.close()
        }
    }

    /// Returns the kind of the error that ends a migration. SQLite's lock is taken before the migration begins, PostgreSQL's by its
    /// statements.
    private static func kind(_ body: () async throws -> MigrationReport) async -> DatabaseError.Kind? {
        do {
            _ = try await body()
            return nil
        } catch let error as MigrationFailure {
            return error.cause.kind
        } catch {
            return (error as? DatabaseError)?.kind
        }
    }
}
