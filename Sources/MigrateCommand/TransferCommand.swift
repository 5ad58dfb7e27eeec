import ArgumentParser
import Dialects
import Migrator

extension TransferOptions.Verification: ExpressibleByArgument {}

struct TransferCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "transfer",
            abstract: "Move a SQLite database into an empty PostgreSQL database, and verify it.",
            discussion: """
                Tables, rows, keys, indexes, foreign keys, defaults, views and counters come along; what can't is listed. The
                source is only read. When anything is refused the target is as empty as before.

                EXAMPLES:
                  \(MigrateProgram.context.name) transfer shop.db postgresql://app@db.example.org/shop
                  \(MigrateProgram.context.name) transfer shop.db 'postgresql:///shop?host=/run/postgresql' --dry-run
                  \(MigrateProgram.context.name) transfer shop.db postgresql:///shop --exclude logs,cache --json
                """)
    }

    @Argument(help: "The database to read: a SQLite file or its URL.") var source: String
    @Argument(help: "The database to fill: a PostgreSQL URL. It must be empty.") var target: String
    @Option(help: ArgumentHelp("Only these tables, separated by commas.", valueName: "a,b")) var tables: String?
    @Option(help: ArgumentHelp("All but these tables, separated by commas.", valueName: "c,d")) var exclude: String?
    @Option(help: "What to compare at the end: the number of rows, or a digest of every value as well.")
    var verify: TransferOptions.Verification = .digest
    @Flag(help: "Show the plan: tables, types and why, and what does not come along. Changes nothing.") var dryRun =
        false
    @Flag(name: .shortAndLong, help: "No progress.") var quiet = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding {
            let from = try open(source, .readOnly)
            let to = try open(target, dryRun ? .readOnly : .create)
            let options = TransferOptions(
                tables: tables.map(names), exclude: exclude.map(names) ?? [], verification: verify)
            let transfer = Transfer(from: from, to: to, options: options)
            if dryRun {
                let plan = try await transfer.plan()
                output.show(TransferText.document(plan)) { TransferText.text(plan) }
            } else {
                let progress = TransferProgress(isQuiet: quiet || output.json)
                let report = try await transfer.run { progress.show($0) }
                output.show(TransferText.document(report)) { TransferText.text(report) }
                if report.verdict == .mismatch { throw ExitCode(1) }
            }
            await from.close()
            await to.close()
        }
    }

    private func names(_ list: String) -> [String] { list.split(separator: ",").map(String.init) }

    private func open(_ text: String, _ access: ConnectionOptions.Access) throws -> Database {
        try Database(
            try DatabaseURL(parsing: text),
            options: ConnectionOptions(
                access: access, applicationName: MigrateProgram.context.name,
                temporaryFolder: Console.environment("TMPDIR") ?? "/tmp"))
    }
}
