import Synchronization

/// The number of refused attempts of one uid that are logged. Each is a row that is kept for years, and for which the next
/// writer of the log waits. Attempts of a uid that is refused more often than is plausible are not examined for a while.
final class RefusalBudget: Sendable {
    enum Expense { case one, last, none }

    private struct Account {
        var rest: Double
        var at: ContinuousClock.Instant
    }

    private let most: Double
    private let perSecond: Double
    private let now: @Sendable () -> ContinuousClock.Instant
    private let accounts = Mutex<[UInt32: Account]>([:])

    /// Makes a budget of `perMinute` refusals a minute; twice as many may come at once.
    init(perMinute: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        (most, perSecond) = (Double(perMinute) * 2, Double(perMinute) / 60)
        self.now = now
    }

    func spend(_ uid: UInt32) -> Expense {
        accounts.withLock { accounts in
            let now = now()
            if accounts.count > 1_000 { accounts = accounts.filter { rest($0.value, now) < most } }
            let left = accounts[uid].map { rest($0, now) } ?? most
            guard left >= 1 else { return .none }
            accounts[uid] = Account(rest: left - 1, at: now)
            return left < 2 ? .last : .one
        }
    }

    private func rest(_ account: Account, _ now: ContinuousClock.Instant) -> Double {
        min(most, account.rest + (now - account.at) / .seconds(1) * perSecond)
    }
}
