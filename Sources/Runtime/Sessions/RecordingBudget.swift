import Synchronization

/// The number of bytes that each user may record: a fixed amount at once and the same amount per day, which is replenished
/// evenly. It is kept in memory, so a restarted daemon does not know what was recorded before.
///
/// A user who has used it up waits until an hour's share is available again. The refusal therefore happens, and is logged, once
/// an hour and not with every chunk.
final class RecordingBudget: Sendable {
    enum Expense: Equatable { case spent, refused(isNews: Bool) }

    private struct Account {
        var rest: Double
        var at: ContinuousClock.Instant
        var isClosed = false
    }

    private let perDay: Double
    private let now: @Sendable () -> ContinuousClock.Instant
    private let accounts = Mutex<[UInt32: Account]>([:])

    init(perDay: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.perDay = Double(perDay)
        self.now = now
    }

    /// Spends the bytes of one chunk. A chunk is always accepted whole; an excess is subtracted from what is available next.
    func spend(_ bytes: Int, of uid: UInt32) -> Expense {
        accounts.withLock { accounts in
            var account = present(accounts[uid])
            defer { accounts[uid] = account }
            if account.isClosed { return .refused(isNews: false) }
            guard account.rest > 0 else {
                account.isClosed = true
                return .refused(isNews: true)
            }
            account.rest -= Double(bytes)
            return .spent
        }
    }

    /// Returns whether a recording may go on.
    func isOpen(for uid: UInt32) -> Bool {
        accounts.withLock { accounts in
            guard let known = accounts[uid] else { return true }
            let account = present(known)
            accounts[uid] = account
            return !account.isClosed
        }
    }

    private func present(_ account: Account?) -> Account {
        let now = now()
        guard var account else { return Account(rest: perDay, at: now) }
        account.rest = min(perDay, account.rest + (now - account.at) / .seconds(86_400) * perDay)
        account.at = now
        if account.rest >= perDay / 24 { account.isClosed = false }
        return account
    }
}
