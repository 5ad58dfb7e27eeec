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
        commandName: "backup", abstract: "Copy database, recordings and settings into a folder, while the daemon runs.",
        usage: "telec backup <dir> [<options>]",
        discussion: """
            The database is copied as it is at one moment, from SQLite or PostgreSQL, into a SQLite file with its schema, and \
            proven value by value. Recordings follow, each up to its last whole event. Settings come along without the files in \
            which a secret stands, unless you want them. Only you may read the folder; without its last file, backup.json, it \
            is no backup. Run it as root, as the daemon's user, or, in single-user mode, as yourself.

            EXAMPLES:
              telec backup /var/backups/teleclaude --dry-run
              sudo telec backup /var/backups/teleclaude-$(date +%F)
              cd /var/backups/teleclaude && sha256sum --check --quiet SHA256SUMS
            """)

    @Argument(help: ArgumentHelp("A folder that is empty, or not there yet.", valueName: "dir"), completion: .directory)
    var folder: String
    @Flag(help: "Take the settings files in which secrets stand along, too.") var withSecrets = false
    @Flag(help: "Show what would be copied, and write nothing.") var dryRun = false
    @Flag(name: .shortAndLong, help: "Show no progress.") var quiet = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await output.guarding(BackupText.problem) {
            try SHA256.load()
            let place = try BackupPlace(context: .process)
            let settings = place.settings(withSecrets: withSecrets)
            let database = try place.database(.readOnly)
            let backup = Backup(
                of: database, try .teleclaude(), stateFolder: place.stateFolder, settings: settings,
                into: ProcessContext.process.absolute(folder), program: teleclaudeVersion)
            let progress = BackupProgress(isQuiet: quiet || output.json)
            defer { progress.end() }
            let isDry = dryRun
            let report = try await Interruption.stopping {
                isDry ? try await backup.plan() : try await backup.run(progress.show)
            }
            await database.close()
            progress.end()
            for remark in report.remarks + place.remarks { output.remark("note: \(remark)") }
            output.show(BackupText.document(report, folder, isDryRun: dryRun)) {
                BackupText.text(report, folder, isDryRun: dryRun)
            }
        }
    }
}
