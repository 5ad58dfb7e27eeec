import ArgumentParser
import Dialects
import TCPOSIX
import TCRuntime
import TCSettings
import TCTUI
import TCTerminal

struct TUICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tui", abstract: "Use sessions on a whole terminal: list, details, transcripts, audit log.",
        discussion: """
            Projects first, and live: what starts, changes or ends shows at once. ? says what the keys do. It needs a terminal \
            of 40 columns and 12 rows, and uses the colours that this one has (none with NO_COLOR).

            EXAMPLES:
              telec tui
              NO_COLOR=1 telec tui
            """)

    @Option(
        help: ArgumentHelp(
            "Use this socket of the daemon. Default: TELECLAUDE_SOCKET, else its usual place.", valueName: "path"))
    var socket: String?

    func run() async throws {
        guard Console.inputIsTerminal, Console.outputIsTerminal else {
            throw ValidationError("telec tui needs a terminal; for programs there is telec sessions list --json.")
        }
        let options = try ClientOptions.parse(socket.map { ["--socket", $0] } ?? [])
        try await options.guarding {
            let noColour = Console.environment("NO_COLOR").map { !$0.isEmpty } ?? false
            let program = FullScreen(
                try options.client(), try doors(options), folder: try WorkingFolder.absolute("."), noColour: noColour)
            // Whoever waits for this process learns which signal has ended it.
            if let number = try await program.run() { raise(number) }
        }
    }

    private func doors(_ options: ClientOptions) throws -> SessionDoors {
        let client = try options.client()
        return SessionDoors(
            start: { wanted in
                let home = try Launch.account().home
                let named = wanted.project.hasPrefix("~/") ? home + wanted.project.dropFirst() : wanted.project
                let folder = try WorkingFolder.absolute(named)
                let started = try await SessionStart(
                    title: wanted.title, folder: folder, agent: wanted.agent, command: wanted.command, variables: []
                ).run(client)
                return SessionDoors.Started(session: started.session, notice: started.notice)
            },
            end: { _ = try await SessionEnd(id: $0).run(client) },
            terminal: { id in
                let local = try await SessionTerminal(id: id).find(client).local
                return SessionDoors.Terminal(
                    command: Attachment.command(local.tmuxServer, tmuxName: local.tmuxName),
                    environment: ProcessContext.process.environment)
            })
    }
}
