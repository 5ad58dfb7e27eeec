/// What a host and its pane have to know. It holds the session's token and may hold keys: it goes through a file that only its
/// owner can read, never through arguments.
public struct HostSpec: Codable, Sendable {
    public var sessionID: String
    public var title: String
    public var tmuxName: String
    /// The socket of the tmux server; `nil` in what an older version wrote, whose server was known by its name.
    public var tmuxSocket: String?
    /// Which start this is, by a random name: what an earlier one has left in the folder is not taken for this one's.
    public var launch: String?
    /// The first chunk that the daemon does not have: a session that is run again goes on in the same recording.
    public var firstChunk: UInt64
    public var socketPath: String
    public var token: String
    public var directory: String
    public var command: [String]
    /// Everything that the command finds in its environment.
    public var environment: [String: String]
    /// Shown in the pane before the command starts.
    public var notice: String?
    /// The agent that the session was started for, by its name in the settings.
    public var agent: String?

    public init(
        sessionID: String, title: String, tmuxName: String, tmuxServer: TmuxServer, firstChunk: UInt64,
        socketPath: String, token: String, directory: String, command: [String], environment: [String: String],
        notice: String?, agent: String?
    ) {
        self.sessionID = sessionID
        self.title = title
        self.tmuxName = tmuxName
        tmuxSocket = tmuxServer.socket
        launch = Identifier.short()
        self.firstChunk = firstChunk
        self.socketPath = socketPath
        self.token = token
        self.directory = directory
        self.command = command
        self.environment = environment
        self.notice = notice
        self.agent = agent
    }
}

extension HostSpec {
    /// The variable that holds the session's id.
    public static let sessionVariable = "TELECLAUDE_SESSION_ID"

    public var tmuxServer: TmuxServer { TmuxServer(socket: tmuxSocket) }

    /// The environment of a session: what a login gives, where the session is, and the keys that were given to it. Nothing else
    /// of the caller's comes along, but the variables that he names.
    public static func environment(
        of account: Account, from caller: [String: String], passing names: [String], keys: [String: String]
    ) -> [String: String] {
        var result = [
            "HOME": account.home, "USER": account.name, "LOGNAME": account.name, "SHELL": usableShell(account.shell),
            "PATH": caller["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", "LANG": utf8Locale(caller["LANG"]),
        ]
        for name in ["TZ", "LC_ALL", "LC_CTYPE", "XDG_RUNTIME_DIR", "TMUX_TMPDIR"] + names {
            result[name] = caller[name]
        }
        result.merge(keys) { _, key in key }
        return result
    }

    /// tmux under an account whose shell is `nologin` would end at once.
    private static func usableShell(_ shell: String) -> String {
        let isLogin = !shell.isEmpty && !shell.hasSuffix("/nologin") && !shell.hasSuffix("/false")
        return isLogin ? shell : "/bin/sh"
    }

    private static func utf8Locale(_ locale: String?) -> String {
        guard let locale, locale.uppercased().contains("UTF") else { return "C.UTF-8" }
        return locale
    }
}
