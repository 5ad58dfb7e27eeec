/// Puts things that read each other into an order in which they can be made.
enum DependencyOrder {
    /// Each stands after those it reads; otherwise they keep their places, also where they read in a circle. Each thing is asked once
    /// for the names that it reads, however many things there are.
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
