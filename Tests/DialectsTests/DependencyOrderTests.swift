import Testing

@testable import Dialects

@Suite struct DependencyOrderTests {
    @Test func eachStandsAfterWhatItReads() {
        let reads: [String: Set<String>] = ["a": ["c", "nothing"], "b": [], "c": ["b"], "d": ["e"], "e": ["d"]]
        let sorted = DependencyOrder.sort(["a", "b", "c", "d", "e"], name: { $0 }, reads: { reads[$0] ?? [] })
        #expect(sorted == ["b", "c", "a", "e", "d"])
    }

    @Test("a thing is looked at once, however many there are")
    func once() {
        var asked = 0
        let sorted = DependencyOrder.sort(
            Array(0..<500), name: String.init,
            reads: { item in
                asked += 1
                return ["\(item + 1)"]
            })
        #expect(sorted == Array((0..<500).reversed()))
        #expect(asked == 500)
    }
}
