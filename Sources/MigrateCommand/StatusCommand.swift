import ArgumentParser
import Dialects
import Migrator
import TCTerminal

struct StatusCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "status", abstract: "Show what is applied and what is pending. Changes nothing.",
            usage: "\(MigrateProgram.context.name) status [<options>]",
            discussion: """
                EXAMPLES:
                  \(MigrateProgram.context.name) status
                  \(MigrateProgram.context.name) status --exit-code --json
                """)
    }

    @Flag(help: "Exit with 1 unless the position is 'current'.") var exitCode = false
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding {
            let database = try databaseOptions.open(.readOnly, output)
            let history = try MigrateProgram.history(isReplayedLater: true)
            let status = try await Migrator(history: history, database: database).status()
            await database.close()
            output.show(document(status)) { text(status) }
            if exitCode, status.position != .current { throw ExitCode(1) }
        }
    }

    private func document(_ status: MigrationStatus) -> JSON {
        let migrations = status.lines.map { line in
            JSON.object(
                [
                    ("id", .string(line.id)), ("state", .string(line.state.rawValue)),
                    ("applied_at", line.appliedAt.map { .string($0) } ?? .null),
                    ("duration_ms", line.milliseconds.map { .integer($0) } ?? .null),
                ] + JSON.online(line.isOnline))
        }
        return .object([
            ("version", .integer(1)), ("position", .string(status.position.code)),
            ("out_of_order", .array(status.outOfOrder.map { .string($0) })), ("migrations", .array(migrations)),
        ])
    }

    private func text(_ status: MigrationStatus) -> String {
        var table = TextTable(("MIGRATION", .left), ("STATE", .left), ("APPLIED AT", .left), ("DURATION", .right))
        for line in status.lines {
            table.add(
                line.id, line.state.rawValue + (line.isOnline ? ", online" : ""), line.appliedAt ?? "-",
                line.milliseconds.map(Formatting.milliseconds) ?? "-")
        }
        var text = table.rendered() + "\n\nposition: \(sentence(status.position))"
        if !status.outOfOrder.isEmpty {
            text += "\nout of order: \(status.outOfOrder.joined(separator: ", ")), pending before an applied one"
        }
        return text
    }

    private func sentence(_ position: Position) -> String {
        switch position {
        case .current: "current"
        case .behind(let ids): "behind by \(ids.count)"
        case .newer(let ids): "newer: this program does not know \(ids.joined(separator: ", "))"
        case .changed(let migrations):
            "changed: "
                + migrations.map { "\($0.id) was edited after it was applied, \($0.difference)" }
                .joined(separator: "; ")
        }
    }
}

struct DriftCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "drift", abstract: "Compare the live database with what its applied migrations declare.",
            usage: "\(MigrateProgram.context.name) drift [<options>]",
            discussion: """
                Exit code 1 if they differ. Nothing is changed: the declared schema is created in a scratch place, read back by \
                the same engine, and removed again.

                EXAMPLES:
                  \(MigrateProgram.context.name) drift
                """)
    }

    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding {
            let database = try databaseOptions.open(.readOnly, output)
            let report = try await Migrator(history: try MigrateProgram.history(), database: database)
                .driftReport(MigrationLog.show(waitingFor:))
            await database.close()
            let lines = report.differences.map(\.description)
            let notes = report.unrepeated.map { ["\($0)"] } ?? []
            let document = JSON.object([
                ("version", .integer(1)), ("drift", .boolean(!lines.isEmpty)),
                ("differences", .array(lines.map { .string($0) })), ("notes", .array(notes.map { .string($0) })),
            ])
            output.show(document) { lines.isEmpty ? "no drift" : lines.joined(separator: "\n") }
            for note in notes { output.remark("note: \(note)") }
            if !lines.isEmpty { throw ExitCode(1) }
        }
    }
}
