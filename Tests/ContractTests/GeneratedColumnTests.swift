import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Generated columns")
struct GeneratedColumnTests {
    @Test(
        "case 18: stored generated columns are recomputed, and another expression takes", arguments: Backend.available)
    func case18Stored(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .text)
                    Column("size", .bigint)
                    Column("twice", .bigint).generated("size * 2").check("twice >= 0")
                    Index("twice").named("twice_index")
                    Unique("twice", "id")
                }
                CreateView("v", as: "SELECT id, twice FROM t")
            }
            try await test.run("INSERT INTO t (id, n, size) VALUES (1, '1', 10)")
            try await test.rebuild()
            #expect(try await test.values("SELECT twice FROM t") == [[20]])
            try await test.migrate { AlterTable("t") { ChangeColumn("twice").generated("size * 3") } }
            #expect(try await test.values("SELECT twice FROM v") == [[30]])
            try await test.run("UPDATE t SET size = 11")
            #expect(try await test.values("SELECT twice FROM t") == [[33]])
            await #expect(throws: DatabaseError.self) { try await test.run("UPDATE t SET size = -1") }
            #expect(try await test.drift().isEmpty)
            try await test.migrate { AlterTable("t") { ChangeColumn("twice").notGenerated() } }
            try await test.run("UPDATE t SET twice = 5")
            #expect(try await test.values("SELECT twice, size FROM t") == [[5, 11]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 18: a computed column takes another type, and is computed in it", arguments: Backend.available)
    func case18Retyped(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("size", .bigint)
                    Column("twice", .bigint).generated("size * 2")
                    Index("twice")
                }
                CreateView("v", as: "SELECT id, twice FROM t")
            }
            try await test.run("INSERT INTO t (id, size) VALUES (1, 10)")
            try await test.migrate { AlterTable("t") { ChangeColumn("twice").type(.text) } }
            #expect(try await test.values("SELECT twice FROM v") == [["20"]])
            try await test.run("UPDATE t SET size = 11")
            #expect(try await test.values("SELECT twice FROM t") == [["22"]])
            #expect(try await test.drift().isEmpty)
            try await test.migrate { AlterTable("t") { ChangeColumn("twice").type(.bigint) } }
            #expect(try await test.values("SELECT twice FROM v") == [[22]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 18: a computed column has no values of its own to convert with using:")
    func case18Using() {
        let table = Migration("1") {
            CreateTable("t") {
                Column("size", .bigint)
                Column("twice", .bigint).generated("size * 2")
            }
        }
        let converted = Migration("2") {
            AlterTable("t") { ChangeColumn("twice").type(.text, using: "CAST(size AS text)") }
        }
        let error = #expect(throws: HistoryError.self) { try History([table, converted]) }
        #expect(
            error?.description.contains("t.twice: its values are computed; set the expression with .generated(…)")
                == true)
        let released = Migration("2") {
            AlterTable("t") { ChangeColumn("twice").notGenerated().type(.text, using: "CAST(size AS text)") }
        }
        #expect(throws: Never.self) { try History([table, released]) }
    }

    @Test(
        "case 18: PostgreSQL makes a computed column anew only when nothing undeclared would go with it",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func case18Undeclared() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("size", .bigint)
                    Column("twice", .bigint).generated("size * 2")
                }
            }
            try await test.run("CREATE INDEX by_hand ON t (twice)")
            let thrice = AlterTable("t") { ChangeColumn("twice").generated("size * 3") }
            let error = try await test.refusal { thrice }
            #expect(error.description.contains("index by_hand"))
            try await test.run(
                "DROP INDEX by_hand; CREATE VIEW v AS SELECT twice FROM t; INSERT INTO t VALUES (1)")
            try await test.migrate { thrice }
            #expect(try await test.values("SELECT twice FROM v") == [[3]])
        }
    }

    @Test("case 18: a column that another is computed from can't be retyped or dropped", arguments: ["retype", "drop"])
    func case18InUse(_ what: String) throws {
        #expect(throws: HistoryError.self) {
            try History {
                Migration("1") {
                    CreateTable("t") {
                        Column("size", .bigint)
                        Column("twice", .bigint).generated("size * 2")
                    }
                }
                Migration("2") {
                    AlterTable("t") {
                        if what == "drop" { DropColumn("size") } else { ChangeColumn("size").type(.text) }
                    }
                }
            }
        }
    }

    @Test("case 18: a virtual column survives a rebuild on SQLite, and PostgreSQL is told before anything runs")
    func case18Virtual() async throws {
        let table = CreateTable("t") {
            Column("id", .bigint).primaryKey()
            Column("n", .text)
            Column("twice", .bigint).generated("id * 2", .virtual)
        }
        try await Backend.sqlite.withCase { test in
            try await test.migrate { table }
            try await test.run("INSERT INTO t (id, n) VALUES (4, '1')")
            try await test.rebuild()
            #expect(try await test.values("SELECT id, n, twice FROM t") == [[4, 1, 8]])
            #expect(try await test.sqliteObjects()["table t"]?.contains("VIRTUAL") == true)
            #expect(try await test.drift().isEmpty)
        }
        let plan = try History { Migration("1") { table } }.planUp()
        #expect(throws: MigratorError.self) { try plan.steps[0].lowering(in: PostgreSQLDialect()) }
    }
}
