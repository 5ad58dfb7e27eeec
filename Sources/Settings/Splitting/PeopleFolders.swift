/// Assigns the folders under `people/` to people: the letters and digits of the folder's name have to be those of a person's
/// name or username.
struct PeopleFolders {
    let people: [Person]

    init(_ people: [Person]) { self.people = people }

    /// Returns the user's name for each folder that belongs to somebody.
    func users(of folders: [String]) -> [String: String] {
        var users: [String: String] = [:]
        for folder in folders { users[folder] = person(for: folder).map { user($0, folder) } }
        return users
    }

    func person(for word: String) -> Person? {
        let letters = PeopleFolders.letters(of: word)
        guard !letters.isEmpty else { return nil }
        return people.first { person in
            [person.name, person.username ?? ""].contains { PeopleFolders.letters(of: $0) == letters }
        }
    }

    private func user(_ person: Person, _ folder: String) -> String {
        person.username.map { $0.contains("/") || $0.hasPrefix(".") ? folder : $0 } ?? folder
    }

    private static func letters(of text: String) -> String {
        String(text.lowercased().filter { $0.isLetter || $0.isNumber })
    }

    /// Returns the user whose preferences the one file held: its `computer.user`, or the only admin, or the only person.
    func owner(_ sources: Splitter.Sources) -> String {
        let named = sources.config.leaves.first { $0.key == Key("computer.user") }?.value.text
        let admins = people.filter { $0.role == .admin }
        let person =
            named.flatMap(person) ?? (admins.count == 1 ? admins.first : people.count == 1 ? people.first : nil)
        let word = named ?? person.map { PeopleFolders.letters(of: $0.name) } ?? "owner"
        let isFolder = !word.isEmpty && !word.contains("/") && !word.hasPrefix(".")
        return person.map { user($0, isFolder ? word : "owner") } ?? (isFolder ? word : "owner")
    }
}
