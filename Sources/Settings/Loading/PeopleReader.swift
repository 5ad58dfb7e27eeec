import Migrator

/// Reads the list of people.
enum PeopleReader {
    static func people(_ effective: EffectiveSettings) throws(SettingsError) -> [Person] {
        guard let setting = effective["people"], let items = setting.value.list else { return [] }
        let file = setting.place.prefix(upTo: setting.place.lastIndex(of: ":") ?? setting.place.endIndex)
        var people: [Person] = []
        var owners: [Claim: Int] = [:]
        for item in items {
            let place = "\(file):\(item.line)"
            let person = try person(item, place)
            let claims = claims(of: person)
            if let first = claims.compactMap({ owners[$0] }).min() {
                try check(person, place, against: people[first], items[first].line)
            }
            for claim in claims { owners[claim] = people.count }
            people.append(person)
        }
        return people
    }

    /// What only one person may have.
    private enum Claim: Hashable {
        case account(String)
        case identity(PlatformIdentity)
        case name(String)
    }

    private static func claims(of person: Person) -> [Claim] {
        var claims: [Claim] = [.name(person.name)]
        if let account = person.osUsername { claims.append(.account(account)) }
        for identity in person.identities { claims.append(.identity(identity)) }
        return claims
    }

    private static func person(_ item: SettingsValue, _ place: String) throws(SettingsError) -> Person {
        guard let members = item.map, let name = item["name"]?.text, !name.isEmpty else {
            throw SettingsError(
                .notAPerson, at: place, "this person has no name", remedy: "write name: …")
        }
        let known = ["name", "email", "username", "os_username", "role"]
        for key in known where item[key].map({ $0.scalar == nil }) ?? false {
            throw SettingsError(.wrongType, at: place, "\(name): \(key) is text", remedy: "write one word")
        }
        var person = Person(
            name: name, email: item["email"]?.text, username: item["username"]?.text,
            osUsername: item["os_username"]?.text)
        if person.osUsername?.isEmpty ?? false { person.osUsername = nil }
        if let word = item["role"]?.text { person.role = try role(word, of: name, place) }
        person.identities = try identities(item, of: name, place)
        for member in members where !known.contains(member.name) { person.extra[member.name] = member.value }
        return person
    }

    private static func role(_ word: String, of name: String, _ place: String) throws(SettingsError) -> Role {
        let words = Role.assignable.map(\.rawValue)
        if let role = Role(rawValue: word), Role.assignable.contains(role) { return role }
        throw SettingsError(
            .unknownRole, at: place, "\(name) has the role \(word), which does not exist",
            remedy: Suggestion.nearest(to: word, in: words).map { "did you mean \($0)?" }
                ?? "write one of \(words.joined(separator: ", "))")
    }

    /// Reads the identities by which other programs know the person: `email`, and the members of `creds`. An email address that
    /// no platform can report is left out.
    private static func identities(
        _ item: SettingsValue, of name: String, _ place: String
    ) throws(SettingsError) -> Set<PlatformIdentity> {
        var found: Set<PlatformIdentity> = []
        if let email = item["email"]?.text, let identity = PlatformIdentity(.email, email) { found.insert(identity) }
        guard let creds = item["creds"], !creds.isNull else { return found }
        guard creds.map != nil else {
            throw SettingsError(
                .wrongType, at: place, "\(name): creds must be a mapping from platforms to their identities",
                remedy: "write creds: {telegram: {user_id: 123}}")
        }
        for platform in PlatformIdentity.Platform.allCases {
            guard let member = platform.member, let value = creds[platform.rawValue]?[member], !value.isNull else {
                continue
            }
            guard let identity = value.text.flatMap({ PlatformIdentity(platform, $0) }) else {
                throw SettingsError(
                    .wrongType, at: place, "\(name): creds.\(platform.rawValue).\(member) is \(platform.form)",
                    remedy: "write one, or leave it out")
            }
            found.insert(identity)
        }
        return found
    }

    /// Checks that no two people have the same account, identity or name: sessions are owned by the account and the name.
    private static func check(
        _ person: Person, _ place: String, against other: Person, _ line: Int
    ) throws(SettingsError) {
        if let account = person.osUsername, account == other.osUsername {
            throw SettingsError(
                .duplicateOsUsername, at: place,
                "\(person.name) has the os_username \(account), which \(other.name) also has (line \(line))",
                remedy: "an account belongs to one person: give it to one of them")
        }
        if let shared = person.identities.intersection(other.identities).min(by: { $0.id < $1.id }) {
            throw SettingsError(
                .duplicateIdentity, at: place,
                "\(person.name) and \(other.name) (line \(line)) have the same identity, \(shared.platform.rawValue) \(shared.id)",
                remedy: "an identity belongs to one person: give it to one of them")
        }
        if person.name == other.name {
            throw SettingsError(
                .duplicatePerson, at: place, "\(person.name) occurs twice (line \(line))",
                remedy: "give each a name of their own")
        }
    }
}
