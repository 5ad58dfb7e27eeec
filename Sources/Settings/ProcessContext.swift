/// Everything that settings take from outside of their files. A test makes its own.
public struct ProcessContext: Sendable {
    public var environment: [String: String]
    public var home: String?
    /// The effective uid of the reader.
    public var uid: UInt32
    /// Where relative paths start.
    public var workingFolder: String
    /// The folder whose `config.yml` makes this a system-wide installation.
    public var systemFolder: String

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

    /// A variable's value; `nil` when it is not set or empty.
    func variable(_ name: String) -> String? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// The path that a variable holds, made absolute.
    func path(_ name: String) -> String? { variable(name).map { absolute($0) } }

    /// The path from the root: a leading `~` is the home, what is relative starts at `folder` or else the working folder.
    public func absolute(_ path: String, from folder: String? = nil) -> String {
        if let home, path == "~" || path.hasPrefix("~/") { return home + path.dropFirst() }
        return path.hasPrefix("/") ? path : "\(folder ?? workingFolder)/\(path)"
    }

    /// The folder of the user's own settings and state. Throws when nobody knows his home.
    func userFolder() throws(SettingsError) -> String {
        guard let home else {
            throw SettingsError(
                "no_home", "there is no home folder to find the settings in", remedy: "set HOME, or name the files")
        }
        return "\(home)/.teleclaude"
    }
}
