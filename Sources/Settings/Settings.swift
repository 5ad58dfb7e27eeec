import Dialects

/// The settings that hold, as typed values.
public struct Settings: Sendable {
    public enum Mode: String, Sendable {
        /// One person's own installation: one file, or none.
        case singleUser = "single-user"
        /// One daemon for everybody on the machine.
        case system
    }

    public var mode: Mode
    public var people: [Person]
    /// By name, those that are not enabled among them.
    public var agents: [String: Agent]
    /// Programs that speak for people.
    public var adapters: [Adapter]
    public var secrets: Secrets
    public var database: DatabaseURL
    public var server: Server
    public var quotas: Quotas
    public var retention: Retention
    /// The account that may read the daemon's figures.
    public var monitoring: String?
    public var preferences: Preferences
}

/// Settings with what there is to say about them.
public struct LoadedSettings: Sendable {
    public var settings: Settings
    /// The files that were read, in order.
    public var files: [String]
    public var remarks: [Remark]
    /// Those of the files in which a secret stands.
    package var filesWithSecrets: Set<String>
    /// Every key with where its value comes from, secrets among them: `shown` is what may be printed.
    var effective: EffectiveSettings

    /// Where the database is named: `FILE:LINE` or a variable. `nil` when it is the default.
    public var originOfDatabase: String? {
        effective.settings(under: "database").filter {
            !$0.value.isNull && $0.value.map == nil && $0.key != Key("database.password")
        }
        .max { $0.layer < $1.layer }?.place
    }

    /// Reads the settings that a process in this context has. Throws when they can't be read, trusted or understood.
    public static func load(
        _ context: ProcessContext, for reader: Reader
    ) throws(SettingsError) -> LoadedSettings {
        try Loading(context, reader).load()
    }
}

extension LoadedSettings: CustomReflectable {
    /// Without the values, which nobody has redacted.
    public var customMirror: Mirror {
        Mirror(self, children: ["settings": settings, "files": files, "remarks": remarks])
    }
}

/// Who reads. The daemon never opens a file in another user's home: in system mode it reads no per-user layer.
public enum Reader: Sendable { case daemon, client }
