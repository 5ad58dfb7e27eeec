/// The values for `${NAME}`: the environment's variable, or else a key in capitals, `NAME: value`, of the settings.
struct Variables: Sendable {
    struct Value: Sendable {
        var text: String
        var isSecret: Bool
    }

    private(set) var values: [String: Value] = [:]

    /// Those of the layers, the later before the earlier, and the environment before them all. What a key of a file refers to
    /// must stand above it.
    init(_ layers: [Layer], environment: [String: String]) {
        for (name, text) in environment { values[name] = Value(text: text, isSecret: Variables.isSecret(name)) }
        for layer in layers {
            for leaf in layer.leaves {
                let name = leaf.key.parts[0]
                guard environment[name] == nil, Variables.isVariable(leaf.key), let text = leaf.value.scalar?.text
                else { continue }
                let isSecret = Variables.isSecret(name) || layer.name == .secrets || layer.name == .credentials
                let value = isSecret ? text : expanded(text).text
                values[name] = Value(text: value, isSecret: isSecret)
            }
        }
    }

    /// One in capitals; and what has a single name and is no key, as a `.env` may hold it in small letters.
    private static func isVariable(_ key: Key) -> Bool {
        key.isVariable || key.parts.count == 1 && KnownKey.find(key) == nil
    }

    static func isSecret(_ name: String) -> Bool { KnownKey.scope(of: Key([name])) == .secret }

    /// A text with its references replaced. Those to a name that nobody knows stay.
    func expanded(_ text: String) -> (text: String, unknown: [String], holdsSecret: Bool) {
        var unknown: [String] = []
        var holdsSecret = false
        let result = text.replacing(/\$\{([^}]+)\}/) { match in
            guard let value = values[String(match.1)] else {
                unknown.append(String(match.1))
                return String(match.0)
            }
            holdsSecret = holdsSecret || value.isSecret
            return value.text
        }
        return (result, unknown, holdsSecret)
    }
}
