import ArgumentParser
import TCTerminal

@main
struct Telec: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "telec",
        abstract: "Use the agent sessions on this machine: yours, and those that are shared with you.",
        discussion: """
            Asks the daemon (teleclauded) at TELECLAUDE_SOCKET, by default at its usual place. The kernel tells the daemon who \
            you are; there is no login.

            Name a session by its id or by the title of one of yours; - reads it from the first line of standard input.

            EXAMPLES:
              telec whoami
              telec sessions start --title "Tidy up" -- bash
              telec sessions list
              telec transcript ID

            Exit codes: 0 done, 1 "no", 2 failed or refused, 64 usage or unknown id.
            """,
        version: teleclaudeVersion,
        subcommands: [
            WhoamiCommand.self, TUICommand.self, SessionsCommand.self, TranscriptCommand.self, SearchCommand.self,
            OpenCommand.self, AuditCommand.self, ConfigCommand.self, AdoptCommand.self, SystemCommands.self,
            DoctorCommand.self, MetricsCommand.self, ReportCommand.self, MCPCommand.self,
            BackupCommand.self, RestoreCommand.self, HostCommand.self, PaneCommand.self,
        ])

    static func main() async {
        Console.begin()
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: UnknownCommand.explain(error, to: Telec.self))
        }
    }
}
