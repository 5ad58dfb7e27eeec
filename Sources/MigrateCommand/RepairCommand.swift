import ArgumentParser
import Dialects
import Migrator
import TCTerminal

struct RepairCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let name = MigrateProgram.context.name
        return CommandConfiguration(
            commandName: "repair", abstract: "Record applied migrations as they are after an edit.",
            usage: "\(name) repair [<options>]",
            discussion: """
                For an edit that does not change the resulting schema. Nothing is run: the edited history is replayed and compared \
                with what was applied, and the live schema with both, as drift does. If all are the same, the ledger records the \
                new text. The effect of a script or data step on rows can't be compared: it is named, and not repeated. An edit \
                that makes another schema is refused; put it into a new migration.

                EXAMPLES:
                  \(name) repair --dry-run
                  \(name) repair --yes --database postgresql://app@db.example.org/app
                """)
    }

    @Flag(help: "Compare, and show what would be recorded. Changes and locks nothing.") var dryRun = false
    @Flag(help: "Record without asking.") var yes = false
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding {
            let history = try MigrateProgram.history(isReplayedLater: true)
            // Opening a SQLite file for writing changes it to WAL mode. It is opened read-only first, so that a refusal leaves it
            // as it was.
            let reading = try databaseOptions.open(.readOnly, output)
            var report = try await Migrator(history: history, database: reading).previewRepair()
            await reading.close()
            if !dryRun, !report.migrations.isEmpty {
                try requireConsent(to: report)
                report = try await record(history, in: reading.url)
            }
            show(report)
        }
    }

    private func requireConsent(to report: RepairReport) throws(Unconfirmed) {
        if yes { return }
        guard !output.json, Console.inputIsTerminal, Console.errorIsTerminal else {
            throw Unconfirmed(migrations: report.migrations, wasAsked: false)
        }
        for line in lines(report, "would record") + notes(report) { Console.error(line) }
        guard ["y", "yes"].contains(Console.ask("Record this? [y/N] ")?.lowercased()) else {
            throw Unconfirmed(migrations: report.migrations, wasAsked: true)
        }
    }

    private func record(_ history: History, in url: DatabaseURL) async throws -> RepairReport {
        let database = try databaseOptions.open(url, .readWrite)
        let options = Migrator.Options(lockTimeout: databaseOptions.lockTimeout)
        let report = try await Migrator(history: history, database: database, options: options).repair()
        await database.close()
        return report
    }

    private func show(_ report: RepairReport) {
        let migrations = report.migrations.map { migration in
            JSON.object([("id", .string(migration.id)), ("difference", .string(migration.difference))])
        }
        let unproven = report.unproven.map { edit in
            JSON.object([("id", .string(edit.id)), ("kind", .string(edit.kind.rawValue))])
        }
        let document = JSON.object([
            ("version", .integer(1)), ("dry_run", .boolean(dryRun)), ("migrations", .array(migrations)),
            ("unproven", .array(unproven)), ("schema_compared", .boolean(report.isSchemaKnown)),
        ])
        output.show(document) {
            report.migrations.isEmpty
                ? "nothing to repair: no applied migration was edited"
                : lines(report, dryRun ? "would record" : "recorded").joined(separator: "\n")
        }
        for note in notes(report) { output.remark(note) }
    }

    private func lines(_ report: RepairReport, _ verb: String) -> [String] {
        report.migrations.map { "\(verb)  \($0.id): \($0.difference)" }
    }

    private func notes(_ report: RepairReport) -> [String] {
        report.unproven.map { "note: \($0)" } + (report.unrepeated.map { ["note: \($0)"] } ?? [])
            + (report.isSchemaKnown
                ? []
                : ["note: the live schema was not compared: there is no scratch place to build the expected one in"])
    }
}

/// The error for a repair to which the user has not agreed.
struct Unconfirmed: Error, CustomStringConvertible {
    var migrations: [ChangedMigration]
    /// Whether the user was asked and did not agree.
    var wasAsked: Bool

    var description: String {
        if wasAsked { return "nothing was recorded" }
        return migrations.map { "\($0.id) was edited, and would be recorded in its new form: \($0.difference)" }
            .joined(separator: "; ")
    }

    var remedy: String { wasAsked ? "answer y to record it" : "pass --yes to record it; --dry-run shows all of it" }
}
