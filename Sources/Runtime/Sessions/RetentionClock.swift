import Dialects

/// Decides whether a clock is believed when sessions are about to expire by it. With a clock that has jumped ahead all of them expire at
/// once, and what is removed does not come back.
///
/// A time is in doubt if it is later than the latest one that was known, and than all that passed since by a clock that nobody sets, by
/// more than sessions are kept. It is believed after a day, in which an admin can correct the clock: a daemon may also have been
/// away for that long.
struct RetentionClock {
    enum Verdict: Equatable { case believed, doubted(isNews: Bool) }

    static let day = Duration.seconds(86_400)

    private let keep: Int
    private var known: Timestamp?
    private var knownAt: ContinuousClock.Instant
    private var doubtedUntil: ContinuousClock.Instant?

    /// - Parameters:
    ///   - keep: How long sessions are kept, in seconds.
    ///   - known: The latest time that was known at `uptime`; `nil` if none was, and so no session can have expired.
    init(keep: Int, known: Timestamp?, at uptime: ContinuousClock.Instant = .now) {
        (self.keep, self.known, knownAt) = (keep, known, uptime)
    }

    mutating func judge(_ time: Timestamp, at uptime: ContinuousClock.Instant = .now) -> Verdict {
        if isJump(to: time, at: uptime) {
            guard let end = doubtedUntil else {
                doubtedUntil = uptime + Self.day
                return .doubted(isNews: true)
            }
            if uptime < end { return .doubted(isNews: false) }
        }
        (known, knownAt, doubtedUntil) = (time, uptime, nil)
        return .believed
    }

    private func isJump(to time: Timestamp, at uptime: ContinuousClock.Instant) -> Bool {
        guard let known else { return false }
        let expected = known.advanced(milliseconds: Int64(max(.zero, uptime - knownAt) / .milliseconds(1)))
        return time.seconds(since: expected) > Int64(keep)
    }
}
