import Synchronization

/// Which sessions something happened in, gathered so that the database hears of it once in a while and not with every chunk.
public final class Activity: Sendable {
    private let noted = Mutex<Set<String>>([])

    public init() {}

    func note(_ sessionID: String) { _ = noted.withLock { $0.insert(sessionID) } }

    /// Those since the last call.
    func take() -> [String] {
        noted.withLock { noted in
            defer { noted = [] }
            return noted.sorted()
        }
    }
}
