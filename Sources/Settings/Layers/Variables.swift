/// The values for `${NAME}`: the environment's variable, or else a key in capitals, `NAME: value`, of the settings.
struct Variables: Sendable {
    struct Value: Sendable {
        var text: String
        var isSecret: Bool
    }

    private(set) var values: [String: Value] = [:]

    /// Collects the variables of the layers and of the environment. A later layer overrides an earlier one, and the environment
    /// overrides them all, unless its variable is empty. A value can refer only to variables above it.
    ///
    /// - Throws: `SettingsError` if the values refer to too much text.
    init(_ layers: [Layer], environment: [String: String]) throws(SettingsError) {
        var room = ReferenceRoom()
        for (name, text) in environment { values[name] = Value(text: text, isSecret: Variables.isSecret(name)) }
        for layer in layers {
            for leaf in layer.leaves {
                let name = leaf.key.parts[0]
                guard environment[name]?.isEmpty ?? true, Variables.isVariable(leaf.key),
                    let text = leaf.value.scalar?.text
                else { continue }
                let isSecret = Variables.isSecret(name) || layer.name == .secrets || layer.name == .credentials
                let value = isSecret ? text : try expanded(text, at: leaf.place, &room).text
                values[name] = Value(text: value, isSecret: isSecret)
            }
        }
    }

    /// Returns whether a key is a variable: its name is in capitals, or it has a single part and is not a known key, since a
    /// `.env` may have variables in small letters.
    private static func isVariable(_ key: Key) -> Bool {
        key.isVariable || key.parts.count == 1 && KnownKey.find(key) == nil
    }

    static func isSecret(_ name: String) -> Bool { KnownKey.scope(of: Key([name])) == .secret }

    /// Returns a text with its references replaced. References to unknown names are kept, and these names are returned too.
    ///
    /// - Throws: `SettingsError` if the values need more room.
    func expanded(
        _ text: String, at place: String, _ room: inout ReferenceRoom
    ) throws(SettingsError) -> (text: String, unknown: [String], holdsSecret: Bool) {
        var unknown: [String] = []
        var holdsSecret = false
        let result = try room.replaced(Self.reference, in: text, at: place) { match in
            guard let value = values[String(match.1)] else {
                unknown.append(String(match.1))
                return String(match.0)
            }
            holdsSecret = holdsSecret || value.isSecret
            return value.text
        }
        return (result, unknown, holdsSecret)
    }

    func refersToSecret(_ text: String) -> Bool {
        text.holdingReferences.matches(of: Self.reference).contains { values[String($0.1)]?.isSecret == true }
    }

    private static var reference: Regex<(Substring, Substring)> { /\$\{([^}]+)\}/ }
}
