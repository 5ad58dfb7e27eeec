import ArgumentParser
import Dialects
import Logging
import TCMigrations
import Migrator
import TCRuntime
import TCSettings
import TCTerminal

/// The daemon's command line.
@main
struct TeleClaudeDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "teleclauded",
        abstract: "Keep the agent sessions of everybody on this machine, and log who looked at them.",
        usage: "teleclauded [<options>]",
        discussion: """
            It works on the embedded SQLite database without any configuration; with /etc/teleclaude/config.yml it serves the \
            whole machine. The database is migrated at startup.

            EXAMPLES:
              teleclauded
              teleclauded --check
              teleclauded --migration refuse-if-behind
              teleclauded --standby

            Signals: TERM and INT end it in an orderly way, HUP rereads people, agents and adapters.
            Exit codes: 0 ended on request, 2 failed or refused, 64 usage.
            """,
        version: teleclaudeVersion)

    @Option(
        help: ArgumentHelp(
            "Listen on this socket. Default: TELECLAUDE_SOCKET, else the mode's usual place.", valueName: "path"))
    var socket: String?

    @Option(
        help: ArgumentHelp("What to do about pending migrations.", valueName: "mode"))
    var migration: StartupMode = .migrate

    @Flag(help: "Wait for the daemon that uses this database, and take over when it ends.")
    var standby = false

    @Flag(help: "Check settings, database and schema, and serve nothing.")
    var check = false

    @Option(help: ArgumentHelp("Log messages of this level and above.", valueName: "level"))
    var logLevel: Logger.Level = .info

    static func main() async {
        Hangup.note()
        Console.begin()
        Heap.shareArenas()
        DiskThreads.provide()
        Descriptors.raiseLimit()
        do {
            var command = try Self.parse()
            try await command.run()
        } catch {
            exit(withError: error)
        }
    }

    mutating func run() async throws {
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return MaskedLog(handler)
        }
        do {
            let options = DaemonOptions(
                context: .process, socket: socket, startup: migration, isStandby: standby, version: teleclaudeVersion,
                history: try .teleclaude())
            let daemon = try Daemon(options, logger: Logger(label: "teleclauded"))
            if check {
                if let unchecked = try await daemon.check() {
                    Console.out("settings and database are right, and nothing is pending; \(unchecked)")
                } else {
                    Console.out("settings, database and schema are right")
                }
            } else {
                try await daemon.run()
            }
        } catch {
            Console.error("error: \(MaskedText.of(Self.sentence(error)))")
            throw ExitCode(2)
        }
        if check { try OutputOptions.requireOutput() }
    }

    private static func sentence(_ error: any Error) -> String {
        let remedy = (error as? MigratorError)?.remedy ?? (error as? MigrationFailure)?.remedy
        return remedy.map { "\(error); \(words($0))" } ?? "\(error)"
    }

    /// Returns the remedy in words that name `tc-migrate`, because the daemon itself has no commands for migrations.
    private static func words(_ remedy: Remedy) -> String {
        switch remedy {
        case .words(let text): text
        case .consentToDataLoss: "to lose them, run tc-migrate up --allow-data-loss"
        case .undoOrRecordEdit: "use the programs that applied it, or later ones"
        case .consentToOrder(let id):
            "if the order makes no difference, apply \(id) after those with tc-migrate up --out-of-order"
        case .applyPending: "apply them with tc-migrate up, or start with --migration migrate"
        case .listDifferences: "tc-migrate drift lists every difference"
        case .declareWhatIsThere: remedy.description
        case .takeOver: "name an empty database: this one holds something of the same name"
        case .askForStatus: "tc-migrate status says whether it is applied; then start again"
        }
    }
}

extension StartupMode: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
