/// One key of the old files, and where it goes.
public struct SplitItem: Sendable {
    /// The file that receives it.
    public enum Target: Sendable, Hashable {
        case system
        case secrets
        case user(String)
        /// A person's folder that belongs to nobody in the list of people.
        case unclaimed(String)
    }

    /// The key in the new file.
    public var key: Key
    public var target: Target
    /// Where it came from: `FILE:LINE`; empty for what the split adds itself.
    public var source: String
    /// What happened to it, if it isn't simply there.
    public var note: String?
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
    /// The file below the folder that the split writes to.
    public var file: String {
        switch self {
        case .system: "config.yml"
        case .secrets: "secrets.yml"
        case .user(let name): "users/\(name)/config.yml"
        case .unclaimed(let name): "unclaimed/\(name)/config.yml"
        }
    }

    /// What the file's mode is when it is made.
    var mode: UInt32 {
        switch self {
        case .system: 0o644
        case .secrets, .user, .unclaimed: 0o600
        }
    }
}
