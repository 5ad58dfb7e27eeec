import Synchronization

/// How many refused attempts of one uid are written down: each is a row that is kept for years, and waited for by whoever logs
/// next. Whoever is refused more often than anybody has reason to be is not looked at any more for a while.
final class RefusalBudget: Sendable {
    enum Expense { case one, last, none }

    private struct Account {
        var rest: Double
        var at: ContinuousClock.Instant
    }

    private static let most = 600.0
    private static let perSecond = 5.0

    private let now: @Sendable () -> ContinuousClock.Instant
    private let accounts = Mutex<[UInt32: Account]>([:])

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    func spend(_ uid: UInt32) -> Expense {
        accounts.withLock { accounts in
            let now = now()
            if accounts.count > 1_000 { accounts = accounts.filter { Self.rest($0.value, now) < Self.most } }
            let rest = accounts[uid].map { Self.rest($0, now) } ?? Self.most
            guard rest >= 1 else { return .none }
            accounts[uid] = Account(rest: rest - 1, at: now)
            return rest < 2 ? .last : .one
        }
    }

    private static func rest(_ account: Account, _ now: ContinuousClock.Instant) -> Double {
        min(most, account.rest + (now - account.at) / .seconds(1) * perSecond)
    }
}
