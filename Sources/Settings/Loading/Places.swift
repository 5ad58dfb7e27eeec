/// Which files settings are read from.
///
/// The machine is in **system mode** when its own file is there (`/etc/teleclaude/config.yml`), or when the file that
/// `TELECLAUDE_CONFIG_PATH` names is one of a system: it says `mode: system`, or a `secrets.yml` lies beside it, or
/// `TELECLAUDE_SECRETS_PATH` is set. In **single-user mode** it is `~/.teleclaude/config.yml`, or the file that
/// `TELECLAUDE_CONFIG_PATH` names, with the `.env` beside it (`TELECLAUDE_ENV_PATH`).
struct Places: Sendable {
    var mode: Settings.Mode
    var settings: String
    /// Whether somebody named the file, so that it has to be there.
    var isNamed: Bool
    /// In system mode.
    var secrets: String?
    var credentialsFolder: String?
    /// A client's, in system mode.
    var user: String?
    /// In single-user mode.
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
        // What can't be looked at is not taken for what is not there: that would be another mode, other people, another database.
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

    static func folder(of file: String) -> String {
        let folder = file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex)
        return folder.isEmpty && file.hasPrefix("/") ? "" : String(folder)
    }
}

extension ProcessContext {
    /// Where the daemon's socket is: `--socket`, else `TELECLAUDE_SOCKET`, else `/run/teleclaude/teleclaude.sock` in system
    /// mode, and the user's own place in single-user mode.
    public func socketPath(argument: String?) throws(SettingsError) -> String {
        if let argument { return absolute(argument) }
        if let path = path("TELECLAUDE_SOCKET") { return path }
        switch try Places.find(self).mode {
        case .system: return SystemFolder.here.socket
        case .singleUser:
            if let folder = variable("XDG_RUNTIME_DIR"), folder.hasPrefix("/") { return "\(folder)/teleclaude.sock" }
            return try "\(userFolder())/run/teleclaude.sock"
        }
    }

    /// The folder of the daemon's own state, transcripts among it: `TELECLAUDE_STATE_PATH`, else `/var/lib/teleclaude` in
    /// system mode and `~/.teleclaude` in single-user mode.
    public func stateFolder() throws(SettingsError) -> String {
        if let path = path("TELECLAUDE_STATE_PATH") { return path }
        switch try Places.find(self).mode {
        case .system: return SystemFolder.here.state
        case .singleUser: return try userFolder()
        }
    }
}
