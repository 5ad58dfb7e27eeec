import ArgumentParser
import Logging
import TCRuntime
import TCTerminal

/// The process that `sessions start` leaves running in the background. People do not call this command.
struct HostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "host", shouldDisplay: false)

    @Argument var folder: String

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let logger = Logger(label: "telec-host")
        guard let program = Executable.path else { throw ExitCode(2) }
        do {
            // tmux gets the alias, because its command line is visible to other users.
            try await Host(HostFolder(path: folder), logger: logger).run(pane: [program, "pane", folder])
        } catch {
            logger.error("\(error)")
            throw ExitCode(2)
        }
    }
}

/// The command that tmux runs in a session's pane.
struct PaneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pane", shouldDisplay: false)

    @Argument var folder: String

    func run() throws {
        do {
            throw ExitCode(try Pane.run(HostFolder(path: folder)))
        } catch let code as ExitCode {
            throw code
        } catch {
            Console.error("error: \(error)")
            throw ExitCode(2)
        }
    }
}
