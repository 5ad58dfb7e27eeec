/// Sorts things that read each other into an order in which they can be made.
enum DependencyOrder {
    /// Returns the items so that each stands after those that it reads. Otherwise items keep their places, also if they read each
    /// other in a circle. Each item is asked only once for the names that it reads, however many items there are.
    static func sort<T>(_ items: [T], name: (T) -> String, reads: (T) -> Set<String>) -> [T] {
        let places = Dictionary(grouping: items.indices) { name(items[$0]) }
        let read = items.map { item in reads(item).compactMap { places[$0] }.joined().sorted() }
        var ordered: [T] = []
        var visited = items.map { _ in false }
        func place(_ at: Int) {
            guard !visited[at] else { return }
            visited[at] = true
            for other in read[at] { place(other) }
            ordered.append(items[at])
        }
        for at in items.indices { place(at) }
        return ordered
    }
}
