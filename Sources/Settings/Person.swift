/// A person whom the settings know, with their OS account.
package struct Person: Sendable, Equatable {
    package var name: String
    package var email: String?
    package var username: String?
    /// The name of the person's account on this machine; without one nobody can act as this person.
    package var osUsername: String?
    package var role: Role
    /// The identities by which other programs know the person for whom they speak.
    package var identities: Set<PlatformIdentity> = []
    /// The person's other members in the settings.
    package var extra: [String: SettingsValue]

    package init(
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
package enum Role: String, Sendable, CaseIterable {
    case admin, member, contributor, newcomer
    /// An unknown caller: may ask for their own identity, and for nothing else. No person can be given this role.
    case `public`

    /// The roles that a person can be given.
    static var assignable: [Role] { allCases.filter { $0 != .public } }
}
