import Dialects
import Synchronization

/// When something last happened in which session, gathered so that the database hears of it once in a while and not with every
/// chunk. Each keeps its own time: sessions that are noted together stand in the order in which they were active.
public final class Activity: Sendable {
    private let noted = Mutex<[String: Timestamp]>([:])

    public init() {}

    func note(_ sessionID: String, at time: Timestamp = .now) {
        noted.withLock { $0[sessionID] = max(time, $0[sessionID] ?? time) }
    }

    /// Those since the last call, by the sessions' ids.
    func take() -> [String: Timestamp] {
        noted.withLock { noted in
            defer { noted = [:] }
            return noted
        }
    }

    /// Takes back what could not be written down; what has happened since counts.
    func putBack(_ times: [String: Timestamp]) {
        for (id, time) in times { note(id, at: time) }
    }
}
