import Dialects
import Testing
import TestSupport

/// The law that everything rests on: whatever an operation did, its inverse undoes, and every schema on the way is sound.
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
                guard let after = try? schema.applying(operation) else { continue }
                applied += 1
                let inverse = try operation.inverse(in: schema)
                let back = try after.applying(inverse)
                guard back == schema else {
                    Issue.record("history \(history), step \(step): \(operation)\nis not undone by \(inverse)")
                    return
                }
                #expect(try back.applying(inverse.inverse(in: after)) == after)
                schema = after
            }
        }
        #expect(applied > 8_000, "only \(applied) operations were possible: the generator has become too shy")
    }

    @Test("a whole history undone, last first, leaves nothing")
    func historyUndone() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let operations = RandomHistory.operations(count: 15, &random)
            let states = try Schema().states(through: operations)
            var schema = states[states.count - 1]
            for (operation, before) in zip(operations, states).reversed() {
                schema = try schema.applying(try operation.inverse(in: before))
            }
            #expect(schema == Schema())
        }
    }

    @Test("both dialects can spell every random history, or say why not")
    func lowers() throws {
        var random = SeededGenerator(seed: 99)
        let dialects: [any Dialect] = [SQLiteDialect(), PostgreSQLDialect()]
        var spelled = 0
        for _ in 0..<500 {
            let operations = RandomHistory.operations(count: 10, &random)
            let states = try Schema().states(through: operations)
            for dialect in dialects {
                for (at, operation) in operations.enumerated() {
                    do {
                        _ = try dialect.lower(operation, from: states[at], to: states[at + 1], keeping: .none)
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
