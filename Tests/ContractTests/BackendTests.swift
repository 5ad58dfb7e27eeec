import Dialects
import TCMigrations
import Migrator
import TestSupport
import Testing

@Suite("TeleClaude's history on every backend")
struct BackendTests {
    @Test("up, down, up leaves no drift", arguments: Backend.available)
    func upDownUp(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let migrator = Migrator(history: try .teleclaude(), database: database)
            #expect(try await migrator.up().steps.count == migrator.history.migrations.count)
            #expect(try await migrator.drift().isEmpty)
            #expect(try await migrator.down(.none).steps.count == migrator.history.migrations.count)
            #expect(try await migrator.status().lines.allSatisfy { $0.state == .pending })
            try await migrator.up()
            #expect(try await migrator.drift().isEmpty)
            #expect(try await migrator.up().steps.isEmpty)
        }
    }
}
