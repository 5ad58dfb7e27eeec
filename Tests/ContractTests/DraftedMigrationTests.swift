import Dialects
import Migrator
import TestSupport
import Testing

/// Runs drafted migrations on real databases, which must then hold the declared schema.
@Suite("Drafted migrations on every backend")
struct DraftedMigrationTests {
    @Test("a drafted migration leaves no drift: 100 random pairs of schemas", arguments: Backend.available)
    func noDrift(_ backend: Backend) async throws {
        var random = SeededGenerator(seed: 100)
        var applied = 0
        while applied < 100 {
            let (before, after) = RandomSchemas.pair(&random)
            guard let made = possible(from: Schema(), to: before, in: backend.dialect),
                let drafted = possible(from: before, to: after, in: backend.dialect)
            else { continue }
            applied += 1
            let history = try History([
                Migration(id: "0001", operations: made), Migration(id: "0002", operations: drafted),
            ])
            try await backend.withDatabase { database in
                let migrator = Migrator(history: history, database: database)
                do {
                    try await migrator.up(to: "0001")
                    try await migrator.up()
                } catch {
                    Issue.record("\(error)\n\(made)\n\(drafted)")
                    return
                }
                let drift = try await migrator.drift()
                #expect(drift.isEmpty, "\(made)\n\(drafted)")
            }
        }
    }

    /// Returns the drafted operations; `nil` unless the dialect can lower all of them.
    private func possible(from before: Schema, to after: Schema, in dialect: any Dialect) -> [SchemaOperation]? {
        guard let operations = try? before.operations(leadingTo: after, DraftChoices()),
            let steps = try? before.resolving(operations),
            steps.allSatisfy({ (try? dialect.lower($0, keeping: .none)) != nil })
        else { return nil }
        return operations
    }
}
