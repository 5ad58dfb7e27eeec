import Dialects
import Migrator
import TestSupport
import Testing

/// Runs random histories on real databases. After each operation, the database must hold the schema that replay gives.
@Suite("Random histories on every backend")
struct RandomHistoryTests {
    @Test("the database holds what replay says, all the way up and down", arguments: Backend.available)
    func replayIsTrue(_ backend: Backend) async throws {
        var random = SeededGenerator(seed: 2_026)
        var applied = 0
        for number in 0..<12 {
            let operations = RandomHistory.operations(count: 12, &random)
            let possible = lowerable(operations, in: backend.dialect)
            applied += possible.count
            try await backend.withDatabase { database in
                try await run(possible, on: database, "history \(number)")
            }
        }
        #expect(applied > 80, "only \(applied) operations could run: the generator has become too shy")
    }

    /// Returns the longest beginning that the dialect can lower. For example, an identity without a primary key ends it for SQLite.
    private func lowerable(_ operations: [SchemaOperation], in dialect: any Dialect) -> [SchemaOperation] {
        var schema = Schema()
        var possible: [SchemaOperation] = []
        for operation in operations {
            guard let resolved = try? schema.resolving(operation), let undone = try? resolved.undone(),
                (try? dialect.lower(resolved, keeping: .none)) != nil,
                (try? dialect.lower(undone, keeping: .none)) != nil
            else { continue }
            guard !retypesUnderCheck(resolved) else { continue }
            possible.append(operation)
            schema = resolved.after
        }
        return possible
    }

    /// Returns whether the operation changes the type of a column that a check compares with texts. PostgreSQL refuses that when it runs.
    private func retypesUnderCheck(_ operation: ResolvedOperation) -> Bool {
        guard case .alterTable(let alteration) = operation.action else { return false }
        return alteration.steps.contains { step in
            guard case .changeColumn(let column, _) = step.change,
                step.before[column: column]?.type != step.after[column: column]?.type
            else { return false }
            return step.before.checks.contains { $0.expression.readsColumn(column) }
        }
    }

    private func run(_ operations: [SchemaOperation], on database: Database, _ name: Comment) async throws {
        let migrations = operations.enumerated().map { Migration(id: "\(1000 + $0.offset)", operations: [$0.element]) }
        let migrator = Migrator(history: try History(migrations), database: database)
        for migration in migrations {
            do { try await migrator.up(to: migration.id) } catch {
                Issue.record(
                    "\(name): \(error)\n\(operations.prefix { $0 != migration.operations[0] } + migration.operations)")
                return
            }
            let drift = try await migrator.drift()
            #expect(drift.isEmpty, "\(name): after \(migration.operations)")
        }
        while try await !migrator.down().steps.isEmpty {
            let drift = try await migrator.drift()
            #expect(drift.isEmpty, "\(name): on the way down")
        }
        let left = try await database.withConnection { try $0.dialect.inspect($0).schema }
        #expect(left == Schema(), "\(name): undone")
    }
}
