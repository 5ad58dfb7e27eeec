@testable import Migrator
import Synchronization
import TestSupport
import Testing

@Suite("Data steps: Swift inside a migration's transaction")
struct DataStepTests {
    private struct Person: Decodable {
        var id: Int64
        var fullName: String
    }

    private struct Refused: Error, CustomStringConvertible { var description: String { "nobody is called so" } }

    private static func people(_ test: inout CaseDatabase) async throws {
        try await test.migrate {
            CreateTable("people") {
                Column("id", .bigint).primaryKey()
                Column("full_name", .text)
            }
            CreateTable("notes") {
                Column("id", .bigint).primaryKey()
                Column("person_id", .bigint).references("people", onDelete: .cascade)
            }
        }
        try await test.run("INSERT INTO people VALUES (1, 'Ada Lovelace'), (2, 'Prince'), (3, 'O''Hara; DROP TABLE x')")
        try await test.run("INSERT INTO notes VALUES (1, 1)")
    }

    private static var split: Run {
        Run("split names") { data in
            for person in try data.query("SELECT id, full_name FROM people ORDER BY id", as: Person.self) {
                let parts = person.fullName.split(separator: " ", maxSplits: 1).map(String.init)
                let family: String? = parts.count > 1 ? parts[1] : nil
                let written = try data.execute(
                    "UPDATE people SET full_name = \(parts[0]), family = \(family) WHERE id = \(person.id)")
                guard written == 1 else { throw Refused() }
            }
        } undo: { data in
            try data.execute("UPDATE people SET full_name = full_name || ' ' || family WHERE family IS NOT NULL")
        }
    }

