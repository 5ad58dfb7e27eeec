import Synchronization

/// Whether the daemon is ending: answers that would go on for ever are then brought to their end.
final class Draining: Sendable {
    private let state = Mutex(false)

    var hasBegun: Bool { state.withLock { $0 } }
    func begin() { state.withLock { $0 = true } }
}
