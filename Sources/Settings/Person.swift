/// A person whom the settings know, with their OS account.
public struct Person: Sendable, Equatable {
    public var name: String
    public var email: String?
    public var username: String?
    /// The name of the person's account on this machine; without one nobody can act as this person.
    public var osUsername: String?
    public var role: Role
    /// The identities by which other programs know the person for whom they speak.
    public var identities: Set<PlatformIdentity> = []
    /// The person's other members in the settings.
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

/// The rights of a caller, from most to least.
public enum Role: String, Sendable, CaseIterable {
    case admin, member, contributor, newcomer
    /// An unknown caller: may ask for their own identity, and for nothing else. No person can be given this role.
    case `public`

    /// The roles that a person can be given.
    static var assignable: [Role] { allCases.filter { $0 != .public } }
}
