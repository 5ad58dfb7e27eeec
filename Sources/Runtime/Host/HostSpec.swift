/// The instructions for a host and its pane. They contain the session's token and may contain keys, so they are passed in a
/// file that only its owner can read, never in arguments.
public struct HostSpec: Codable, Sendable {
    public var sessionID: String
    public var title: String
    public var tmuxName: String
    /// The socket of the tmux server; `nil` in a spec of an older version, whose server was known by its name.
    public var tmuxSocket: String?
    /// A random name of this start. It keeps files that an earlier start left in the folder from being taken for this start's.
    public var launch: String?
    /// The first chunk that the daemon does not have. A session that is run again continues the same recording.
    public var firstChunk: UInt64
    public var socketPath: String
    public var token: String
    public var directory: String
    public var command: [String]
    /// The complete environment of the command.
    public var environment: [String: String]
    /// A text that is shown in the pane before the command starts.
    public var notice: String?
    /// The name under which the settings hold the agent that the session was started for.
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

    /// Returns the environment of a session: the variables of a login, the session's place, and the given keys. Of the caller's
    /// other variables, only the named ones are passed on.
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

    /// Returns a shell that can run. Under an account whose shell is `nologin`, tmux would end at once.
    private static func usableShell(_ shell: String) -> String {
        let isLogin = !shell.isEmpty && !shell.hasSuffix("/nologin") && !shell.hasSuffix("/false")
        return isLogin ? shell : "/bin/sh"
    }

    private static func utf8Locale(_ locale: String?) -> String {
        guard let locale, locale.uppercased().contains("UTF") else { return "C.UTF-8" }
        return locale
    }
}
