import TCSettings

/// Who acts: what the kernel said of the caller, and whom the settings know by that account.
public struct Identity: Sendable, Hashable {
    /// The person's name in the settings; in single-user mode without people the account's name. `nil` for `public`.
    public var person: String?
    public var role: Role
    public var uid: UInt32
    /// The account's name, as it was when the settings were loaded.
    public var osUsername: String?
    /// Whether it is the account that reads the daemon's figures, whoever else it is.
    public var isMonitor = false
    /// The adapters whose account it is, whoever else it is.
    public var adapters: Set<String> = []

    public init(person: String?, role: Role, uid: UInt32, osUsername: String?) {
        self.person = person
        self.role = role
        self.uid = uid
        self.osUsername = osUsername
    }
}

/// Whose a session is: the person and the uid that it was started by.
public struct Owner: Sendable, Hashable {
    public var person: String?
    public var uid: UInt32?

    public init(person: String?, uid: UInt32?) {
        self.person = person
        self.uid = uid
    }
}

extension Identity {
    /// Whether both the person and the uid are the owner's. Where only one is, the uid was given to somebody else or the
    /// person to another account: the session is then an orphan (issue 4, Identity).
    public func owns(_ owner: Owner) -> Bool {
        person != nil && owner.person == person && owner.uid == uid
    }
}
