import ArgumentParser
import Dialects
import MigrateCommand
import TCBackup
import TCMigrations
import TCRuntime
import TCSettings
import TCTerminal

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy database, recordings and settings into a folder while the daemon runs.",
        usage: "telec backup <dir> [<options>]",
        discussion: """
            One snapshot of the database, SQLite or PostgreSQL, is copied into a SQLite file with its schema, and verified \
            value by value. Recordings follow, each up to its last whole event. Settings are copied without the files that \
            contain secrets, unless you ask for them. Only you may read the folder; without its last file, backup.json, it \
            is not a backup. Run this as root, as the daemon's user, or, in single-user mode, as yourself.

            EXAMPLES:
              telec backup /var/backups/teleclaude --dry-run
              sudo telec backup /var/backups/teleclaude-$(date +%F)
              cd /var/backups/teleclaude && sha256sum --check --quiet SHA256SUMS
            """)

    @Argument(
        help: ArgumentHelp("A folder that is empty or does not exist yet.", valueName: "dir"), completion: .directory)
    var folder: String
    @Flag(help: "Also copy the settings files that contain secrets.") var withSecrets = false
    @Flag(help: "Show what would be copied, and write nothing.") var dryRun = false
    @Flag(name: .shortAndLong, help: "Show no progress.") var quiet = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding(Problem.explaining) {
            try SHA256.load()
            let place = try BackupPlace(context: .process)
            try place.requireTrusted(folder)
            let settings = place.settings(withSecrets: withSecrets)
            let database = try place.database(.readOnly)
            let backup = Backup(
                of: database, try .teleclaude(), stateFolder: place.stateFolder, settings: settings,
                into: ProcessContext.process.absolute(folder), program: teleclaudeVersion)
            let progress = BackupProgress(isQuiet: quiet || output.json)
            defer { progress.end() }
            let isDry = dryRun
            let report = try await place.withDatabase {
                try await Interruption.stopping {
                    isDry ? try await backup.plan() : try await backup.run(progress.show)
                }
            }
            await database.close()
            progress.end()
            for remark in report.remarks + place.remarks(withSecrets: withSecrets) { output.remark("note: \(remark)") }
            output.show(BackupText.document(report, folder, isDryRun: dryRun)) {
                BackupText.text(report, folder, isDryRun: dryRun)
            }
        }
    }
}
