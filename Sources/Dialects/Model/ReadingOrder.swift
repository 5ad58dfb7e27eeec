/// Puts things that read each other into an order in which they can be made.
enum ReadingOrder {
    /// Each stands after those it reads; otherwise they keep their places, also where they read in a circle.
    static func sort<T>(_ items: [T], reads: (_ reader: T, _ read: T) -> Bool) -> [T] {
        var ordered: [T] = []
        var visited = items.map { _ in false }
        func place(_ at: Int) {
            guard !visited[at] else { return }
            visited[at] = true
            for other in items.indices where other != at && reads(items[at], items[other]) { place(other) }
            ordered.append(items[at])
        }
        for at in items.indices { place(at) }
        return ordered
    }
}
