import Dialects
import Migrator

/// The settings that the new files have in addition to the old ones. If both set the same key, the additions win.
package struct SplitAdditions: Sendable {
    /// A settings file that exists already at the target.
    package struct Present: Sendable {
        package var path: String
        package var text: String

        package init(path: String, text: String) { (self.path, self.text) = (path, text) }
    }

    /// The system's existing `config.yml`, and the `secrets.yml` beside it.
    package var settings: Present?
    package var secrets: Present?
    /// The database's URL, without a password. It is written if the existing files name no database.
    package var database: String?
    /// The accounts of people, by the people's names. Accounts are never guessed from those names.
    package var accounts: [String: String] = [:]

    package init() {}

    /// Returns the items that precede all others.
    func items() throws(SettingsError) -> [SplitItem] {
        var items: [SplitItem] = []
        for (present, target, name) in [
            (settings, SplitItem.Target.system, LayerName.system), (secrets, .secrets, .secrets),
        ] {
            guard let present else { continue }
            let layer = Layer(name, try YAMLFile.parse(present.text, path: present.path), path: present.path)
            items += layer.leaves.filter { $0.key != Key("mode") }.map {
                SplitItem($0.key, $0.value, target, from: $0.place, note: Splitter.present)
            }
        }
        if let database, !items.contains(where: { $0.isOfDatabase && $0.target == .system }) {
            items.append(
                SplitItem(
                    Key("database.url"), SettingsValue(text: database), .system, from: "--database",
                    note: Splitter.present))
        }
        return items
    }
}

extension SplitItem {
    var isOfDatabase: Bool { key.parts[0] == "database" }
}

extension SplitAdditions {
    /// Returns the same value with the people's accounts in it.
    ///
    /// - Throws: `SettingsError` if a person has another account already.
    func withAccounts(_ people: SettingsValue) throws(SettingsError) -> SettingsValue {
        guard let items = people.list else { return people }
        var result: [SettingsValue] = []
        for item in items { result.append(try withAccount(item)) }
        return SettingsValue(.list(result), line: people.line)
    }

    private func withAccount(_ person: SettingsValue) throws(SettingsError) -> SettingsValue {
        guard let name = person["name"]?.text, let account = accounts[name], case .map(let members) = person.content
        else { return person }
        if let present = person["os_username"]?.text, !present.isEmpty {
            guard present == account else {
                throw SettingsError(
                    .otherAccount, "\(name) has the account \(present) in the settings, and \(account) was given",
                    remedy: "leave out --map \(account)=\(name), or change the settings")
            }
            return person
        }
        let rest = members.filter { $0.name != "os_username" }
        let own = SettingsValue.Member(name: "os_username", value: SettingsValue(text: account))
        return SettingsValue(.map(rest + [own]), line: person.line)
    }

    /// Checks that every person who was given an account is in the settings.
    ///
    /// - Throws: `SettingsError` if one is not.
    func requirePeople(_ people: [Person]) throws(SettingsError) {
        let names = people.map(\.name)
        for name in accounts.keys.sorted() where !names.contains(name) {
            throw SettingsError(
                .unknownPerson, "the settings have no person \(name)",
                remedy: Suggestion.nearest(to: name, in: names).map { "did you mean \($0)?" }
                    ?? "people there: \(names.joined(separator: ", "))")
        }
    }
}