    @Test(
        "what a step has filled is filled when a column becomes required, and no drift is seen",
        arguments: Backend.available)
    func noDriftBetweenScripts(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .text).default("x")
                }
                RunSQL("INSERT INTO t (id) VALUES (1), (2)", undo: .script("DELETE FROM t"))
            }
            let trigger = """
                CREATE FUNCTION tt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                CREATE TRIGGER tt AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION tt();
                """
            try await test.migrate {
                RunSQL(
                    .native(sqlite: "CREATE TRIGGER tt AFTER INSERT ON t BEGIN SELECT 1; END", postgresql: trigger),
                    undo: .script(
                        .native(sqlite: "DROP TRIGGER tt", postgresql: "DROP TRIGGER tt ON t; DROP FUNCTION tt()")))
            }
            try await test.migrate {
                AlterTable("t") { AddColumn("b", .text).nullable() }
                Run("fill b") { data in
                    try data.execute("UPDATE t SET b = 'q'")
                } undo: { _ in
                }
            }
            try await test.migrate { AlterTable("t") { ChangeColumn("b").required() } }
            #expect(try await test.drift() == [])
        }
    }

    @Test(
        "reads typed rows and writes bound values, beside other operations, and is undone", arguments: Backend.available
    )
    func upAndDown(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await Self.people(&test)
            try await test.migrate {
                AlterTable("people") { AddColumn("family", .text).nullable() }
                Self.split
                AlterTable("people") { Add(Check("full_name <> ''")) }
            }
            #expect(
                try await test.rows("people", "id", "full_name", "family") == [
                    ["1", "Ada", "Lovelace"], ["2", "Prince", nil], ["3", "O'Hara;", "DROP TABLE x"],
                ])
            #expect(try await test.count("notes") == 1)
            #expect(try await test.drift() == [])
            try await test.down(allowsDataLoss: true)
            test.forget()
            #expect(
                try await test.rows("people", "id", "full_name") == [
                    ["1", "Ada Lovelace"], ["2", "Prince"], ["3", "O'Hara; DROP TABLE x"],
                ])
        }
    }

    @Test("without an undo, nothing is undone: not even the migrations above it", arguments: Backend.available)
    func irreversible(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await Self.people(&test)
            try await test.migrate { Run("trim") { try $0.execute("UPDATE people SET full_name = trim(full_name)") } }
            try await test.migrate { CreateTable("later") { Column("id", .bigint).primaryKey() } }
            let migrations = test.migrations
            await #expect(
                throws: MigratorError.irreversible(
                    "2", because: "this can't be undone: the data step \"trim\" has no undo")
            ) { try await test.database.migrator(migrations, allowsDataLoss: true).down(.none) }
            #expect(try await test.database.withConnection { try $0.hasTable("later") })
        }
    }

    @Test(
        "an error that it throws rolls the migration back, and is reported with the step's name",
        arguments: Backend.available)
    func thrown(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await Self.people(&test)
            let failure = try await test.failure {
                CreateTable("before") { Column("id", .bigint).primaryKey() }
                Run("rename everybody") { data in
                    try data.execute("UPDATE people SET full_name = 'x'")
                    throw Refused()
                }
            }
            #expect(
                failure.dataStep == "rename everybody" && failure.thrown is Refused && failure.ending == .rolledBack)
            #expect(
                "\(failure)"
                    == "migration 2 failed in the data step \"rename everybody\" and was rolled back: nobody is called so"
            )
            let cancelled = try await test.failure { Run("stop") { _ in throw CancellationError() } }
            #expect(cancelled.cause.kind == .interrupted)
        }
    }

    @Test("a statement that failed fails the step, whatever the closure makes of it", arguments: Backend.available)
    func swallowed(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await Self.people(&test)
            let ran = Mutex(0)
            let failure = try await test.failure {
                Run("twice") { data in
                    _ = try? data.execute("INSERT INTO people VALUES (1, 'again')")
                    _ = try? data.execute("INSERT INTO people VALUES (9, 'later')")
                    ran.withLock { $0 += 1 }
                }
            }
            #expect(failure.cause.kind == .unique && failure.dataStep == "twice" && ran.withLock { $0 } == 1)
            let orphan = try await test.failure { Run("orphan") { try $0.execute("INSERT INTO notes VALUES (2, 99)") } }
            #expect(orphan.cause.kind == .foreignKey)
        }
    }

    @Test("takes statements about rows and no others", arguments: Backend.available)
    func refused(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await Self.people(&test)
            let both = [
                "COMMIT", "ROLLBACK", "BEGIN", "SAVEPOINT a", "RELEASE a", "END", "CREATE TABLE x (a INTEGER)",
                "DROP TABLE notes", "ALTER TABLE people ADD COLUMN x TEXT", "CREATE INDEX i ON people (id)",
                "/* SELECT */ DROP TABLE notes", "-- SELECT\nDROP TABLE notes", "DELETE FROM notes; COMMIT",
                "SELECT 1; SELECT 2", "EXPLAIN SELECT 1", "ANALYZE", "nonsense", "(((",
            ]
            let own: [String] =
                switch backend {
                case .sqlite:
                    [
                        "PRAGMA foreign_keys = OFF", "PRAGMA user_version", "ATTACH ':memory:' AS x", "VACUUM",
                        "REINDEX",
                    ]
                case .postgresql:
                    [
                        "SET search_path = x", "SELECT 1 AS a INTO x",
                        "WITH n AS (SELECT 1 AS a) SELECT a INTO x FROM n",
                        "DO $$ BEGIN END $$", "CALL x()", "COPY people TO STDOUT", "LOCK TABLE people",
                        "TRUNCATE notes",
                        "SELECT a /* x */ INTO TEMP x FROM (VALUES (1)) v(a)", "DISCARD ALL", "LISTEN x",
                    ]
                }
            for text in both + own {
                let failure = try await test.failure { Run("odd") { try $0.execute(SQL(trusted: text)) } }
                #expect(failure.cause.kind == .permission, "\(text): \(failure)")
                #expect(failure.cause.remedy != nil && failure.ending == .rolledBack, "\(text): \(failure)")
                _ = try await test.failure { Run("odd") { _ = try $0.query(SQL(trusted: text)) } }
            }
            for text in ["", "  ; ", "-- nothing", "SELECT 1\0; DROP TABLE notes"] {
                let failure = try await test.failure { Run("odd") { try $0.execute(SQL(trusted: text)) } }
                #expect(failure.cause.kind == .syntax, "\(text): \(failure)")
            }
        }
    }

    @Test("writes in every way that rows are written", arguments: Backend.available)
    func statements(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await Self.people(&test)
            try await test.migrate {
                Run("all") { data in
                    #expect(try data.execute("INSERT INTO people SELECT id + 10, full_name FROM people") == 3)
                    let upsert = try data.dialect.upsert(into: "people", columns: ["id", "full_name"], key: ["id"])
                    #expect(upsert.contains("ON CONFLICT"))
                    let made = try data.query("INSERT INTO people VALUES (20, 'into') RETURNING id, full_name")
                    #expect(made.map { $0["full_name"]?.text } == ["into"])
                    #expect(try data.queryValue("SELECT count(*) FROM people")?.integer == 7)
                    let sum = try data.query(
                        "WITH n AS (SELECT id FROM people) SELECT CAST(sum(id) AS bigint) AS s FROM n WHERE id < \(4)")
                    #expect(try sum.first?["s", as: Int64.self] == 6)
                    #expect(try data.execute("DELETE FROM people WHERE id > 3;") == 4)
                    // Rows that refer to a deleted row by a cascading key are deleted here, too.
                    try data.execute("DELETE FROM people WHERE id = 1")
                    #expect(try data.queryValue("SELECT count(*) FROM notes")?.integer == 0)
                    #expect(try data.query("VALUES (1), (2)").count == 2)
                    #expect(throws: DecodingError.self) { try data.query("SELECT 'x' AS id", as: Person.self) }
                } undo: { _ in
                }
            }
            #expect(try await test.count("people") == 2)
        }
    }

    @Test("is of no use when its step is over", arguments: Backend.available)
    func over(_ backend: Backend) async throws {
        /// Keeps a step's connection beyond the step, which no program should do.
        final class Thief: @unchecked Sendable { var data: DataConnection? }
        try await backend.withCase { test in
            try await Self.people(&test)
            let thief = Thief()
            try await test.migrate {
                Run("lend") {
                    thief.data = $0
                } undo: { _ in
                }
            }
            #expect(throws: DatabaseError.self) { try thief.data?.execute("DELETE FROM people") }
            #expect(throws: DatabaseError.self) { try thief.data?.dialect.name }
            #expect(try await test.count("people") == 3)
        }
    }

    @Test("neither a preview, a plan nor a look for drift runs it", arguments: Backend.available)
    func notRun(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await Self.people(&test)
            let runs = Mutex(0)
            let step = Run("count") { _ in
                runs.withLock { $0 += 1 }
            } undo: { _ in
            }
            let preview = try await test.preview { step }
            #expect(preview.steps.map(\.dataSteps) == [["count"]])
            #expect(
                preview.steps.flatMap(\.statements).allSatisfy {
                    $0.contains("'count' is Swift") || $0.contains("''count''")
                })
            #expect(runs.withLock { $0 } == 0)
            try await test.migrate { step }
            #expect(try await test.drift() == [])
            let migrator = try test.database.migrator(test.migrations)
            _ = try await migrator.preview(down: .steps(1))
            #expect(runs.withLock { $0 } == 1)
            _ = try await migrator.baseline()
            _ = try await migrator.up()
            #expect(runs.withLock { $0 } == 1)
        }
    }

    @Test("runs once, however many programs migrate at once", arguments: Backend.available)
    func once(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await Self.people(&test)
            let runs = Mutex(0)
            let last = Migration("2") {
                Run("count") { data in
                    runs.withLock { $0 += 1 }
                    try data.execute("UPDATE people SET full_name = full_name || '!'")
                }
            }
            let migrator = try test.database.migrator(test.migrations + [last])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try await migrator.up() } }
                try await group.waitForAll()
            }
            #expect(runs.withLock { $0 } == 1)
            #expect(try await test.rows("people", "id", "full_name")[1] == ["2", "Prince!"])
        }
    }

    @Test("a cancelled task stops a step between its statements", .mayHang, arguments: Backend.available)
    func cancelled(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await Self.people(&test)
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            let endless = Migration("2") {
                Run("endless") { data in
                    while true {
                        try data.execute("UPDATE people SET full_name = full_name || '.' WHERE id = 2")
                        begin.yield()
                    }
                }
            }
            let migrator = try test.database.migrator(test.migrations + [endless])
            let run = Task { try await migrator.up() }
            for await _ in begun { break }
            run.cancel()
            let failure = await #expect(throws: (any Error).self) { try await run.value }
            #expect((failure as? MigrationFailure)?.cause.kind == .interrupted, "\(String(describing: failure))")
            #expect(try await test.rows("people", "id", "full_name")[1] == ["2", "Prince"])
        }
    }

    @Test("a transaction that a trigger ends takes the step with it")
    func endedByTrigger() async throws {
        try await Backend.sqlite.withCase { test in
            try await Self.people(&test)
            try await test.run(
                "CREATE TRIGGER no BEFORE UPDATE ON people BEGIN SELECT RAISE(ROLLBACK, 'not these'); END")
            let failure = try await test.failure {
                CreateTable("x") { Column("id", .bigint).primaryKey() }
                Run("step") { data in
                    try data.execute("INSERT INTO x VALUES (1)")
                    _ = try? data.execute("UPDATE people SET full_name = 'x'")
                    _ = try? data.execute("DELETE FROM notes")
                }
            }
            #expect(failure.cause.message.contains("not these") && failure.ending == .rolledBack, "\(failure)")
            let replaced = try await test.failure {
                Run("step") { data in
                    _ = try? data.execute("INSERT OR ROLLBACK INTO notes VALUES (1, 1)")
                    _ = try? data.execute("DELETE FROM notes")
                }
            }
            #expect(replaced.cause.kind == .unique, "\(replaced)")
        }
    }

    @Test("another name counts as an edit, and another closure does not", arguments: Backend.available)
    func identity(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await Self.people(&test)
            let first = test.migrations
            try await test.migrate { Run("trim") { try $0.execute("DELETE FROM notes") } }
            let other =
                first + [
                    Migration("2") {
                        Run("trim") { _ in
                            throw Refused()
                        } undo: { _ in
                        }
                    }
                ]
            #expect(try await test.database.migrator(other).up().steps.isEmpty)
            let renamed = first + [Migration("2") { Run("cut") { try $0.execute("DELETE FROM notes") } }]
            let error = await #expect(throws: MigratorError.self) { try await test.database.migrator(renamed).up() }
            #expect(
                error?.description.contains("was Run(\"trim\"), is Run(\"cut\")") == true,
                "\(String(describing: error))")
        }
    }

    @Test("a step has a name, on one line")
    func names() throws {
        for name in ["", "  ", "a\nb", "a\u{0}b", "a\u{2028}b", "\u{1B}[31m"] {
            let error = #expect(throws: HistoryError.self) { try History { Migration("1") { Run(name) { _ in } } } }
            #expect(
                error?.description.hasPrefix("migration 1: Run.name: a data step") == true,
                "\(String(describing: error))")
        }
        #expect(throws: Never.self) { try History { Migration("1") { Run("größer 'als' \"x\" */ --") { _ in } } } }
    }
}
