import ArgumentParser
import Dialects
import TCPOSIX
import TCRuntime
import TCSettings
import TCTerminal

struct StartSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start an agent, or a command, in a session of its own.",
        usage: "telec sessions start --title <title> [<options>] -- [<command> ...]",
        discussion: """
            It runs as you, in tmux, and continues when you log out. Its environment is clean: that of a login, and the \
            variables that you name with --env.

            EXAMPLES:
              telec sessions start --title "Fix the build" --agent claude
              telec sessions start --project ~/work/site --title Shell -- bash -l
              telec sessions start --title Deploy --env SSH_AUTH_SOCK -- ./deploy.sh
            """)

    @Option(help: ArgumentHelp("The folder to work in.", valueName: "dir")) var project = "."
    @Option(help: "The name to show in lists.") var title: String
    @Option(
        help: ArgumentHelp(
            "Start this agent from the settings. Default: yours, unless a command is given.", valueName: "name"))
    var agent: String?
    @Option(
        name: .customLong("env"), help: ArgumentHelp("Pass on this variable of your environment.", valueName: "name"))
    var variables: [String] = []
    @OptionGroup var options: ClientOptions
    @Argument(
        parsing: .postTerminator, help: ArgumentHelp("Run this command instead of an agent.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        guard agent == nil || command.isEmpty else {
            throw ValidationError("Give an agent or a command, not both.")
        }
        if let name = variables.first(where: { $0.contains("=") }) {
            throw ValidationError(
                "--env takes only a name; the value of \(name.prefix { $0 != "=" }) comes from your environment.")
        }
    }

    func run() async throws {
        try await options.guarding {
            let start = SessionStart(
                title: title, folder: try WorkingFolder.absolute(project), agent: agent, command: command,
                variables: variables)
            let client = try options.client()
            let (session, notice) = try await Interruption.stopping { try await start.runUnlessInterrupted(client) }
            show(session, notice)
        }
    }

    private func show(_ session: SessionDocument, _ notice: String?) {
        let document = JSON.object([
            ("version", .integer(1)), ("session_id", .string(session.sessionID)), ("status", .string(session.status)),
            ("tmux_session_name", session.tmuxName.map { .string($0) } ?? .null),
            ("notice", notice.map { .string($0) } ?? .null),
        ])
        options.output.show(document) { session.sessionID }
        if !options.output.json, let notice { Console.error(notice) }
    }
}

struct ReviveSession: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revive", abstract: "Restart one of your sessions whose host or command has ended.",
        usage: "telec sessions revive <session> [<options>] -- [<command> ...]",
        discussion: """
            If the terminal still exists, only the recording and the connection to the daemon are resumed. A command that has \
            ended is not kept: give it again, unless the session runs an agent.

            EXAMPLES:
              telec sessions revive ID
              telec sessions revive ID -- bash -l
            """)

    @Argument(help: "The session's id, or the title of one of yours.") var session: SessionID
    @Option(
        name: .customLong("env"), help: ArgumentHelp("Pass on this variable of your environment.", valueName: "name"))
    var variables: [String] = []
    @OptionGroup var options: ClientOptions
    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp(
            "Run this command. Default: the session's agent, or the command whose host was killed.",
            valueName: "command"))
    var command: [String] = []

    func run() async throws {
        try await options.guarding(about: session) { client, id in
            try PassedVariables.requireText(variables)
            let home = try Launch.account().home
            let folder = HostFolder(sessionID: id, home: home)
            try folder.requireTrust()
            let before = try? folder.spec()
            let found = try await Self.row(of: id, client)
            // Of another user's session the command is never known here, and the daemon refuses to revive it.
            guard !command.isEmpty || before != nil || found.agent != nil || found.ownerUID != geteuid() else {
                throw RuntimeError(
                    .badRequest, "the command of this session is not known: one that has ended is not kept",
                    remedy: "give it after --")
            }
            let local = LocalSession(sessionID: id, home: home)
            try await local?.letLastRunEnd()
            if local?.mayRun != true, !SessionVariable.isOrdered, found.ownerUID == geteuid() {
                try Self.requireFolder(of: found)
            }
            let path = SessionPath.of(id, "revive") + (SessionVariable.isOrdered ? "?ordered=1" : "")
            let started = try await client.post(path, [String: String](), as: StartedDocument.self).value
            let words = command.isEmpty ? started.command ?? before?.command ?? [] : command
            let launch = Launch(
                started: started, command: words, directory: started.session.projectPath ?? "/",
                variables: variables, socketPath: client.socketPath)
            let revived = try await launch.run(client)
            let document = JSON.object([
                ("version", .integer(1)), ("session_id", .string(revived.sessionID)),
                ("status", .string(revived.status)),
            ])
            options.output.show(document) { "revived" }
        }
    }

    /// Returns the session's row. Where the caller may not see it, the daemon is asked to revive the session all the same: its refusal is in
    /// the audit log, and that of a look at the row is not.
    private static func row(of id: String, _ client: DaemonClient) async throws -> SessionDocument {
        do {
            return try await client.get(SessionPath.of(id), as: OneSessionDocument.self).value.session
        } catch let error as RuntimeError where error.code == .notFound || error.code == .notAllowed {
            return try await client.post(
                SessionPath.of(id, "revive"), [String: String](), as: StartedDocument.self
            ).value.session
        }
    }

    /// Requires that the command can run where it ran, before the daemon opens the session again: a session that was not revived ended when
    /// it ended.
    private static func requireFolder(of session: SessionDocument) throws(RuntimeError) {
        let folder = session.projectPath ?? "/"
        guard access("\(folder)/.", X_OK) == 0 else {
            throw RuntimeError(
                .failed, "the command was not started: \(folder): \(SystemError.last)",
                remedy: "put the session's folder back; nothing was changed")
        }
    }
}
