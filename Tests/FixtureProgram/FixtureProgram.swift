import MigrateCommand
import Migrator
import TCTerminal

/// The real commands with a history that a test chooses by the variable `TC_FIXTURE`.
@main
struct FixtureProgram {
    static func main() async {
        let choice = Console.environment("TC_FIXTURE") ?? "plain"
        let schema = Console.environment("TC_FIXTURE_SCHEMA").flatMap(DeclaredSchema.init).map(\.schema)
        await MigrateProgram.run(name: "tc-migrate-fixture", version: "9.9.9", schema: schema) {
            try History(migrations(choice))
        }
    }

    static func migrations(_ choice: String) throws -> [Migration] {
        switch choice {
        case "plain": return [people, notes]
        case "taken": return [Migration(id: "0001-first", operations: people.operations + notes.operations)]
        case "edited": return [editedPeople, notes]
        case "shorter": return [people]
        case "newer": return [people, notes, tags]
        case "slipped-in": return [people, tags, notes]
        case "defaulting": return [people, notes, defaulting]
        case "late-default": return [people, lateDefault, notes, defaulting]
        case "late-script": return [people, scripted, notes]
        case "late-before-script": return [people, tags, notes, scripted]
        case "script-last": return [people, notes, scripted]
        case "retold": return [retoldPeople, notes]
        case "script-retold": return [people, notes, retoldScript]
        case "swift-retold": return [people, retoldShouting, notes]
        case "failing": return [people, notes, failing]
        case "slow": return [people, notes, slow]
        case "texts": return [people, notes, texts]
        case "dropping": return [people, notes, dropping]
        case "tightening": return [people, notes, tightening]
        case "rebuilding": return [people, notes, rebuilding]
        case "guarded": return [people, notes, guarded, rebuilding]
        case "unguarded": return [people, notes, guarded, unguarded, rebuilding]
        case "orphaning": return [people, notes, orphaning]
        case "impossible": return [people, notes, impossible]
        case "squashed":
            let operations = people.operations + notes.operations
            return [
                Migration(id: "0002-squashed", operations: operations).replacing("0001-people", "0002-notes"), tags,
            ]
        case "online": return [people, notes, online]
        case "swift": return [people, shouting, notes]
        case "throwing": return [people, throwing]
        default:
            guard let history = GeneratedHistory(choice) else {
                throw DatabaseError(.other, "there is no fixture called \(choice)")
            }
            return history.migrations
        }
    }

    static let people = Migration("0001-people") {
        CreateTable("people") {
            Column("id", .bigint).identity().primaryKey()
            Column("name", .text)
            Column("nick", .text).nullable()
        }
    }

    /// A migration with the id of `people` but another column, like a migration that was edited after it was applied.
    static let editedPeople = Migration("0001-people") {
        CreateTable("people") {
            Column("id", .bigint).identity().primaryKey()
            Column("name", .text)
            Column("nick", .varchar(20)).nullable()
        }
    }

    static let notes = Migration("0002-notes") {
        CreateTable("notes") {
            Column("id", .bigint).identity().primaryKey()
            Column("person_id", .bigint).references("people", onDelete: .cascade)
            Column("body", .text).default("")
        }
    }

    static let tags = Migration("0003-tags") {
        CreateTable("tags") { Column("name", .text).primaryKey() }
    }

    static let failing = Migration("0003-failing") {
        CreateTable("first") { Column("id", .bigint).primaryKey() }
        CreateTable("second") { Column("id", .bigint).primaryKey() }
        RunSQL("INSERT INTO nowhere VALUES (1)", undo: .nothing)
        CreateTable("third") { Column("id", .bigint).primaryKey() }
    }

    /// A migration that takes some seconds between its first and its last statement, so that a test can kill it in the middle.
    static let slow = Migration("0003-slow") {
        CreateTable("before_the_pause") { Column("id", .bigint).primaryKey() }
        RunSQL(pause, undo: .nothing)
        RunSQL(.native(sqlite: "DROP TABLE pause", postgresql: ""), undo: .nothing)
        CreateTable("after_the_pause") { Column("id", .bigint).primaryKey() }
    }

