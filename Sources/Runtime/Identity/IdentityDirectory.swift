import Settings

/// Which identity each uid has. Made when settings are loaded, so that no request ever waits for a name service.
public struct IdentityDirectory: Sendable {
    private let known: [UInt32: Identity]
    /// What the settings say of accounts that this machine doesn't have, as sentences for people.
    public let remarks: [String]

    /// `uid` is the daemon's own: in single-user mode it is the admin, unless a person of the settings has that account.
    /// Root, like everybody, is what a person that maps it makes of it.
    public init(
        mode: Settings.Mode, people: [Person], uid: UInt32,
        account: (String) -> Account? = Account.named, name: (UInt32) -> Account? = Account.of(uid:)
    ) {
        var known: [UInt32: Identity] = [:]
        var remarks: [String] = []
        switch mode {
        case .system: break
        case .singleUser:
            let own = name(uid)?.name
            known[uid] = Identity(person: own ?? "uid \(uid)", role: .admin, uid: uid, osUsername: own)
        }
        for person in people {
            guard let osUsername = person.osUsername else { continue }
            guard let found = account(osUsername) else {
                remarks.append("\(person.name): this machine has no account \(osUsername)")
                continue
            }
            known[found.uid] = Identity(
                person: person.name, role: person.role, uid: found.uid, osUsername: osUsername)
        }
        self.known = known
        self.remarks = remarks
    }

    /// Who calls. Whom nobody knows is `public`, and so is a caller out of another user namespace.
    public func identity(of peer: PeerCredentials) -> Identity {
        let isOfThisMachine = peer.pid > 0 && peer.uid != Self.overflowUID
        let found = isOfThisMachine ? known[peer.uid] : nil
        return found ?? Identity(person: nil, role: .public, uid: peer.uid, osUsername: nil)
    }

    /// What a uid shows as that this user namespace has no number for (user_namespaces(7)).
    private static let overflowUID: UInt32 = 65_534
}
