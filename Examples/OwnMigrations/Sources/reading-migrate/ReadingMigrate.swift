import MigrateCommand
import Migrations

@main
enum ReadingMigrate {
    static func main() async {
        await MigrateProgram.run(name: "reading-migrate", version: "1.0", schema: .current) { try .reading() }
    }
}