    private static let pause: SQLExpression = .native(
        sqlite: """
            CREATE TABLE pause AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000000) \
            SELECT count(*) AS counted FROM n
            """, postgresql: "SELECT pg_sleep(4)")

    static let defaulting = Migration("0003-defaulting") {
        AlterTable("people") { ChangeColumn("nick").default("none") }
    }
    /// A migration that was merged late: it stands before `defaulting`, which has been applied, and would undo the effect of `defaulting`.
    static let lateDefault = Migration("0002-late-default") {
        AlterTable("people") { ChangeColumn("nick").default("late") }
    }
    static let scripted = Migration("0002-scripted") { RunSQL("UPDATE people SET nick = 'x'", undo: .nothing) }
    /// A migration with the id of `people` that makes the same schema by other operations.
    static let retoldPeople = Migration("0001-people") {
        CreateTable("people") {
            Column("id", .bigint).identity().primaryKey()
            Column("nick", .text).nullable()
        }
        AlterTable("people") { AddColumn("name", .text) }
    }
    static let retoldScript = Migration("0002-scripted") { RunSQL("UPDATE people SET nick = 'y'", undo: .nothing) }
    static let retoldShouting = Migration("0002-shouting") {
        AlterTable("people") { AddColumn("shout", .text).nullable() }
        Run("shout louder") { _ in }
    }
    /// A text whose letters and backslashes mean something else to a session with other settings.
    static let texts = Migration("0003-texts") {
        AlterTable("people") { ChangeColumn("nick").default("C:\\notes\\é") }
    }
    static let dropping = Migration("0003-dropping") { AlterTable("people") { DropColumn("nick") } }
    static let impossible = Migration("0003-impossible") { AlterTable("nowhere") { DropColumn("nick") } }
    static let tightening = Migration("0003-tightening") { AlterTable("people") { ChangeColumn("nick").required() } }
    static let rebuilding = Migration("0003-rebuilding") {
        AlterTable("people") { ChangeColumn("nick").required(filling: "none") }
    }
    /// A trigger and an index of `people` that a script makes.
    static let guarded = Migration("0003-guarded") {
        RunSQL(
            .native(
                sqlite: """
                    CREATE TRIGGER people_guard AFTER DELETE ON people BEGIN SELECT 1; END; CREATE INDEX by_nick ON people (nick)
                    """,
                postgresql: """
                    CREATE FUNCTION people_guarded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
                    CREATE TRIGGER people_guard AFTER UPDATE ON people FOR EACH ROW EXECUTE FUNCTION people_guarded();
                    CREATE INDEX by_nick ON people (nick)
                    """), undo: .nothing)
    }
    static let unguarded = Migration("0003-unguarded") {
        RunSQL(
            .native(
                sqlite: "DROP TRIGGER people_guard; DROP INDEX by_nick",
                postgresql: "DROP TRIGGER people_guard ON people; DROP INDEX by_nick"), undo: .nothing)
    }
    static let online = Migration("0003-online") {
        AlterTable("notes") {
            AddIndex("person_id").named("notes_by_person")
            Add(Check("body <> '-'").named("notes_no_dash"))
        }
    }.online()
    static let shouting = Migration("0002-shouting") {
        AlterTable("people") { AddColumn("shout", .text).nullable() }
        Run("shout") { data in
            for row in try data.query("SELECT id, name FROM people") {
                let name = try row["name", as: String.self]
                try data.execute(
                    "UPDATE people SET shout = \(name.uppercased()) WHERE id = \(row["id", as: Int64.self])")
            }
        }
    }
    static let throwing = Migration("0002-throwing") {
        Run("give up") { _ in throw DatabaseError(.other, "there is no telling", remedy: "ask somebody") }
    }
    static let orphaning = Migration("0003-orphaning") {
        RunSQL("INSERT INTO notes (person_id, body) VALUES (99, 'orphan')", undo: .nothing)
    }
}
