import Testing
import TestSupport

@testable import Dialects

/// Tests that a database whose schema was made in steps reads back like one whose schema was made at once.
@Suite struct InspectorFixpointTests {
    @Test(arguments: 0..<150) func sqlite(seed: Int) throws {
        let connection = try InspectorFixture.memory("")
        defer { connection.close() }
        try check(connection, seed: seed)
    }

    @Test(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason)) func postgreSQL() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            for seed in 0..<20 {
                try connection.executeScript("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
                try check(connection, seed: seed)
            }
        }
    }

    private func check(_ connection: any Connection, seed: Int) throws {
        let dialect = connection.dialect
        var random = SeededGenerator(seed: UInt64(seed))
        var schema = Schema()
        var refusals = 0
        for _ in 0..<12 {
            let operation = RandomHistory.operation(for: schema, &random)
            guard isMeaningful(operation), let resolved = try? schema.resolving(operation),
                let lowering = try? dialect.lower(resolved, keeping: .none)
            else { continue }
            do {
                try run(lowering, on: connection)
                schema = resolved.after
            } catch let error as DatabaseError {
                // A check does not fit its column's new type. Only the database can know that, and it has changed nothing.
                refusals += 1
                #expect(!connection.isInTransaction, "\(error)")
            }
        }
        #expect(refusals < 2, "seed \(seed)")
        let scratch = try dialect.inspectScratch(schema, beside: connection)
        let lines = try dialect.inspect(connection).schema.differences(from: scratch.schema)
        #expect(lines.map(\.description) == [], "seed \(seed)")
        #expect(try dialect.undeclaredObjects(of: schema, on: connection).objects == [], "seed \(seed)")
    }

    /// Returns whether a database would accept the operation. Replay also accepts random views of missing tables, and renames of a
    /// table to its own name, which no database does.
    private func isMeaningful(_ operation: SchemaOperation) -> Bool {
        switch operation {
        case .renameTable(let old, let new): old != new
        case .createView, .dropView: false
        case .createTable, .dropTable, .alterTable, .run, .runSwift: true
        }
    }

    private func run(_ lowering: Lowering, on connection: any Connection) throws {
        let body = {
            try connection.transaction {
                for statement in lowering.statements { try connection.execute(SQL(trusted: statement)) }
            }
        }
        if lowering.rebuildsTable { try connection.withForeignKeysUnenforced(body) } else { try body() }
    }
}
