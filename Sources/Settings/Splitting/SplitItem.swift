/// A key of the old files, and its place in the new ones.
package struct SplitItem: Sendable {
    /// The file that receives it.
    package enum Target: Sendable, Hashable {
        case system
        case secrets
        case user(String)
        /// The file for a person's folder that belongs to nobody in the list of people.
        case unclaimed(String)
    }

    /// The key in the new file.
    package var key: Key
    package var target: Target
    /// The place that the value came from, as `FILE:LINE`; empty if the split itself has added it.
    package var source: String
    /// A remark on how the value was changed or moved; `nil` if it was neither.
    package var note: String?
    var value: SettingsValue

    init(_ key: Key, _ value: SettingsValue, _ target: Target, from source: String, note: String? = nil) {
        self.key = key
        self.value = value
        self.target = target
        self.source = source
        self.note = note
    }
}

extension SplitItem.Target {
    /// The file's path below the folder into which the split is written.
    package var file: String {
        switch self {
        case .system: "config.yml"
        case .secrets: "secrets.yml"
        case .user(let name): "users/\(name)/config.yml"
        case .unclaimed(let name): "unclaimed/\(name)/config.yml"
        }
    }

    /// The mode with which the file is made.
    var mode: UInt32 {
        switch self {
        case .system: 0o644
        case .secrets, .user, .unclaimed: 0o600
        }
    }
}
