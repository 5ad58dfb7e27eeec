import ArgumentParser
import Dialects
import Migrator
import TCTerminal

struct BaselineCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        let name = MigrateProgram.context.name
        return CommandConfiguration(
            commandName: "baseline", abstract: "Record migrations in a database that already holds what they make.",
            usage: "\(name) baseline [<options>]",
            discussion: """
                For an application whose tables are older than its migrations. Nothing is run: the live schema is compared with what \
                the migrations make, as drift does, and they are recorded only if both are the same. From then on, up applies \
                the later ones.

                EXAMPLES:
                  \(name) baseline --dry-run
                  \(name) baseline --database postgresql://app@db.example.org/app
                  \(name) baseline --to 0001-first --database sqlite:./app.db
                """)
    }

    @Option(help: ArgumentHelp("Record migrations up to this one. Default: all.", valueName: "id")) var to: String?
    @Flag(help: "Compare, and show what would be recorded. Changes and locks nothing.") var dryRun = false
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding {
            let history = try MigrateProgram.history()
            // Opening a SQLite file for writing changes it to WAL mode. It is opened read-only first, so that a refusal leaves it
            // as it was.
            let reading = try databaseOptions.open(.readOnly, output)
            var ids = try await Migrator(history: history, database: reading).preview(baselineTo: to)
            await reading.close()
            if !dryRun, !ids.isEmpty { ids = try await record(history, in: reading.url) }
            show(ids)
        }
    }

    private func record(_ history: History, in url: DatabaseURL) async throws -> [String] {
        let database = try databaseOptions.open(url, .readWrite)
        let options = Migrator.Options(
            appliedBy: Console.userAtHost, version: MigrateProgram.context.version,
            lockTimeout: databaseOptions.lockTimeout)
        let ids = try await Migrator(history: history, database: database, options: options).baseline(to: to)
        await database.close()
        return ids
    }

    private func show(_ ids: [String]) {
        let document = JSON.object([
            ("version", .integer(1)), ("dry_run", .boolean(dryRun)), ("recorded", .array(ids.map { .string($0) })),
        ])
        output.show(document) {
            ids.isEmpty
                ? "nothing to record: the database has these migrations in its ledger"
                : ids.map { "\(dryRun ? "would record" : "recorded")  \($0)" }.joined(separator: "\n")
        }
    }
}
