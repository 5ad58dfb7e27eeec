import TCSettings

/// The identity of each uid. The directory is made when the settings are loaded, so that no request waits for a name service.
///
/// An account may be removed and its uid given to another account. If an account has changed since the settings were loaded, it
/// counts as unknown until they are loaded again. The machine's own file is checked at every lookup. The name service is asked
/// from time to time (`moved`), by a task that can wait.
package struct IdentityDirectory: Sendable {
    /// A person's account as it was when the settings were loaded.
    private struct Known: Sendable {
        var identity: Identity
        /// Whether the identity is the daemon's own account in single-user mode. That account is not checked, since the daemon
        /// runs under it.
        var isOwn = false
        /// The name that the machine's own file had for the uid; `nil` for an account from a name service.
        var localName: String?
    }

    private let known: [UInt32: Known]
    private let uids: [String: UInt32]
    private let locals: LocalAccounts
    /// Uids that a name service has given to another account.
    private let moved: Set<UInt32>
    /// Sentences about accounts in the settings that this machine doesn't have.
    package let remarks: [String]

    /// Makes the directory.
    ///
    /// A root account has no special role: like any other account, it has the role of the person in the settings that has it.
    ///
    /// - Parameter uid: The daemon's own account. In single-user mode it is the admin, unless a person in the settings has that
    ///   account.
    /// - Throws: `SettingsError` if two people have the same uid.
    package init(
        mode: Settings.Mode, people: [Person], adapters: [Adapter] = [], monitor: String? = nil, uid: UInt32,
        locals: LocalAccounts = .ofThisMachine,
        account: (String) -> Account? = Account.named, name: (UInt32) -> Account? = Account.of(uid:)
    ) throws(SettingsError) {
        var accounts = Accounts(localNames: locals.current.names)
        try accounts.add(people, account)
        switch mode {
        case .system: break
        case .singleUser: accounts.addOwn(uid, name)
        }
        accounts.add(adapters, monitor, account)
        (known, self.locals, remarks, moved) = (accounts.known, locals, accounts.remarks, [])
        uids = Self.uids(accounts.known)
    }

    private init(_ other: IdentityDirectory, moved: Set<UInt32>) {
        (known, locals, remarks, self.moved) = (other.known, other.locals, other.remarks, moved)
        uids = other.uids
    }

    private static func uids(_ known: [UInt32: Known]) -> [String: UInt32] {
        let pairs = known.values.compactMap { known in known.identity.person.map { ($0, known.identity.uid) } }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// Returns the identity of a person in the settings; `nil` if the person has no account here, or if the account has changed
    /// since.
    func identity(ofPerson name: String) -> Identity? {
        uids[name].flatMap { known[$0] }.flatMap { isWhatItWas($0) ? $0.identity : nil }
    }

    /// Whether more than one person has an account here, so that owners have to be named.
    var hasSeveralPeople: Bool { known.values.count { $0.identity.person != nil } > 1 }

    /// Identifies the caller. An unknown caller is `public`, and so is one from another user namespace.
    package func identity(of peer: PeerCredentials) -> Identity {
        let isOfThisMachine = peer.pid > 0 && peer.uid != Self.overflowUID
        if isOfThisMachine, let found = known[peer.uid], isWhatItWas(found) { return found.identity }
        return Identity(person: nil, role: .public, uid: peer.uid, osUsername: nil)
    }

    private func isWhatItWas(_ known: Known) -> Bool {
        if known.isOwn { return true }
        let (identity, local) = (known.identity, locals.current)
        guard local.names[identity.uid] == known.localName, !moved.contains(identity.uid) else { return false }
        // The person's account may have got another uid.
        return identity.osUsername.flatMap { local.uids[$0] }.map { $0 == identity.uid } ?? true
    }

    /// Returns the same directory after asking the name service about the uids that only the name service knows: it finds out
    /// which of them have another name. This may take long. An account that the name service does not find counts as unchanged.
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

    /// The uid that stands for all accounts that this user namespace has no number for (user_namespaces(7)).
    private static let overflowUID: UInt32 = 65_534
}

extension IdentityDirectory {
    /// The accounts that the settings name, while a directory is being made.
    private struct Accounts {
        /// The names in the machine's own file.
        let localNames: [UInt32: String]
        var known: [UInt32: Known] = [:]
        var remarks: [String] = []

        mutating func add(_ people: [Person], _ account: (String) -> Account?) throws(SettingsError) {
            for person in people {
                guard let osUsername = person.osUsername else { continue }
                guard let found = account(osUsername) else {
                    remarks.append("\(person.name): this machine has no account \(osUsername)")
                    continue
                }
                if let other = known[found.uid]?.identity {
                    throw SettingsError(
                        .duplicateUID,
                        "\(person.name) and \(other.person ?? "") have the same uid, \(found.uid), by the accounts \(osUsername) and \(other.osUsername ?? "")",
                        remedy: "an account belongs to one person: give it to one of them")
                }
                let identity = Identity(person: person.name, role: person.role, uid: found.uid, osUsername: osUsername)
                known[found.uid] = Known(identity: identity, localName: localNames[found.uid])
            }
        }

        /// Makes the daemon's own account the admin, unless a person in the settings has it.
        mutating func addOwn(_ uid: UInt32, _ name: (UInt32) -> Account?) {
            guard known[uid] == nil else { return }
            let own = name(uid)?.name
            let identity = Identity(person: own ?? "uid \(uid)", role: .admin, uid: uid, osUsername: own)
            known[uid] = Known(identity: identity, isOwn: true)
        }

        mutating func add(_ adapters: [Adapter], _ monitor: String?, _ account: (String) -> Account?) {
            let places = adapters.map { ("adapters.\($0.name)", $0.osUsername) }
            for (key, osUsername) in places + (monitor.map { [("monitoring", $0)] } ?? []) {
                guard let found = account(osUsername) else {
                    remarks.append("\(key).os_username: this machine has no account \(osUsername)")
                    continue
                }
                let nobody = Identity(person: nil, role: .public, uid: found.uid, osUsername: osUsername)
                var entry = known[found.uid] ?? Known(identity: nobody, localName: localNames[found.uid])
                if osUsername == monitor { entry.identity.isMonitor = true }
                entry.identity.adapters = Set(adapters.filter { $0.osUsername == osUsername }.map(\.name))
                known[found.uid] = entry
            }
        }
    }
}
