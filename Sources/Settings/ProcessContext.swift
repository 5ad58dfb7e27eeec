import TCPOSIX

/// Everything that settings take from outside of their files. Tests make their own.
public struct ProcessContext: Sendable {
    package var environment: [String: String]
    package var home: String?
    /// The effective uid of the reader.
    package var uid: UInt32
    /// The folder against which relative paths are resolved.
    package var workingFolder: String
    /// The folder whose `config.yml` makes this a system-wide installation.
    package var systemFolder: String

    public init(
        environment: [String: String] = [:], home: String?, uid: UInt32, workingFolder: String = "/",
        systemFolder: String? = nil
    ) {
        self.environment = environment
        self.home = home
        self.uid = uid
        self.workingFolder = workingFolder
        self.systemFolder = systemFolder ?? SystemFolder.here.settings
    }

    /// Returns a variable's value; `nil` when the variable is unset or empty.
    package func variable(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// Returns the path that a variable holds, made absolute.
    func path(_ name: String) -> String? { variable(name).map { absolute($0) } }

    /// Returns the absolute path. A leading `~` is the home folder; a relative path starts at `folder`, or else at the working
    /// folder.
    package func absolute(_ path: String, from folder: String? = nil) -> String {
        if let home, path == "~" || path.hasPrefix("~/") { return home + path.dropFirst() }
        return path.hasPrefix("/") ? path : "\(folder ?? workingFolder)/\(path)"
    }

    /// Returns the folder of the user's own settings and state.
    ///
    /// - Throws: `SettingsError` when the user's home is unknown, or another account's.
    func userFolder() throws(SettingsError) -> String {
        try requireOwnHome()
        guard let home else {
            throw SettingsError(
                .noHome, "there is no home folder to find the settings in", remedy: "set HOME, or name the files")
        }
        return "\(home)/.teleclaude"
    }

    /// Requires that the home is not another account's that this process may not enter, such as the one that `su` has left in HOME.
    func requireOwnHome() throws(SettingsError) {
        guard let home, uid == geteuid(), let facts = try? FileSystem.facts(of: home), facts.owner != uid,
            faccessat(AT_FDCWD, home, X_OK, AT_EACCESS) != 0
        else { return }
        throw SettingsError(
            .forbidden, at: home, "HOME is not yours: it belongs to uid \(facts.owner), and you may not enter it",
            remedy: "set HOME to your own home, as su - does")
    }
}
