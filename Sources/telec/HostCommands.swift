import ArgumentParser
import Logging
import TCRuntime
import TCTerminal

/// What `sessions start` leaves running: not for people.
struct HostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "host", shouldDisplay: false)

    @Argument var folder: String

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let logger = Logger(label: "telec-host")
        guard let program = Executable.path else { throw ExitCode(2) }
        do {
            // The alias: what tmux is told, others see.
            try await Host(HostFolder(path: folder), logger: logger).run(pane: [program, "pane", folder])
        } catch {
            logger.error("\(error)")
            throw ExitCode(2)
        }
    }
}

/// What tmux runs in a session's pane.
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
