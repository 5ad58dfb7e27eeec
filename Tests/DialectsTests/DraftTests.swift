import Dialects
import TestSupport
import Testing

/// The law of drafts: what is written down of a difference leads exactly there, and back.
@Suite("Laws of drafts")
struct DraftTests {
    @Test("the operations between any two schemas lead from the one to the other, and back: 2,000 random pairs")
    func leads() throws {
        var random = SeededGenerator(seed: 12)
        var written = 0
        for number in 0..<2_000 {
            let (before, after) = RandomSchemas.pair(&random)
            let operations: [Dialects.Operation]
            do { operations = try before.operations(leadingTo: after, DraftChoices()) } catch {
                guard case .noOperation = error else {
                    Issue.record("pair \(number): \(error)\n\(before)\n\(after)")
                    return
                }
                continue
            }
            written += 1
            let steps = try before.resolving(operations)
            var schema = steps.last?.after ?? before
            #expect(schema == after, "pair \(number)")
            for step in steps.reversed() { schema = try step.undone().after }
            #expect(schema == before, "pair \(number), undone")
        }
        #expect(written > 1_500, "only \(written) pairs could be written down: the generator has become too shy")
    }
}
