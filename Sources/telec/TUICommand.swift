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
            Sessions are grouped by project, and the list is live: it shows every start, change and end at once. ? explains the \
            keys. It needs a terminal of 40 columns and 12 rows, and uses its colours (none with NO_COLOR).

            EXAMPLES:
              telec tui
              NO_COLOR=1 telec tui
              telec tui --plain
            """)

    @Flag(help: "Work line by line, for a screen reader or a simple terminal.") var plain = false

    @OptionGroup var daemon: SocketOption

    func run() async throws {
        guard plain || (Console.inputIsTerminal && Console.outputIsTerminal) else {
            throw ValidationError(
                "telec tui needs a terminal. Without one: telec tui --plain, or telec sessions list --json for programs."
            )
        }
        let options = try ClientOptions.parse(daemon.socket.map { ["--socket", $0] } ?? [])
        try await options.guarding {
            let folder = try WorkingFolder.absolute(".")
            if plain {
                var face = try await PlainFace(options.client(), doors(options), folder: folder)
                let code = await face.run()
                guard code == 0 else { throw ExitCode(code) }
                return
            }
            let noColour = Console.environment("NO_COLOR").map { !$0.isEmpty } ?? false
            let program = FullScreen(
                try options.client(), try doors(options), folder: folder, noColour: noColour)
            // The parent process learns which signal has ended this process.
            guard let number = try await program.run() else { return }
            kill(getpid(), number)
            // The signal is delivered to a thread that does not block it, which may take a moment.
            try await Task.sleep(for: .seconds(1))
            throw ExitCode(128 + number)
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
            end: { id in
                let (reply, remark) = try await SessionEnd(id: id).run(client)
                return SessionDoors.Ended(
                    words: reply.map { EndSession.words($0.value.session) } ?? "ended",
                    remark: remark.map(EndSession.words(about:)))
            },
            terminal: { id in
                let local = try await SessionTerminal(id: id).find(client).local
                return SessionDoors.Terminal(
                    command: Attachment.command(local.tmuxServer, tmuxName: local.tmuxName),
                    environment: ProcessContext.process.environment)
            })
    }
}
