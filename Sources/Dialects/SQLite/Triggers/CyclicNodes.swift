/// Finds the nodes of a directed graph from which a way leads back to themselves, in time linear in nodes and edges.
enum CyclicNodes {
    /// Returns the nodes that lie on a cycle. An edge from a node to itself is a cycle.
    ///
    /// Kosaraju's algorithm: the nodes are taken in the reverse of the order in which a depth-first walk leaves them; what a walk
    /// against the edges then reaches, and no earlier one did, is one strongly connected component. Nothing recurses, because a
    /// chain of edges may be longer than the stack is deep.
    static func find<Node: Hashable>(in edges: [Node: [Node]]) -> Set<Node> {
        var reversed: [Node: [Node]] = [:]
        for (node, followers) in edges { for follower in followers { reversed[follower, default: []].append(node) } }
        var visited: Set<Node> = []
        let left = edges.keys.flatMap { leave(from: $0, along: edges, &visited) }
        visited = []
        return left.reversed().reduce(into: []) { cyclic, node in
            let component = leave(from: node, along: reversed, &visited)
            if component.count > 1 || edges[node]?.contains(node) == true { cyclic.formUnion(component) }
        }
    }

    /// Returns the nodes that a depth-first walk reaches and that were not visited before, in the order in which it leaves them.
    private static func leave<Node: Hashable>(
        from start: Node, along edges: [Node: [Node]], _ visited: inout Set<Node>
    ) -> [Node] {
        var left: [Node] = []
        var next = [(node: start, isLeft: false)]
        while let (node, isLeft) = next.popLast() {
            if isLeft {
                left.append(node)
            } else if visited.insert(node).inserted {
                next.append((node, true))
                for follower in edges[node] ?? [] { next.append((follower, false)) }
            }
        }
        return left
    }
}
