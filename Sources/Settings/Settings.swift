import Dialects

/// The settings in effect, as typed values.
public struct Settings: Sendable {
    package enum Mode: String, Sendable {
        /// One person's own installation: one file, or none.
        case singleUser = "single-user"
        /// One daemon for everybody on the machine.
        case system
    }

    package var mode: Mode
    package var people: [Person]
    /// All agents by name, including those that are not enabled.
    package var agents: [String: Agent]
    /// The programs that speak for people.
    package var adapters: [Adapter]
    package var secrets: Secrets
    package var database: DatabaseURL
    package var server: Server
    package var quotas: Quotas
    package var retention: Retention
    /// The account that may read the daemon's metrics.
    package var monitoring: String?
    public var preferences: Preferences
}

/// The settings in effect, with the facts about how they were loaded.
public struct LoadedSettings: Sendable {
    public var settings: Settings
    /// The files that were read, in order.
    package var files: [String]
    public var remarks: [Remark]
    /// The files that contain a secret.
    package var filesWithSecrets: Set<String>
    /// Every key with the origin of its value, secrets included: only `shown` may be printed.
    var effective: EffectiveSettings

    /// The place that names the database: `FILE:LINE` or a variable. `nil` for the default database.
    package var originOfDatabase: String? {
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
