import TestSupport
import Testing

@testable import Dialects

@Suite("Nodes on cycles")
struct CyclicNodesTests {
    /// Follows the edges from each node on its own, which is right by the definition, and slow.
    private func byDefinition(_ edges: [Int: [Int]]) -> Set<Int> {
        let nodes = Set(edges.keys).union(edges.values.joined())
        return nodes.filter { start in
            var reached: Set<Int> = []
            var next = edges[start] ?? []
            while let node = next.popLast() { if reached.insert(node).inserted { next += edges[node] ?? [] } }
            return reached.contains(start)
        }
    }

    @Test("random graphs have the cycles that the definition finds", arguments: 1...40)
    func randomGraphs(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...30, using: &random)
        var edges: [Int: [Int]] = [:]
        for _ in 0..<Int.random(in: 0...2 * count, using: &random) {
            edges[Int.random(in: 0..<count, using: &random), default: []].append(
                Int.random(in: 0..<count, using: &random))
        }
        #expect(CyclicNodes.find(in: edges) == byDefinition(edges), "\(edges)")
    }

    @Test("a ring of 200,000 nodes with a tail of as many is walked once, and without recursion")
    func longRing() {
        let count = 200_000
        var edges = Dictionary(uniqueKeysWithValues: (0..<2 * count - 1).map { ($0, [$0 + 1]) })
        edges[count - 1, default: []].append(0)
        #expect(CyclicNodes.find(in: edges) == Set(0..<count))
    }
}
