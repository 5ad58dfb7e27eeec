import TCSettings

/// The identity of a caller: the OS account that the kernel reports, and the person whom the settings know by that account.
package struct Identity: Sendable, Hashable {
    /// The person's name in the settings; in single-user mode without people the account's name. `nil` for `public`.
    package var person: String?
    package var role: Role
    package var uid: UInt32
    /// The account's name, as it was when the settings were loaded.
    package var osUsername: String?
    /// Whether the account also is the one that reads the daemon's metrics.
    package var isMonitor = false
    /// The adapters that run under this account.
    package var adapters: Set<String> = []

    package init(person: String?, role: Role, uid: UInt32, osUsername: String?) {
        self.person = person
        self.role = role
        self.uid = uid
        self.osUsername = osUsername
    }
}

/// The owner of a session: the person and the uid that started it.
package struct Owner: Sendable, Hashable {
    package var person: String?
    package var uid: UInt32?

    package init(person: String?, uid: UInt32?) {
        self.person = person
        self.uid = uid
    }
}

extension Identity {
    /// Returns whether both the person and the uid are the owner's. Where only one of them is, the uid was given to somebody
    /// else or the person to another account: the session is then an orphan (issue 4, Identity).
    package func owns(_ owner: Owner) -> Bool {
        person != nil && owner.person == person && owner.uid == uid
    }
}
