/// Somebody whom the settings know, with the OS account that is theirs.
public struct Person: Sendable, Equatable {
    public var name: String
    public var email: String?
    public var username: String?
    /// The account's name on this machine; without one nobody can act as this person.
    public var osUsername: String?
    public var role: Role
    /// What they are called where other programs speak for them.
    public var identities: Set<PlatformIdentity> = []
    /// What else the settings say of them.
    public var extra: [String: SettingsValue]

    public init(
        name: String, email: String? = nil, username: String? = nil, osUsername: String? = nil, role: Role = .member,
        extra: [String: SettingsValue] = [:]
    ) {
        self.name = name
        self.email = email
        self.username = username
        self.osUsername = osUsername
        self.role = role
        self.extra = extra
    }
}

/// What somebody may do, from most to least.
public enum Role: String, Sendable, CaseIterable {
    case admin, member, contributor, newcomer
    /// An unknown caller: may ask for their own identity, and for nothing else. No person can be given this role.
    case `public`

    /// Those that a person can be given.
    static var assignable: [Role] { allCases.filter { $0 != .public } }
}
