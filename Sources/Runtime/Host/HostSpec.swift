import Dialects
import TCPOSIX

/// The instructions for a host and its pane, which are passed in a file that only its owner can read, never in arguments. The
/// secret variables are not in the file: the host gets them in its environment, and hands them on through a `SecretPipe`.
package struct HostSpec: Codable, Sendable {
    package var sessionID: String
    package var title: String
    package var tmuxName: String
    /// The socket of the tmux server; `nil` in a spec of an older version, whose server was known by its name.
    package var tmuxSocket: String?
    /// A random name of this start. It keeps files that an earlier start left in the folder from being taken for this start's.
    package var launch: String?
    /// The first chunk that the daemon does not have. A session that is run again continues the same recording.
    package var firstChunk: UInt64
    package var socketPath: String
    package var directory: String
    package var command: [String]
    /// The environment of tmux, and of the command, which gets the secrets too.
    package var environment: [String: String]
    /// The command's variables that may be secret: keys, the session's token, and what the caller passes on.
    package var secrets: [String: String] = [:]
    /// The names of `secrets`; `nil` in a spec of an older version, whose environment was complete.
    private var secretNames: [String]?
    /// The settings of the process that started the session, which the command gets in place of those of tmux's server; `nil` in a
    /// spec of an older version.
    var caller: ProcessSettings?
    /// A text that is shown in the pane before the command starts.
    package var notice: String?
    /// The name under which the settings hold the agent that the session was started for.
    package var agent: String?

    /// Creates the instructions for a session that the daemon at `socketPath` has just started.
    package init(
        for started: StartedDocument, running program: Program, on tmuxServer: TmuxServer, socketPath: String
    ) {
        let session = started.session
        sessionID = session.sessionID
        title = session.title ?? ""
        tmuxName = session.tmuxName ?? "tc_\(session.sessionID)"
        tmuxSocket = tmuxServer.socket
        launch = Identifier.short()
        firstChunk = started.firstChunk
        self.socketPath = socketPath
        directory = program.directory
        command = program.command
        environment = program.environment
        secrets = program.secrets
        secretNames = program.secrets.keys.sorted()
        caller = ProcessSettings.own
        notice = started.notice
        agent = session.agent
    }
}

extension HostSpec {
    /// What runs in a session's terminal.
    package struct Program: Sendable {
        package var command: [String]
        package var directory: String
        package var environment: [String: String]
        package var secrets: [String: String]

        package init(
            command: [String], directory: String, environment: [String: String], secrets: [String: String]
        ) {
            self.command = command
            self.directory = directory
            self.environment = environment
            self.secrets = secrets
        }
    }
}

extension HostSpec {
    /// The variable that holds the session's id.
    package static let sessionVariable = "TELECLAUDE_SESSION_ID"
    /// The variable that holds the token of the session's run.
    package static let tokenVariable = "TELECLAUDE_SESSION_TOKEN"
    /// Tells `telec sessions revive` that it runs on the daemon's order. The file of a host's program may be that of an older version by
    /// then, which ignores a variable and would refuse an option.
    package static let orderVariable = "TELECLAUDE_ORDERED"

    private enum CodingKeys: CodingKey {
        case sessionID, title, tmuxName, tmuxSocket, launch, firstChunk, socketPath, directory, command, environment
        case secretNames, caller, notice, agent
    }

    package var tmuxServer: TmuxServer { TmuxServer(socket: tmuxSocket) }

    /// The complete environment of the command.
    var commandEnvironment: [String: String] { environment.merging(secrets) { $1 } }

    var hasSecrets: Bool { secretNames?.isEmpty == false }

    /// The hash of the run's token, by which the daemon recognizes the run; `nil` on a machine that can't compute digests.
    var tokenHash: String? {
        guard let token = commandEnvironment[Self.tokenVariable], (try? SHA256.load()) != nil else { return nil }
        return SessionTokens.hash(token)
    }

    /// Takes the secrets from this process's environment, in which a host gets them.
    mutating func takeSecrets() {
        for name in secretNames ?? [] { secrets[name] = getenv(name).map { String(cString: $0) } }
    }

    /// Returns the environment of a session: the variables of a login, and the session's place.
    package static func environment(
        of account: Account, from caller: [String: String], place: [String: String]
    ) -> [String: String] {
        var result = [
            "HOME": account.home, "USER": account.name, "LOGNAME": account.name, "SHELL": usableShell(account.shell),
            "PATH": caller["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", "LANG": utf8Locale(caller["LANG"]),
        ]
        for name in ["TZ", "LC_ALL", "LC_CTYPE", "XDG_RUNTIME_DIR", "TMUX_TMPDIR"] {
            result[name] = caller[name]
        }
        return result.merging(place) { $1 }
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
