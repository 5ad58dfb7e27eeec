import Dialects

/// The settings in effect, as typed values.
public struct Settings: Sendable {
    public enum Mode: String, Sendable {
        /// One person's own installation: one file, or none.
        case singleUser = "single-user"
        /// One daemon for everybody on the machine.
        case system
    }

    public var mode: Mode
    public var people: [Person]
    /// All agents by name, including those that are not enabled.
    public var agents: [String: Agent]
    /// The programs that speak for people.
    public var adapters: [Adapter]
    public var secrets: Secrets
    public var database: DatabaseURL
    public var server: Server
    public var quotas: Quotas
    public var retention: Retention
    /// The account that may read the daemon's metrics.
    public var monitoring: String?
    public var preferences: Preferences
}

/// The settings in effect, with the facts about how they were loaded.
public struct LoadedSettings: Sendable {
    public var settings: Settings
    /// The files that were read, in order.
    public var files: [String]
    public var remarks: [Remark]
    /// The files that contain a secret.
    package var filesWithSecrets: Set<String>
    /// Every key with the origin of its value, secrets included: only `shown` may be printed.
    var effective: EffectiveSettings

    /// The place that names the database: `FILE:LINE` or a variable. `nil` for the default database.
    public var originOfDatabase: String? {
        effective.settings(under: "database").filter {
            !$0.value.isNull && $0.value.map == nil && $0.key != Key("database.password")
        }
        .max { $0.layer < $1.layer }?.place
    }

    /// Loads the settings that apply to a process in this context.
    ///
    /// - Throws: `SettingsError` when they can't be read, trusted or understood.
    public static func load(
        _ context: ProcessContext, for reader: Reader
    ) throws(SettingsError) -> LoadedSettings {
        try Loading(context, reader).load()
    }
}

extension LoadedSettings: CustomReflectable {
    /// A mirror without the values, because they are not redacted.
    public var customMirror: Mirror {
        Mirror(self, children: ["settings": settings, "files": files, "remarks": remarks])
    }
}

/// The kind of process that reads the settings. The daemon never opens a file in another user's home: in system mode it reads
/// no per-user layer.
public enum Reader: Sendable { case daemon, client }
