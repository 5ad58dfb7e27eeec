import Dialects
import Migrator
import Synchronization
import TestSupport
import Testing

@Suite("Case 67: a migration that replaces others")
struct SquashTests {
    private static let people = Migration("1") {
        CreateTable("people") { Column("id", .bigint).primaryKey() }
    }
    private static let names = Migration("2") {
        AlterTable("people") {
            AddColumn("name", .text).default("")
            AddIndex("name")
        }
        RunSQL(
            .native(
                sqlite: "CREATE TRIGGER t AFTER INSERT ON people BEGIN UPDATE people SET name = 'x'; END",
                postgresql: """
                    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.name := ''x''; RETURN new; END';
                    CREATE TRIGGER t BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION f()
                    """),
            undo: .script(.native(sqlite: "DROP TRIGGER t", postgresql: "DROP TRIGGER t ON people; DROP FUNCTION f()")))
    }
    private static let tags = Migration("3") { CreateTable("tags") { Column("name", .text).primaryKey() } }
    private static let squash = Migration(
        id: "2-squashed",
        operations: Migration("") {
            CreateTable("people") {
                Column("id", .bigint).primaryKey()
                Column("name", .text).default("")
                Index("name")
            }
        }.operations + names.operations.dropFirst()
    ).replacing("1", "2")

    private static func ids(_ database: Database) async throws -> [String?] {
        try await database.values("SELECT id FROM tc_migrations ORDER BY position").map { $0[0].text }
    }

