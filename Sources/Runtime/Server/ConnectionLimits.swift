import Synchronization

/// How many connections each uid has, and may have: one user's idle ones must not keep others out.
final class ConnectionLimits: Sendable {
    private struct Counts {
        var all = 0
        var ofUser: [UInt32: Int] = [:]
    }

    private let perUser: Int
    private let inAll: Int
    private let counts = Mutex(Counts())

    init(perUser: Int, inAll: Int) {
        self.perUser = perUser
        self.inAll = inAll
    }

    /// Counts one more; false, without counting, when there are too many already.
    func enter(_ uid: UInt32) -> Bool {
        counts.withLock { counts in
            guard counts.all < inAll, counts.ofUser[uid, default: 0] < perUser else { return false }
            counts.all += 1
            counts.ofUser[uid, default: 0] += 1
            return true
        }
    }

    func leave(_ uid: UInt32) {
        counts.withLock { counts in
            let left = counts.ofUser[uid, default: 1] - 1
            counts.ofUser[uid] = left > 0 ? left : nil
            counts.all -= 1
        }
    }
}
