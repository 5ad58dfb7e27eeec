import Dialects
import Synchronization

/// A clock that never goes back: what has expired stays so, whatever somebody does to the machine's clock.
final class TokenClock: Sendable {
    private let source: @Sendable () -> Moment
    private let highest: Mutex<Moment?>

    init(_ source: @escaping @Sendable () -> Moment) {
        self.source = source
        highest = Mutex(nil)
    }

    var now: Moment { advance(to: source()) }

    /// It has been so late already.
    @discardableResult
    func advance(to moment: Moment) -> Moment {
        highest.withLock { highest in
            let latest = max(highest ?? moment, moment)
            highest = latest
            return latest
        }
    }
}
