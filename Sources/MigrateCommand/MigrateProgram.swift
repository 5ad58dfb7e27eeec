import ArgumentParser
import Dialects
import Migrator
import Synchronization
import TCTerminal
import Transfer

/// A complete migration program for one history: it parses arguments, runs a command, renders its output and exits.
///
///     @main struct MyMigrations {
///         static func main() async { await MigrateProgram.run(name: "my-migrate", version: "1.0") { try .mine() } }
///     }
public enum MigrateProgram {
    /// The values that all commands work with.
    struct Context: Sendable {
        var name = "tc-migrate"
        var version = ""
        var history: @Sendable () throws -> History = { try History([]) }
        var defaultDatabase: DefaultDatabase?
        var schema: Schema?
        /// Whether the program is to describe itself, to a shell or to the author of its manual, instead of running.
        var isDescribed = false
    }

    /// The database that is used without `--database` and `TC_DATABASE_URL`. A program without a default asks the user for one of
    /// these, and never migrates a database that nobody named.
    public struct DefaultDatabase: Sendable {
        /// The phrase for this database in the help: `what the settings say`.
        var summary: String
        /// The function that returns the database's URL, and a phrase for where the URL comes from.
        var find: @Sendable () throws -> (url: DatabaseURL, origin: String)

        /// Creates a default database, whose URL `find` returns when it is needed.
        ///
        /// - Parameters:
        ///   - summary: The phrase for this database in the help: `what the settings say`.
        ///   - find: Returns the URL, and a phrase for where it comes from: `from settings.yaml`. An error that it throws is
        ///     shown to the user.
        public init(_ summary: String, find: @escaping @Sendable () throws -> (url: DatabaseURL, origin: String)) {
            self.summary = summary
            self.find = find
        }
    }

    @TaskLocal static var context = Context()

    /// Returns this program's history. It is replayed only when needed if it is compared with a ledger first.
    ///
    /// The history is kept until the process ends, because freeing a long one piece by piece at the end takes as long as the
    /// comparison.
    static func history(isReplayedLater: Bool = false) throws -> History {
        let history = try History.$isReplayedLater.withValue(isReplayedLater) { try context.history() }
        kept.withLock { $0.append(history) }
        return history
    }

    private static let kept = Mutex<[History]>([])

    /// Runs the command that the arguments name and ends the process. The exit code is 0 for done, 1 for "no", 2 for failed or
    /// refused, 64 for a usage error.
    ///
    /// - Parameters:
    ///   - name: The program's name, for help and messages.
    ///   - version: The program's version, for `--version` and the ledger.
    ///   - defaultDatabase: The database of a command line that names none; without it each command line has to name one.
    ///   - schema: The declared schema, which the history makes once all its migrations are written. The command `new` writes the
    ///     next migration from the difference.
    ///   - history: Makes the history.
    @MainActor
    public static func run(
        name: String, version: String, defaultDatabase: DefaultDatabase? = nil, schema: Schema? = nil,
        history: @escaping @Sendable () throws -> History
    ) async {
        // This comes before the first suspension: afterwards other threads may have opened files.
        Console.begin()
        await run(
            Context(
                name: name, version: version, history: history, defaultDatabase: defaultDatabase, schema: schema,
                isDescribed: CommandLine.arguments.dropFirst().contains {
                    $0.hasPrefix("--generate-completion-script") || $0 == "--experimental-dump-help"
                }))
    }

    private static func run(_ context: Context) async {
        await $context.withValue(context) {
            do {
                var command = try RootCommand.parseAsRoot(arguments)
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            } catch {
                RootCommand.end(with: UnknownCommand.explain(error, of: arguments, to: RootCommand.self))
            }
        }
    }

    /// The command line's arguments, with `transfer abandon` as one word: the parser gives the words after `transfer` to its
    /// arguments before it looks for a subcommand. Only when the program describes itself is `abandon` a subcommand of
    /// `transfer`.
    private static var arguments: [String] {
        var words = Array(CommandLine.arguments.dropFirst())
        let start = words.first == "help" ? 1 : 0
        if words.dropFirst(start).starts(with: AbandonCommand.words) {
            words.replaceSubrange(start..<start + 2, with: [AbandonCommand.words.joined(separator: " ")])
        }
        return words
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
                everything that libpq accepts (?host=/socket/folder, ?service=NAME, several hosts, .pgpass).

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
