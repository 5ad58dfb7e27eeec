import Settings
import Synchronization

/// How many connections each party has, and may have: one user's idle ones must not keep others out.
final class ConnectionLimits: Sendable {
    /// Who shares one quota.
    enum Party: Hashable, Sendable, CustomStringConvertible {
        case user(UInt32)
        /// All whom the settings don't know: a machine may have any number of accounts.
        case `public`

        /// Root needs no quota to keep others out, and asks whether the daemon lives.
        init(_ identity: Identity) {
            switch identity.role {
            case .admin, .member, .contributor, .newcomer: self = .user(identity.uid)
            case .public: self = identity.uid == 0 ? .user(0) : .public
            }
        }

        var description: String {
            switch self {
            case .user(let uid): "uid \(uid)"
            case .public: "accounts that the settings don't know"
            }
        }
    }

    private struct Counts {
        var all = 0
        var ofParty: [Party: Int] = [:]
    }

    private let perUser: Int
    private let ofPublic: Int
    private let inAll: Int
    private let counts = Mutex(Counts())

    init(perUser: Int, ofPublic: Int, inAll: Int) {
        self.perUser = perUser
        self.ofPublic = ofPublic
        self.inAll = inAll
    }

    /// Counts one more; false, without counting, when there are too many already.
    func enter(_ party: Party) -> Bool {
        counts.withLock { counts in
            guard counts.all < inAll, counts.ofParty[party, default: 0] < quota(of: party) else { return false }
            counts.all += 1
            counts.ofParty[party, default: 0] += 1
            return true
        }
    }

    func leave(_ party: Party) {
        counts.withLock { counts in
            let left = counts.ofParty[party, default: 1] - 1
            counts.ofParty[party] = left > 0 ? left : nil
            counts.all -= 1
        }
    }

    private func quota(of party: Party) -> Int {
        switch party {
        case .user: perUser
        case .public: ofPublic
        }
    }
}
