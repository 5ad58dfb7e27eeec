import TCSettings
import Synchronization

/// How many connections each party has, and may have: one user's idle ones must not keep others out.
final class ConnectionLimits: Sendable {
    /// Who shares one quota.
    enum Party: Hashable, Sendable, CustomStringConvertible {
        case user(UInt32)
        /// All whom the settings don't know: a machine may have any number of accounts.
        case `public`

        /// Root needs no quota to keep others out, and asks whether the daemon lives; so does the monitor. An adapter must not be
        /// kept out by strangers.
        init(_ identity: Identity) {
            switch identity.role {
            case .admin, .member, .contributor, .newcomer: self = .user(identity.uid)
            case .public:
                let isKnown = identity.uid == 0 || identity.isMonitor || !identity.adapters.isEmpty
                self = isKnown ? .user(identity.uid) : .public
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
        var hosts: [Party: Int] = [:]
    }

    private let perUser: Int
    private let ofPublic: Int
    private let hostsPerUser: Int
    private let inAll: Int
    private let counts = Mutex(Counts())

    init(perUser: Int, ofPublic: Int, hostsPerUser: Int = 1_024, inAll: Int) {
        self.perUser = perUser
        self.ofPublic = ofPublic
        self.hostsPerUser = hostsPerUser
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
            counts.ofParty[party] = Self.sum(counts.ofParty[party], -1)
            counts.all -= 1
        }
    }

    private func quota(of party: Party) -> Int {
        switch party {
        case .user: perUser
        case .public: ofPublic
        }
    }

    /// `nil` for nothing. A host's connection may close before it has ended to be one: then it is less than that for a moment.
    private static func sum(_ count: Int?, _ more: Int) -> Int? {
        let sum = (count ?? 0) + more
        return sum == 0 ? nil : sum
    }

    /// One of a party's connections is a host's from here on: it keeps none of its requests out. False when it has too many.
    fileprivate func becomeHost(_ party: Party) -> Bool {
        counts.withLock { counts in
            guard counts.hosts[party, default: 0] < hostsPerUser else { return false }
            counts.hosts[party] = Self.sum(counts.hosts[party], 1)
            counts.ofParty[party] = Self.sum(counts.ofParty[party], -1)
            return true
        }
    }

    /// It is one of its connections again, until it closes.
    fileprivate func endHost(_ party: Party) {
        counts.withLock { counts in
            counts.hosts[party] = Self.sum(counts.hosts[party], -1)
            counts.ofParty[party] = Self.sum(counts.ofParty[party], 1)
        }
    }
}

/// A connection that is counted as long as this lives.
final class ConnectionPlace: Sendable {
    private let limits: ConnectionLimits
    private let party: ConnectionLimits.Party

    /// `nil` when its party has too many.
    init?(_ limits: ConnectionLimits, _ party: ConnectionLimits.Party) {
        guard limits.enter(party) else { return nil }
        (self.limits, self.party) = (limits, party)
    }

    deinit { limits.leave(party) }

    /// `nil` when its party has too many hosts.
    func takeHostPlace() -> HostPlace? { HostPlace(limits, party) }
}

/// A connection that counts as a host's as long as this lives.
final class HostPlace: Sendable {
    private let limits: ConnectionLimits
    private let party: ConnectionLimits.Party

    /// `nil` when its party has too many hosts.
    init?(_ limits: ConnectionLimits, _ party: ConnectionLimits.Party) {
        guard limits.becomeHost(party) else { return nil }
        (self.limits, self.party) = (limits, party)
    }

    deinit { limits.endHost(party) }
}
