import TCSettings
import Synchronization

/// Counts the connections of each party and limits them, so that one user's idle connections can't keep others out.
final class ConnectionLimits: Sendable {
    /// The callers that share one quota.
    enum Party: Hashable, Sendable, CustomStringConvertible {
        case user(UInt32)
        /// All accounts that the settings don't know. They share one quota, since a machine may have any number of such
        /// accounts.
        case `public`

        /// Determines the party of an identity. Root has a quota of its own: it needs no connections to keep others out, and it
        /// checks whether the daemon is alive. The monitoring account has one for the same check. An adapter has one so that
        /// strangers can't keep it out.
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
            case .public: "accounts that are not in the settings"
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

    /// Counts one more connection of the party. Returns false, and counts nothing, if there are too many already.
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

    /// Returns the sum; `nil` if it is zero. The count of a party may be negative for a moment, because a host's connection may
    /// close before it stops counting as a host's.
    private static func sum(_ count: Int?, _ more: Int) -> Int? {
        let sum = (count ?? 0) + more
        return sum == 0 ? nil : sum
    }

    /// Counts one of the party's connections as a host's, so that it takes no place from the party's requests. Returns false if
    /// the party has too many hosts.
    fileprivate func becomeHost(_ party: Party) -> Bool {
        counts.withLock { counts in
            guard counts.hosts[party, default: 0] < hostsPerUser else { return false }
            counts.hosts[party] = Self.sum(counts.hosts[party], 1)
            counts.ofParty[party] = Self.sum(counts.ofParty[party], -1)
            return true
        }
    }

    /// Counts a host's connection as an ordinary connection of the party again, until it closes.
    fileprivate func endHost(_ party: Party) {
        counts.withLock { counts in
            counts.hosts[party] = Self.sum(counts.hosts[party], -1)
            counts.ofParty[party] = Self.sum(counts.ofParty[party], 1)
        }
    }
}

/// The place of one connection, which is counted for as long as this object lives.
final class ConnectionPlace: Sendable {
    private let limits: ConnectionLimits
    private let party: ConnectionLimits.Party

    /// Takes a place for a connection; `nil` if the party has too many.
    init?(_ limits: ConnectionLimits, _ party: ConnectionLimits.Party) {
        guard limits.enter(party) else { return nil }
        (self.limits, self.party) = (limits, party)
    }

    deinit { limits.leave(party) }

    /// Counts the connection as a host's; `nil` if the party has too many hosts.
    func takeHostPlace() -> HostPlace? { HostPlace(limits, party) }
}

/// The place of a host's connection, which counts as a host's for as long as this object lives.
final class HostPlace: Sendable {
    private let limits: ConnectionLimits
    private let party: ConnectionLimits.Party

    /// Takes a place for a host; `nil` if the party has too many hosts.
    init?(_ limits: ConnectionLimits, _ party: ConnectionLimits.Party) {
        guard limits.becomeHost(party) else { return nil }
        (self.limits, self.party) = (limits, party)
    }

    deinit { limits.endHost(party) }
}