    @Test("is recorded where all of them are applied, and nothing is run", arguments: Backend.available)
    func recorded(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.people, Self.names]).up()
            try await database.run("INSERT INTO people (id) VALUES (1)")
            let migrator = try database.migrator([Self.squash, Self.tags])
            #expect(try await migrator.status().lines.map(\.id) == ["2-squashed", "3"])
            #expect(try await migrator.status().position == .behind(["3"]))
            #expect(try await migrator.drift() == [])
            #expect(try await Self.ids(database) == ["1", "2"])

            let told = Mutex<[String]>([])
            let report = try await migrator.up { event in
                if case .recorded(let id, let replaced, true) = event { told.withLock { $0 += [id] + replaced } }
            }
            #expect(told.withLock { $0 } == ["2-squashed", "1", "2"])
            #expect(report.steps.map(\.id) == ["3"])
            #expect(try await Self.ids(database) == ["2-squashed", "3"])
            #expect(try await database.value("SELECT name FROM people") == .text("x"))
            #expect(try await migrator.drift() == [])
            #expect(try await migrator.up().steps.isEmpty)
            try await database.run("DELETE FROM people")
            #expect(try await migrator.down(.none).steps.map(\.id) == ["3", "2-squashed"])
            #expect(try await Self.ids(database) == [])
        }
    }

    @Test("runs alone on a new database", arguments: Backend.available)
    func new(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let migrator = try database.migrator([Self.squash, Self.tags])
            #expect(try await migrator.up().steps.map(\.id) == ["2-squashed", "3"])
            #expect(try await migrator.drift() == [])
            #expect(try await migrator.up().steps.isEmpty)
        }
    }

    @Test("is refused where only some of them are applied", arguments: Backend.available)
    func some(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.people]).up()
            let migrator = try database.migrator([Self.squash])
            for attempt in [{ _ = try await migrator.up() }, { _ = try await migrator.status() }] {
                let error = try await #require(throws: MigratorError.self) { try await attempt() }
                #expect(error == .partlyReplaced(by: "2-squashed", missing: ["2"]))
            }
            #expect(try await Self.ids(database) == ["1"])
        }
    }

    @Test("is refused where it makes something else, be it a trigger of a script's", arguments: Backend.available)
    func other(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.people, Self.names]).up()
            let column = Migration(id: "s", operations: Self.people.operations).replacing("1", "2")
            let trigger = Migration(id: "s", operations: Array(Self.squash.operations.prefix(1))).replacing("1", "2")
            for (migration, word) in [
                (column, "column people.name exists only in the database"),
                (trigger, "trigger t exists only in the database"),
            ] {
                let error = try await #require(throws: MigratorError.self) {
                    try await database.migrator([migration]).up()
                }
                #expect(error.code == "replaces_others" && error.description.contains(word), "\(error)")
                #expect(try await Self.ids(database) == ["1", "2"])
            }
        }
    }

    @Test("a program starts on it once it is compared, and records it where it may", arguments: Backend.available)
    func started(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.people, Self.names]).up()
            let other = Migration(id: "s", operations: Self.people.operations).replacing("1", "2")
            for mode in [StartupMode.migrate, .wait, .refuseIfBehind] {
                let error = try await #require(throws: MigratorError.self, "\(mode)") {
                    try await database.migrator([other]).start(mode, patience: 0)
                }
                #expect(error.code == "replaces_others", "\(mode)")
            }
            await #expect(throws: MigratorError.self) { try await database.migrator([other]).start(.check) }
            let migrator = try database.migrator([Self.squash])
            for mode in [StartupMode.wait, .refuseIfBehind, .check] { try await migrator.start(mode, patience: 0) }
            #expect(try await Self.ids(database) == ["1", "2"])
            for _ in 1...2 {
                try await migrator.start(.migrate)
                #expect(try await Self.ids(database) == ["2-squashed"])
            }
        }
    }

    @Test("is recorded also where they were applied in another order", arguments: Backend.available)
    func outOfOrder(_ backend: Backend) async throws {
        let nick = Migration("1b") { AlterTable("people") { AddColumn("nick", .text).nullable() } }
        let tables = Migration("s") {
            CreateTable("people") {
                Column("id", .bigint).primaryKey()
                Column("nick", .text).nullable()
            }
        }
        let born = Migration("2") { AlterTable("people") { AddColumn("born", .date).nullable() } }
        let all = Migration(id: "s", operations: tables.operations + born.operations)
        // What was merged late stands last, once among those that are replaced and once behind one that is not.
        let histories = [[all.replacing("1", "1b", "2"), Self.tags], [tables.replacing("1", "1b"), born, Self.tags]]
        for history in histories {
            try await backend.withDatabase { database in
                try await database.migrator([Self.people, born]).up()
                let options = Migrator.Options(allowsOutOfOrder: true)
                try await Migrator(
                    history: try History([Self.people, nick, born]), database: database, options: options
                ).up()
                #expect(try await Self.ids(database) == ["1", "2", "1b"])
                let migrator = try database.migrator(history)
                #expect(try await migrator.status().position == .behind(["3"]))
                #expect(try await migrator.preview().recording?.id == "s")
                try await migrator.up()
                #expect(try await Self.ids(database) == history.map(\.id))
                #expect(try await migrator.drift() == [])
                try await migrator.down(.to("s"))
                #expect(try await migrator.drift() == [])
            }
        }
    }

    @Test("is refused where it would come before what makes a difference then", arguments: Backend.available)
    func moved(_ backend: Backend) async throws {
        func defaulting(_ id: String, _ text: String) -> Migration {
            Migration(id) { AlterTable("people") { ChangeColumn("nick").default(.text(text)) } }
        }
        let people = Migration("1") {
            CreateTable("people") {
                Column("id", .bigint).primaryKey()
                Column("nick", .text).default("none")
            }
        }
        let (one, two) = (defaulting("2", "one"), defaulting("3", "two"))
        try await backend.withDatabase { database in
            try await database.migrator([people, one, two]).up()
            let squash = Migration(id: "s", operations: people.operations + two.operations).replacing("1", "3")
            let migrator = try database.migrator([squash, one])
            for attempt in [{ _ = try await migrator.up() }, { _ = try await migrator.preview() }] {
                let error = try await #require(throws: MigratorError.self) { try await attempt() }
                #expect(error.code == "replaces_others" && error.description.contains("people.nick"), "\(error)")
            }
            #expect(try await Self.ids(database) == ["1", "2", "3"])
        }
    }

    @Test("is not recorded where anything else is refused", arguments: Backend.available)
    func refused(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.people, Self.names, Self.tags]).up()
            let edited = Migration("3") { CreateTable("tags") { Column("name", .varchar(9)).primaryKey() } }
            for (history, code) in [([Self.squash], "newer"), ([Self.squash, edited], "changed")] {
                let error = try await #require(throws: MigratorError.self) {
                    try await database.migrator(history).up()
                }
                #expect(error.code == code, "\(error)")
                #expect(try await Self.ids(database) == ["1", "2", "3"])
            }
        }
    }

    @Test("an edit of a later migration can be repaired before it is recorded", arguments: Backend.available)
    func repaired(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.migrator([Self.people, Self.names, Self.tags]).up()
            let retold = Migration("3") {
                CreateTable("tags") {
                    Column("name", .text).primaryKey()
                    Column("extra", .text).nullable()
                }
                AlterTable("tags") { DropColumn("extra") }
            }
            let migrator = try database.migrator([Self.squash, retold])
            #expect(try await migrator.previewRepair().migrations.map(\.id) == ["3"])
            #expect(try await migrator.repair().migrations.map(\.id) == ["3"])
            #expect(try await Self.ids(database) == ["1", "2", "3"])
            try await migrator.up()
            #expect(try await Self.ids(database) == ["2-squashed", "3"])
            #expect(try await migrator.drift() == [])
        }
    }

    @Test(
        "a role that may make no scratch schema is told that scripts were not compared",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func poorRole() async throws {
        try await SchemaOwner.with { owner in
            let database = owner.database
            try await database.migrator([Self.people, Self.names]).up()
            let told = Mutex<[Bool]>([])
            try await database.migrator([Self.squash]).up { event in
                if case .recorded(_, _, let areScriptsCompared) = event {
                    told.withLock { $0.append(areScriptsCompared) }
                }
            }
            #expect(told.withLock { $0 } == [false])
        }
    }

    @Test("several programs record it once", arguments: Backend.available)
    func atOnce(_ backend: Backend) async throws {
        try await backend.withURL { url in
            let options = ConnectionOptions(access: .create, isOwned: true)
            let first = try Database(url, options: options)
            try await first.migrator([Self.people, Self.names]).up()
            let told = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        let database = try Database(url, options: options)
                        let count = Mutex(0)
                        try await database.migrator([Self.squash, Self.tags]).up { event in
                            if case .recorded = event { count.withLock { $0 += 1 } }
                        }
                        await database.close()
                        return count.withLock { $0 }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(told == 1)
            #expect(try await Self.ids(first) == ["2-squashed", "3"])
            await first.close()
        }
    }

    @Test("stands first, and what it replaces is gone from the history")
    func history() {
        #expect(throws: HistoryError.replacesLater("2-squashed")) { try History([Self.people, Self.squash]) }
        #expect(throws: HistoryError.repeatedID("3")) {
            try History([Self.squash.replacing("3"), Self.tags])
        }
    }
}
