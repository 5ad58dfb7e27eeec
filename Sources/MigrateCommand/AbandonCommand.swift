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
            usage: "\(MigrateProgram.context.name) transfer abandon <target> [--json]",
            discussion: """
                Only what the transfer recorded as its own is removed: tables that others have created since stay.

                EXAMPLES:
                  \(MigrateProgram.context.name) transfer abandon postgresql:///shop
                """)
    }

    static let words = [TransferCommand.name, "abandon"]

    @Argument(help: "The database that the transfer was filling.", completion: .file()) var target: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding({ WaysOn.explain($0, target: target) }) {
            let database = try Database.open(target, .readWrite)
            let record = try await Interruption.stopping { try await DatabaseTransfer.abandon(in: database) }
            await database.close()
            output.show(
                .object([
                    ("version", .integer(1)), ("abandoned", .string(record.id)), ("source", .string(record.source)),
                ])
            ) {
                "removed what the transfer from \(record.source), begun \(record.startedAt), had made"
            }
        }
    }
}
