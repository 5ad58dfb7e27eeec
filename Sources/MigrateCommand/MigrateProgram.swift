import ArgumentParser
import Dialects
import Migrator
import Synchronization
import TCTerminal
import Transfer

/// A whole migration program for one history: parses, runs, renders and exits.
///
///     @main struct MyMigrations {
///         static func main() async { await MigrateProgram.run(name: "my-migrate", version: "1.0") { try .mine() } }
///     }
public enum MigrateProgram {
    /// What the commands work with.
    struct Context: Sendable {
        var name = "tc-migrate"
        var version = ""
        var history: @Sendable () throws -> History = { try History([]) }
        var defaultDatabase: DefaultDatabase?
        var schema: Schema?
        /// Whether the program is to describe itself to a shell, or to who writes its manual, rather than to run.
        var isDescribed = false
    }

    /// The database that is used without `--database` and `TC_DATABASE_URL`. A program without a default asks for one of these,
    /// and never migrates a database that nobody named.
    public struct DefaultDatabase: Sendable {
        /// What help says of it: `what the settings say`.
        var summary: String
        /// Which one it is, and how that is known.
        var find: @Sendable () throws -> (url: DatabaseURL, origin: String)

        /// A database that `find` names when it is asked for.
        ///
        /// - Parameters:
        ///   - summary: What help says of it: `what the settings say`.
        ///   - find: The URL, and how it is known: `from settings.yaml`. What it throws is shown.
        public init(_ summary: String, find: @escaping @Sendable () throws -> (url: DatabaseURL, origin: String)) {
            self.summary = summary
            self.find = find
        }
    }

    @TaskLocal static var context = Context()

    /// The history of this program, replayed later where it is compared with a ledger first.
    ///
    /// It stays until the process ends: to free a long one piece by piece, when all is done, takes as long as the comparison.
    static func history(isReplayedLater: Bool = false) throws -> History {
        let history = try History.$isReplayedLater.withValue(isReplayedLater) { try context.history() }
        kept.withLock { $0.append(history) }
        return history
    }

    private static let kept = Mutex<[History]>([])

    /// Runs the command that the arguments name and ends the process: 0 done, 1 "no", 2 failed or refused, 64 usage.
    ///
    /// `schema` is the schema as it is to be, which the history makes when all its migrations are written: `new` writes the next
    /// one from what differs.
    public static func run(
        name: String, version: String, defaultDatabase: DefaultDatabase? = nil, schema: Schema? = nil,
        history: @escaping @Sendable () throws -> History
    ) async {
        Console.begin()
        let context = Context(
            name: name, version: version, history: history, defaultDatabase: defaultDatabase, schema: schema,
            isDescribed: CommandLine.arguments.dropFirst().contains {
                $0.hasPrefix("--generate-completion-script") || $0 == "--experimental-dump-help"
            })
        await $context.withValue(context) {
            do {
                var command = try RootCommand.parseAsRoot(arguments)
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            } catch {
                end(with: UnknownCommand.explain(error, of: arguments, to: RootCommand.self))
            }
        }
    }

    /// The command line's, with `transfer abandon` as one word: the parser gives what stands behind `transfer` to its arguments
    /// before it looks for a subcommand. Only where the program describes itself, `abandon` stands below `transfer`.
    private static var arguments: [String] {
        var words = Array(CommandLine.arguments.dropFirst())
        let start = words.first == "help" ? 1 : 0
        if words.dropFirst(start).starts(with: AbandonCommand.words) {
            words.replaceSubrange(start..<start + 2, with: [AbandonCommand.words.joined(separator: " ")])
        }
        return words
    }

    /// Ends the process as the argument parser would, but for the secrets in what it says about arguments it can't use.
    private static func end(with error: any Error) {
        let code = RootCommand.exitCode(for: error)
        guard !code.isSuccess else { RootCommand.exit(withError: error) }
        let message = RootCommand.fullMessage(for: error)
        if !message.isEmpty { Console.error(Secrets.masked(message, from: CommandLine.arguments)) }
        RootCommand.exit(withError: code)
    }
}

struct RootCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let name = MigrateProgram.context.name
        let byDefault = MigrateProgram.context.defaultDatabase.map { ", by default \($0.summary)" } ?? ""
        return CommandConfiguration(
            commandName: name,
            abstract: "Migrate the schema of a SQLite or PostgreSQL database, and move whole databases between them.",
            discussion: """
                The database is the one that --database or TC_DATABASE_URL names\(byDefault). URLs: sqlite:PATH, the path of a SQLite file, postgresql://USER@HOST/NAME and \
                all that libpq understands (?host=/socket/folder, ?service=NAME, several hosts, .pgpass).

                EXAMPLES:
                  \(name) up
                  \(name) up --database postgresql://app@db.example.org/app
                  \(name) status --json
                  \(name) plan --dialect postgresql > up.sql
                  \(name) new session-titles
                  \(name) transfer shop.db postgresql://app@db.example.org/shop

                Exit codes: 0 done, 1 "no" (drift, mismatch, pending), 2 failed or refused, 64 usage.
                """,
            version: MigrateProgram.context.version,
            subcommands: [
                NewCommand.self, UpCommand.self, BaselineCommand.self, DownCommand.self, StatusCommand.self,
                DriftCommand.self, RepairCommand.self, PlanCommand.self, InspectCommand.self, TransferCommand.self,
            ] + (MigrateProgram.context.isDescribed ? [] : [AbandonCommand.self]) + [VerifyCommand.self])
    }
}
