import Dialects
import Testing
import TestSupport

/// Tests the law on which everything rests: an operation's inverse undoes the operation, and every schema on the way is sound.
@Suite("Laws of replay and inverse")
struct LawTests {
    @Test("apply, then the inverse, gives the schema back: 3,000 random histories")
    func inverseUndoes() throws {
        var random = SeededGenerator(seed: 42)
        var applied = 0
        for history in 0..<3_000 {
            var schema = Schema()
            for step in 0..<12 {
                let operation = RandomHistory.operation(for: schema, &random)
                guard let resolved = try? schema.resolving(operation) else { continue }
                applied += 1
                let inverse = try resolved.inverse()
                let back = try resolved.after.resolving(inverse)
                guard back.after == schema else {
                    Issue.record("history \(history), step \(step): \(operation)\nis not undone by \(inverse)")
                    return
                }
                #expect(try back.after.applying(back.inverse()) == resolved.after)
                schema = resolved.after
            }
        }
        #expect(applied > 8_000, "only \(applied) operations were possible: the generator has become too shy")
    }

    @Test("a whole history undone, last first, leaves nothing")
    func historyUndone() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let operations = RandomHistory.operations(count: 15, &random)
            let steps = try Schema().resolving(operations)
            var schema = steps[steps.count - 1].after
            for step in steps.reversed() { schema = try schema.applying(try step.inverse()) }
            #expect(schema == Schema())
        }
    }

    @Test("what replay looks up in a schema of many steps is what one made at once says")
    func lookups() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            var schema = Schema()
            for operation in RandomHistory.operations(count: 15, &random) {
                schema = try schema.applying(operation)
                let made = Schema(tables: schema.tables, views: schema.views)
                #expect(made == schema && made.views == schema.views)
                for table in schema.tables {
                    #expect(table.foreignKeys.allSatisfy { schema.problem(with: $0, of: table) == nil }, "\(operation)")
                    #expect(schema.children(of: table.name) == made.children(of: table.name), "\(operation)")
                    #expect(schema.views(reading: table.name) == made.views(reading: table.name), "\(operation)")
                }
                for next in (0..<5).map({ _ in RandomHistory.operation(for: schema, &random) }) {
                    #expect(outcome(of: next, in: schema) == outcome(of: next, in: made), "\(next)")
                }
            }
        }
    }

    private func outcome(of operation: SchemaOperation, in schema: Schema) -> Result<Schema, SchemaError> {
        Result { () throws(SchemaError) in try schema.applying(operation) }
    }

    @Test("both dialects can render every random history, or say why not")
    func lowers() throws {
        var random = SeededGenerator(seed: 99)
        let dialects: [any Dialect] = [SQLiteDialect(), PostgreSQLDialect()]
        var spelled = 0
        for _ in 0..<500 {
            let operations = RandomHistory.operations(count: 10, &random)
            let steps = try Schema().resolving(operations)
            for dialect in dialects {
                for step in steps {
                    do {
                        _ = try dialect.lower(step, keeping: .none)
                        spelled += 1
                    } catch {
                        #expect(!error.reason.isEmpty)
                    }
                }
            }
        }
        #expect(spelled > 5_000)
    }
}
