import Dialects
import MigrateCommand
import TCMigrations
import TCSettings
import TCTerminal

@main
struct TCMigrate {
    static func main() async {
        await MigrateProgram.run(
            name: "tc-migrate", version: teleclaudeVersion, defaultDatabase: databaseOfSettings, schema: .current
        ) { try .teleclaude() }
    }

    /// The daemon's database, as its settings name it.
    private static let databaseOfSettings = MigrateProgram.DefaultDatabase(
        "the one in the settings (telec config explain database), else the embedded SQLite file ~/.teleclaude/teleclaude.db"
    ) {
        do {
            let loaded = try LoadedSettings.load(.process, for: .daemon)
            // A document comes without remarks, as everywhere.
            if !CommandLine.arguments.contains("--json") {
                for remark in loaded.remarks { Console.error("warning: \(remark)") }
            }
            return (loaded.settings.database, loaded.originOfDatabase ?? "the default")
        } catch let error as SettingsError {
            let place = error.place.map { "\($0): " } ?? ""
            let or = error.remedy.hasSuffix("?") ? " Or" : ", or"
            throw DatabaseError(.other, "\(place)\(error.message)", remedy: "\(error.remedy)\(or) pass --database URL")
        }
    }
}
