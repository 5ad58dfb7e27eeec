import Dialects
import Synchronization

/// A clock that never goes back: expired tokens stay expired, whatever somebody does to the machine's clock.
final class TokenClock: Sendable {
    private let source: @Sendable () -> Timestamp
    private let highest: Mutex<Timestamp?>

    init(_ source: @escaping @Sendable () -> Timestamp) {
        self.source = source
        highest = Mutex(nil)
    }

    var now: Timestamp { advance(to: source()) }

    /// Notes that the time has been as late as `moment`, and returns the latest time so far.
    @discardableResult
    func advance(to moment: Timestamp) -> Timestamp {
        highest.withLock { highest in
            let latest = max(highest ?? moment, moment)
            highest = latest
            return latest
        }
    }
}
