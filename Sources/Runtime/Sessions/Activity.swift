import Dialects
import Synchronization

/// The times at which something last happened in each session. They are collected so that the database is written from time to
/// time and not with every chunk. Each session keeps its own time: sessions that are recorded together keep the order in which
/// they were active.
package final class Activity: Sendable {
    private let noted = Mutex<[String: Timestamp]>([:])

    package init() {}

    func note(_ sessionID: String, at time: Timestamp = .now) {
        noted.withLock { $0[sessionID] = max(time, $0[sessionID] ?? time) }
    }

    /// Returns the times since the last call, by the sessions' ids.
    func take() -> [String: Timestamp] {
        noted.withLock { noted in
            defer { noted = [:] }
            return noted
        }
    }

    /// Takes back times that could not be written; later times of the same sessions win.
    func putBack(_ times: [String: Timestamp]) {
        for (id, time) in times { note(id, at: time) }
    }
}
