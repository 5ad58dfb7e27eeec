import TCSettings

/// Which identity each uid has. Made when settings are loaded, so that no request ever waits for a name service.
///
/// An account may be removed and its uid given to another one meanwhile. Whose uid is not what it was when the settings were
/// loaded is nobody until they are loaded again. The machine's own file is looked at with every question; what a name service
/// says is asked for at times (`moved`), by somebody who can wait.
public struct IdentityDirectory: Sendable {
    /// A person's account as it was when the settings were loaded.
    private struct Known: Sendable {
        var identity: Identity
        /// Whether it may change: the daemon's own in single-user mode is the one that it runs under.
        var isOwn = false
        /// What the machine's own file called the uid; `nil` for an account out of a name service.
        var localName: String?
    }

    private let known: [UInt32: Known]
    private let uids: [String: UInt32]
    private let locals: LocalAccounts
    /// Uids that a name service has given to somebody else.
    private let moved: Set<UInt32>
    /// What the settings say of accounts that this machine doesn't have, as sentences for people.
    public let remarks: [String]

    /// `uid` is the daemon's own: in single-user mode it is the admin, unless a person of the settings has that account.
    /// Root, like everybody, is what a person that maps it makes of it. Throws `SettingsError` for two people with one uid.
    public init(
        mode: Settings.Mode, people: [Person], adapters: [Adapter] = [], monitor: String? = nil, uid: UInt32,
        locals: LocalAccounts = .ofThisMachine,
        account: (String) -> Account? = Account.named, name: (UInt32) -> Account? = Account.of(uid:)
    ) throws(SettingsError) {
        let local = locals.current
        var known: [UInt32: Known] = [:]
        var remarks: [String] = []
        for person in people {
            guard let osUsername = person.osUsername else { continue }
            guard let found = account(osUsername) else {
                remarks.append("\(person.name): this machine has no account \(osUsername)")
                continue
            }
            if let other = known[found.uid]?.identity {
                throw SettingsError(
                    "duplicate_uid",
                    "\(person.name) and \(other.person ?? "") have one uid, \(found.uid), by the accounts \(osUsername) and \(other.osUsername ?? "")",
                    remedy: "an account is one person's: give it to one of them")
            }
            let identity = Identity(person: person.name, role: person.role, uid: found.uid, osUsername: osUsername)
            known[found.uid] = Known(identity: identity, localName: local.names[found.uid])
        }
        switch mode {
        case .system: break
        case .singleUser where known[uid] == nil:
            let own = name(uid)?.name
            let identity = Identity(person: own ?? "uid \(uid)", role: .admin, uid: uid, osUsername: own)
            known[uid] = Known(identity: identity, isOwn: true)
        case .singleUser: break
        }
        let places = adapters.map { ("adapters.\($0.name)", $0.osUsername) }
        for (key, osUsername) in places + (monitor.map { [("monitoring", $0)] } ?? []) {
            guard let found = account(osUsername) else {
                remarks.append("\(key).os_username: this machine has no account \(osUsername)")
                continue
            }
            let nobody = Identity(person: nil, role: .public, uid: found.uid, osUsername: osUsername)
            var entry = known[found.uid] ?? Known(identity: nobody, localName: local.names[found.uid])
            if osUsername == monitor { entry.identity.isMonitor = true }
            entry.identity.adapters = Set(adapters.filter { $0.osUsername == osUsername }.map(\.name))
            known[found.uid] = entry
        }
        (self.known, self.locals, self.remarks, moved) = (known, locals, remarks, [])
        uids = Self.uids(known)
    }

    private init(_ other: IdentityDirectory, moved: Set<UInt32>) {
        (known, locals, remarks, self.moved) = (other.known, other.locals, other.remarks, moved)
        uids = other.uids
    }

    private static func uids(_ known: [UInt32: Known]) -> [String: UInt32] {
        let pairs = known.values.compactMap { known in known.identity.person.map { ($0, known.identity.uid) } }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// Who a person of the settings is here; `nil` without an account, or where that has become another's.
    func identity(ofPerson name: String) -> Identity? {
        uids[name].flatMap { known[$0] }.flatMap { isWhatItWas($0) ? $0.identity : nil }
    }

    /// Whether more than one person has an account here: then whose something is has to be said.
    var hasSeveralPeople: Bool { known.values.count { $0.identity.person != nil } > 1 }

    /// Identifies the caller. An unknown caller is `public`, and so is one from another user namespace.
    public func identity(of peer: PeerCredentials) -> Identity {
        let isOfThisMachine = peer.pid > 0 && peer.uid != Self.overflowUID
        if isOfThisMachine, let found = known[peer.uid], isWhatItWas(found) { return found.identity }
        return Identity(person: nil, role: .public, uid: peer.uid, osUsername: nil)
    }

    private func isWhatItWas(_ known: Known) -> Bool {
        if known.isOwn { return true }
        let (identity, local) = (known.identity, locals.current)
        guard local.names[identity.uid] == known.localName, !moved.contains(identity.uid) else { return false }
        // The person's account may have another uid now.
        return identity.osUsername.flatMap { local.uids[$0] }.map { $0 == identity.uid } ?? true
    }

    /// The same directory, after asking the name service whether it calls those uids otherwise now that it alone knows. May take
    /// long. An account that it does not find counts as not moved.
    func askingNameService(_ name: (UInt32) -> Account? = Account.of(uid:)) -> IdentityDirectory {
        let local = locals.current
        let foreign = known.values.filter { !$0.isOwn && $0.localName == nil && local.names[$0.identity.uid] == nil }
        let moved = foreign.filter { known in
            guard let osUsername = known.identity.osUsername, let now = name(known.identity.uid)?.name else {
                return false
            }
            return now != osUsername
        }
        return IdentityDirectory(self, moved: Set(moved.map(\.identity.uid)))
    }

    /// What a uid shows as that this user namespace has no number for (user_namespaces(7)).
    private static let overflowUID: UInt32 = 65_534
}
