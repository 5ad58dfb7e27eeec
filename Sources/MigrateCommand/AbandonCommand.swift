import ArgumentParser
import Dialects
import TCTerminal
import Transfer

/// The command `transfer abandon`. People write two words; for the parser it is one name (`MigrateProgram.arguments`).
struct AbandonCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: MigrateProgram.context.isDescribed ? words[1] : words.joined(separator: " "),
            abstract: "Remove what an interrupted transfer left in its target.",
            usage: "\(MigrateProgram.context.name) transfer abandon <target> [--dry-run] [--json]",
            discussion: """
                Only what the transfer recorded as its own is removed: tables that others have created since stay.

                EXAMPLES:
                  \(MigrateProgram.context.name) transfer abandon postgresql:///shop
                """)
    }

    static let words = [TransferCommand.name, "abandon"]

    @Argument(help: "The database that the transfer was filling.", completion: .file()) var target: String
    @Flag(help: "Show what would be removed, and what stays. Changes nothing.") var dryRun = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding({ WaysOn.explain($0, target: target) }) {
            let isDry = dryRun
            let database = try Database.open(target, isDry ? .readOnly : .readWrite)
            let found = try await Interruption.stopping { try await AbandonCommand.abandon(in: database, isDry: isDry) }
            await database.close()
            output.show(document(found)) { isDry ? plan(found, database.url) : text(found, database.url) }
        }
    }

    /// Abandons a transfer that made the tables itself, or else one for which the history made them.
    private static func abandon(in database: Database, isDry: Bool) async throws -> Abandonment {
        do {
            return try await isDry
                ? DatabaseTransfer.abandonment(in: database) : DatabaseTransfer.abandon(in: database)
        } catch TransferError.nothingToAbandon {
            let history = try MigrateProgram.history()
            return try await isDry
                ? HistoryTransfer.abandonment(in: database, of: history)
                : HistoryTransfer.abandon(in: database, of: history)
        }
    }

    private func text(_ found: Abandonment, _ target: DatabaseURL) -> String {
        let file = found.removesFile ? ", and \(target.filePath ?? "its file"), which it had made, too" : ""
        return "removed what the transfer from \(found.record.source), begun \(found.record.startedAt), had made\(file)"
    }

    private func plan(_ found: Abandonment, _ target: DatabaseURL) -> String {
        let transfer = "the transfer from \(found.record.source), begun \(found.record.startedAt)"
        var lines = ["\(transfer), has made what would be removed:"]
        lines += found.removed.map { "  \($0)" }
        if found.removesFile { lines.append("  the file \(target.filePath ?? "")") }
        if !found.kept.isEmpty { lines += ["what stays:"] + found.kept.map { "  \($0)" } }
        return (lines + ["dry run: nothing was changed"]).joined(separator: "\n")
    }

    private func document(_ found: Abandonment) -> JSON {
        .object([
            ("version", .integer(1)), ("dry_run", .boolean(dryRun)), ("abandoned", .string(found.record.id)),
            ("source", .string(found.record.source)), ("removed", .array(found.removed.map(JSON.string))),
            ("kept", .array(found.kept.map(JSON.string))), ("file_removed", .boolean(found.removesFile)),
        ])
    }
}
