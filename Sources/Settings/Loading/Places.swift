/// The files from which settings are read.
///
/// The machine is in **system mode** if its own file exists (`/etc/teleclaude/config.yml`), or if the file that
/// `TELECLAUDE_CONFIG_PATH` names is a system's: it contains `mode: system`, or a `secrets.yml` is beside it, or
/// `TELECLAUDE_SECRETS_PATH` is set. In **single-user mode**, the file is `~/.teleclaude/config.yml`, or the file that
/// `TELECLAUDE_CONFIG_PATH` names, with the `.env` beside it (`TELECLAUDE_ENV_PATH`).
struct Places: Sendable {
    var mode: Settings.Mode
    var settings: String
    /// Whether the file has to exist, because it was named or determines the mode.
    var isNamed: Bool
    /// The file of secrets; `nil` in single-user mode.
    var secrets: String?
    var credentialsFolder: String?
    /// The client's own file in system mode; `nil` in single-user mode.
    var user: String?
    /// The `.env` file; `nil` in system mode.
    var dotenv: String?

    static func find(_ context: ProcessContext) throws(SettingsError) -> Places {
        let named = context.path("TELECLAUDE_CONFIG_PATH")
        let own = "\(context.systemFolder)/config.yml"
        if let named {
            let hasSecrets =
                try context.variable("TELECLAUDE_SECRETS_PATH") != nil
                ? true : PathWalk(beside(named, "secrets.yml")).isThere
            let isSystem = try hasSecrets ? true : saysSystem(named, context)
            return isSystem
                ? system(named, isNamed: true, context) : try single(named, isNamed: true, context)
        }
        // If the file can't be checked, this throws. Treating it as missing would select another mode, with other people and
        // another database.
        if try PathWalk(own).isThere { return system(own, isNamed: true, context) }
        return try single(try userFile(context), isNamed: false, context)
    }

    private static func userFile(_ context: ProcessContext) throws(SettingsError) -> String {
        try "\(context.userFolder())/config.yml"
    }

    private static func system(_ file: String, isNamed: Bool, _ context: ProcessContext) -> Places {
        Places(
            mode: .system, settings: file, isNamed: isNamed,
            secrets: context.path("TELECLAUDE_SECRETS_PATH") ?? beside(file, "secrets.yml"),
            credentialsFolder: context.path("CREDENTIALS_DIRECTORY"),
            user: context.path("TELECLAUDE_USER_CONFIG_PATH")
                ?? context.home.map { "\($0)/.teleclaude/config.yml" })
    }

    private static func single(
        _ file: String, isNamed: Bool, _ context: ProcessContext
    ) throws(SettingsError) -> Places {
        Places(
            mode: .singleUser, settings: file, isNamed: isNamed,
            dotenv: context.path("TELECLAUDE_ENV_PATH") ?? beside(file, ".env"))
    }

    private static func saysSystem(_ path: String, _ context: ProcessContext) throws(SettingsError) -> Bool {
        guard let file = try TrustedFile.read(path, by: context.uid) else { return false }
        return try YAMLFile.parse(file.text, path: path)["mode"]?.scalar?.text == Settings.Mode.system.rawValue
    }

    private static func beside(_ file: String, _ name: String) -> String {
        "\(folder(of: file))/\(name)"
    }

    /// Returns the folder of an absolute path, in the form that stands before `/NAME`: the root is empty.
    static func folder(of file: String) -> String {
        String(file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex))
    }
}

extension ProcessContext {
    /// Returns the path of the daemon's socket: `--socket`, or else `TELECLAUDE_SOCKET`, or else
    /// `/run/teleclaude/teleclaude.sock` in system mode, and a place of the user's own in single-user mode.
    package func socketPath(argument: String?) throws(SettingsError) -> String {
        if let argument { return absolute(argument) }
        if let path = path("TELECLAUDE_SOCKET") { return path }
        switch try Places.find(self).mode {
        case .system: return SystemFolder.here.socket
        case .singleUser:
            if let folder = variable("XDG_RUNTIME_DIR"), folder.hasPrefix("/") { return "\(folder)/teleclaude.sock" }
            return try "\(userFolder())/run/teleclaude.sock"
        }
    }

    /// Returns the folder of the daemon's state, which includes the transcripts: `TELECLAUDE_STATE_PATH`, or else
    /// `/var/lib/teleclaude` in system mode and `~/.teleclaude` in single-user mode.
    package func stateFolder() throws(SettingsError) -> String {
        if let path = path("TELECLAUDE_STATE_PATH") { return path }
        switch try Places.find(self).mode {
        case .system: return SystemFolder.here.state
        case .singleUser: return try userFolder()
        }
    }
}
