import Synchronization

/// The state of the daemon's shutdown: once it has begun, answers that would go on for ever are brought to their end.
final class Draining: Sendable {
    private let state = Mutex(false)

    var hasBegun: Bool { state.withLock { $0 } }
    func begin() { state.withLock { $0 = true } }
}
