import ArgumentParser
import Dialects
import MigrateCommand
import TCBackup
import TCMigrations
import TCRuntime
import TCSettings
import TCTerminal

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Restore a backup into an empty database and an empty state folder.",
        usage: "telec restore <dir> [<options>]",
        discussion: """
            Every file is compared with its digest first. Recordings go to the state folder, then the database of your settings \
            is filled by one transaction, SQLite or PostgreSQL, whichever the backup came from, and verified; finally the audit \
            log's chain is verified. A failure leaves none of the rows in the database. If that was migrated to the backup's \
            version before the failure, the error says so. The command can be run again. \
            Put the settings in place yourself, before this. Start the daemon afterwards: sessions whose hosts are on another \
            machine count as lost.

            Exits with 1 if everything is restored but the audit log's chain is broken.

            EXAMPLES:
              telec restore /var/backups/teleclaude --dry-run
              sudo telec restore /var/backups/teleclaude
              TELECLAUDE_DATABASE_URL=postgresql:///teleclaude telec restore ./backup
            """)

    @Argument(help: ArgumentHelp("The folder of a backup.", valueName: "dir"), completion: .directory)
    var folder: String
    @Flag(help: "Compare all digests, check the target and the values, and write nothing.") var dryRun = false
    @Flag(name: .shortAndLong, help: "Show no progress.") var quiet = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding(Problem.explaining) {
            try SHA256.load()
            let place = try BackupPlace(context: .process)
            try place.requireTrusted(folder)
            let (database, account) = try await place.filling(dryRun ? .readOnly : .create)
            let restore = Restore(
                from: ProcessContext.process.absolute(folder), into: database, try .teleclaude(),
                stateFolder: place.stateFolder, as: account)
            let progress = BackupProgress(isQuiet: quiet || output.json)
            defer { progress.end() }
            let isDry = dryRun
            let report = try await place.withDatabase {
                try await Interruption.stopping {
                    isDry ? try await restore.plan() : try await restore.run(progress.show)
                }
            }
            progress.end()
            output.show(BackupText.document(report, "\(database.url)", isDryRun: dryRun)) {
                BackupText.text(report, "\(database.url)", isDryRun: dryRun)
            }
            if let audit = report.audit, !audit.isIntact { throw ExitCode(1) }
        }
    }
}
