import Dialects
import Synchronization

/// A clock that never goes back and never stands still: expired tokens stay expired, and others expire in their time, whatever
/// somebody does to the machine's clock.
///
/// While the machine's clock is behind the latest time that was known, the time goes on from there, by a clock that nobody sets.
final class TokenClock: Sendable {
    private struct Known {
        var time: Timestamp
        var at: ContinuousClock.Instant
    }

    private let source: @Sendable () -> Timestamp
    private let uptime: @Sendable () -> ContinuousClock.Instant
    private let latest = Mutex(Known?.none)

    init(
        _ source: @escaping @Sendable () -> Timestamp,
        uptime: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.source = source
        self.uptime = uptime
    }

    var now: Timestamp { advance(to: source()) }

    /// Notes that the time has been as late as `moment`, and returns the latest time.
    @discardableResult
    func advance(to moment: Timestamp) -> Timestamp {
        latest.withLock { latest in
            let present = uptime()
            if let known = latest {
                let passed = max(.zero, present - known.at)
                let time = known.time.advanced(milliseconds: Int64(passed / .milliseconds(1)))
                if time > moment { return time }
            }
            latest = Known(time: moment, at: present)
            return moment
        }
    }
}
