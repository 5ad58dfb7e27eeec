import Migrator

/// The variables of the environment that set keys.
///
/// A known key has the variable of its name: `TELECLAUDE_DATABASE_URL` for `database.url`, `TELECLAUDE_THINKING_MODE` for
/// `thinking_mode`. Any key in small letters has one with two underscores between its parts: `TELECLAUDE__AGENTS__CLAUDE__KEY`.
enum EnvironmentKeys {
    private static let named: [String: Key] = {
        let keys = KnownKey.table.compactMap(\.key).filter {
            !$0.isVariable && $0 != Key("mode") && $0 != Key("people")
        }
        return Dictionary(keys.map { (variable(for: $0), $0) }, uniquingKeysWith: { first, _ in first })
    }()

    static func variable(for key: Key) -> String { "TELECLAUDE_" + key.parts.joined(separator: "_").uppercased() }

    /// Returns the variable of a key in small letters, whether or not the key is known.
    static func longVariable(for key: Key) -> String { "TELECLAUDE__" + key.parts.joined(separator: "__").uppercased() }

    static func key(for variable: String) -> Key? {
        if variable.hasPrefix("TELECLAUDE__") {
            let parts = variable.dropFirst("TELECLAUDE__".count).replacing("__", with: "\n").split(separator: "\n")
            return parts.isEmpty ? nil : Key(parts.map { $0.lowercased() })
        }
        return named[variable]
    }

    /// Returns the key that a variable with this value sets. A variable that is empty sets none: service managers and containers pass
    /// an empty one for one that is not set.
    static func key(for variable: String, setTo value: String) -> Key? { value.isEmpty ? nil : key(for: variable) }

    /// Returns the layer of the environment. It also contains the environment's values of variables that a file defines, and of
    /// the agents' keys.
    ///
    /// - Parameter variables: The names of these variables and keys.
    static func layer(_ environment: [String: String], variables: Set<String>) -> Layer {
        var layer = Layer(name: .environment)
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
            if let key = key(for: name) {
                layer.leaves.append(Layer.Leaf(key: key, value: SettingsValue(plain: value), place: name))
            } else if variables.contains(name) {
                layer.leaves.append(Layer.Leaf(key: Key([name]), value: SettingsValue(text: value), place: name))
            }
        }
        return layer
    }

    /// Returns remarks on variables that look as if they set a key and don't.
    static func remarks(_ environment: [String: String]) -> [Remark] {
        environment.keys.sorted().compactMap { name in
            meant(by: name).map { Remark("this variable sets nothing: did you mean \($0)?", at: name) }
        }
    }

    /// Returns the variable that was probably meant by one that looks as if it set a key and doesn't; `nil` for any other variable.
    static func meant(by name: String) -> String? {
        guard name.hasPrefix("TELECLAUDE_"), key(for: name) == nil, !others.contains(name),
            KnownKey.find(Key([name])) == nil
        else { return nil }
        return Suggestion.nearest(to: name, in: named.keys.sorted() + others)
    }

    /// The variables that set no key, and are read all the same.
    private static let others = ["CONFIG_PATH", "SECRETS_PATH", "USER_CONFIG_PATH", "ENV_PATH", "STATE_PATH", "SOCKET"]
        .map { "TELECLAUDE_" + $0 }
}
