import MigrateCommand
import Migrations

@main
struct TCMigrate {
    static func main() async {
        await MigrateProgram.run(name: "tc-migrate", version: "0.1.0") { try .teleclaude() }
    }
}
