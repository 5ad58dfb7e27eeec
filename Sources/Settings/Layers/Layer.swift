/// The layer that a value comes from; a later case of this list overrides an earlier one.
package enum LayerName: String, Sendable, CaseIterable, Comparable {
    /// The built-in defaults.
    case standard = "default"
    /// The one file of single-user mode.
    case single = "settings"
    case system
    case secrets
    case credentials
    case user = "per-user"
    /// The `.env` beside the one file.
    case dotenv = ".env"
    case environment

    package static func < (a: LayerName, b: LayerName) -> Bool {
        allCases.firstIndex(of: a) ?? 0 < allCases.firstIndex(of: b) ?? 0
    }
}

/// The settings of one file, or of the environment.
struct Layer: Sendable {
    struct Leaf: Sendable {
        var key: Key
        var value: SettingsValue
        /// The origin of the value: `FILE:LINE`, or a variable.
        var place: String
    }

    var name: LayerName
    var leaves: [Leaf] = []
}

extension Layer {
    /// Makes the layer of a file. A list is a single leaf.
    init(_ name: LayerName, _ root: SettingsValue, path: String) {
        self.name = name
        for member in root.map ?? [] { collect(Key([member.name]), member.value, path) }
    }

    private mutating func collect(_ key: Key, _ value: SettingsValue, _ path: String) {
        if let members = value.map, !members.isEmpty {
            for member in members { collect(key.appending(member.name), member.value, path) }
        } else {
            leaves.append(Leaf(key: key, value: value, place: "\(path):\(value.line)"))
        }
    }

    /// The same layer without variables such as `OPENAI_API_KEY`. Those of the environment are in a layer because a file defines them.
    var withoutVariables: Layer { Layer(name: name, leaves: leaves.filter { !$0.key.isVariable }) }

    /// Makes the layer of a `.env`. Each variable is a value for `${NAME}`; a variable that is named after a key also sets that
    /// key, unless it is empty.
    init(_ file: DotEnv, path: String) {
        name = .dotenv
        for entry in file.entries {
            let place = "\(path):\(entry.line)"
            leaves.append(
                Leaf(key: Key([entry.name]), value: SettingsValue(text: entry.value, line: entry.line), place: place))
            if let key = EnvironmentKeys.key(for: entry.name, setTo: entry.value) {
                leaves.append(Leaf(key: key, value: SettingsValue(plain: entry.value, line: entry.line), place: place))
            }
        }
    }
}
