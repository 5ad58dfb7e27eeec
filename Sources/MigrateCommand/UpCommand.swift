import ArgumentParser
import Dialects
import Migrator
import TCTerminal

struct UpCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "up", abstract: "Apply pending migrations.",
            usage: "\(MigrateProgram.context.name) up [<options>]",
            discussion: """
                Each migration runs in a transaction of its own, together with its ledger row, or online if it says so. Any number of programs may run \
                this at once: each migration runs once. A SQLite file that does not exist is created.

                A migration that was merged late comes before an applied one in the history, and is refused. With --out-of-order it \
                is applied after that one, if the schema and the rows are shown to be the same as in the history's order.

                EXAMPLES:
                  \(MigrateProgram.context.name) up
                  \(MigrateProgram.context.name) up --to 0001-single-user-tables --database sqlite:./app.db
                  \(MigrateProgram.context.name) up --dry-run --verbose
                  \(MigrateProgram.context.name) up --out-of-order --dry-run
                """)
    }

    @Option(help: ArgumentHelp("Stop after this migration.", valueName: "id")) var to: String?
    @Flag(help: "Allow migrations to drop existing rows and values.") var allowDataLoss = false
    @Flag(help: "Apply migrations that were merged late after the applied ones, if the order makes no difference.")
    var outOfOrder = false
    @Flag(help: "Show what would run. Changes, locks and creates nothing.") var dryRun = false
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var output: OutputOptions

    private var log: MigrationLog { MigrationLog(isJSON: output.json, isVerbose: databaseOptions.verbose) }

    func run() async throws {
        try await output.guarding {
            let history = try MigrateProgram.history(isReplayedLater: !dryRun)
            if dryRun { return try await preview(history) }
            if let to { _ = try history.index(of: to) }  // An unknown id must not create a file.
            let database = try databaseOptions.open(.create, output)
            let migrator = Migrator(
                history: history, database: database, options: options(databaseOptions, allowDataLoss, outOfOrder))
            let (target, log) = (to, log)
            // The run is stopped in an orderly way: a server would continue the statement of a program that has died, and keep
            // its locks.
            let report = try await Interruption.stopping { try await migrator.up(to: target, log.show) }
            await database.close()
            log.finish(report, nothing: "up to date: nothing is pending")
        }
    }

    private func preview(_ history: History) async throws {
        let database = try databaseOptions.open(.readOnly, output)
        let preview: MigrationPreview
        do {
            let options = Migrator.Options(allowsOutOfOrder: outOfOrder)
            preview = try await Migrator(history: history, database: database, options: options)
                .preview(upTo: to, MigrationLog.show(waitingFor:))
        } catch let error as DatabaseError where error.kind == .unreachable && database.url.filePath != nil {
            // A file that `up` would create does not hold anything yet.
            preview = try MigrationPreview(ofNew: history, upTo: to, in: database.dialect)
        }
        await database.close()
        log.show(preview)
    }
}

struct DownCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "down", abstract: "Undo applied migrations, by default the last one.",
            usage: "\(MigrateProgram.context.name) down [<options>]",
            discussion: """
                The migration applied last is undone first, even if that is not the history's order. Rows and values that would be \
                lost are counted first, and kept unless --allow-data-loss is given.

                EXAMPLES:
                  \(MigrateProgram.context.name) down
                  \(MigrateProgram.context.name) down --to 0001-single-user-tables
                  \(MigrateProgram.context.name) down --to none --allow-data-loss
                """)
    }

    @Option(help: ArgumentHelp("Undo this many migrations.", valueName: "count")) var steps: Int?
    @Option(help: ArgumentHelp("Undo every migration applied after this one; 'none' undoes all.", valueName: "id|none"))
    var to: String?
    @Flag(help: "Allow migrations to drop existing rows and values.") var allowDataLoss = false
    @Flag(help: "Show what would run. Changes, locks and creates nothing.") var dryRun = false
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if steps != nil && to != nil { throw ValidationError("Give either --steps or --to, not both.") }
        if let steps, steps < 1 { throw ValidationError("--steps takes a number from 1.") }
    }

    private var target: DownTarget {
        if let to { return to == "none" ? .none : .to(to) }
        return .steps(steps ?? 1)
    }

    private var log: MigrationLog { MigrationLog(isJSON: output.json, isVerbose: databaseOptions.verbose) }

    func run() async throws {
        try await output.guarding {
            let history = try MigrateProgram.history(isReplayedLater: true)
            let database = try databaseOptions.open(dryRun ? .readOnly : .readWrite, output)
            let migrator = Migrator(
                history: history, database: database, options: options(databaseOptions, allowDataLoss))
            if dryRun {
                log.show(try await migrator.preview(down: target, MigrationLog.show(waitingFor:)))
            } else {
                let (target, log) = (target, log)
                let report = try await Interruption.stopping { try await migrator.down(target, log.show) }
                log.finish(report, nothing: "nothing to undo")
            }
            await database.close()
        }
    }
}

private func options(
    _ database: DatabaseOptions, _ allowsDataLoss: Bool, _ allowsOutOfOrder: Bool = false
) -> Migrator.Options {
    Migrator.Options(
        allowsDataLoss: allowsDataLoss, allowsOutOfOrder: allowsOutOfOrder, appliedBy: Console.userAtHost,
        version: MigrateProgram.context.version, lockTimeout: database.lockTimeout)
}
