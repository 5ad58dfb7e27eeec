/// Sorts things that read each other into an order in which they can be made.
enum DependencyOrder {
    /// Returns the items so that each stands after those that it reads. Otherwise items keep their places, also if they read each
    /// other in a circle. Each item is asked only once for the names that it reads, however many items there are.
    static func sort<T>(_ items: [T], name: (T) -> String, reads: (T) -> Set<String>) -> [T] {
        let places = Dictionary(grouping: items.indices) { name(items[$0]) }
        let read = items.map { item in reads(item).compactMap { places[$0] }.joined().sorted() }
        var ordered: [T] = []
        var visited = items.map { _ in false }
        for at in items.indices where !visited[at] {
            visited[at] = true
            // The items that wait for those they read, each with the next one to visit. A list replaces recursion, because a chain may be
            // longer than the stack is deep.
            var waiting = [(item: at, next: 0)]
            while let (item, next) = waiting.popLast() {
                guard next < read[item].count else {
                    ordered.append(items[item])
                    continue
                }
                waiting.append((item, next + 1))
                let other = read[item][next]
                guard !visited[other] else { continue }
                visited[other] = true
                waiting.append((other, 0))
            }
        }
        return ordered
    }
}
