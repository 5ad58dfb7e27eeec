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
                if case .recorded(let id, let replaced) = event { told.withLock { $0 += [id] + replaced } }
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
            for (migration, word) in [(column, "people.name"), (trigger, "trigger t")] {
                let error = try await #require(throws: MigratorError.self) {
                    try await database.migrator([migration]).up()
                }
                #expect(error.code == "replaces_others" && error.description.contains(word), "\(error)")
                #expect(try await Self.ids(database) == ["1", "2"])
            }
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
