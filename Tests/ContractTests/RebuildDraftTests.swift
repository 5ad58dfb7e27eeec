import Dialects
import Migrator
import TestSupport
import Testing

@Suite("The draft that a rebuild makes")
struct RebuildDraftTests {
    @Test("case 22: a table or view that already has the scratch name is left alone")
    func case22ScratchNameTaken() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.createTableAndLog()
            try await test.run(
                """
                CREATE TABLE TC_new_T (mine TEXT); INSERT INTO TC_new_T VALUES ('kept');
                CREATE VIEW tc_new2_t AS SELECT 'kept' AS mine; CREATE INDEX tc_new3_t ON log (entry);
                INSERT INTO t VALUES (1, '1', NULL)
                """)
            let before = try await test.sqliteObjects()
            try await test.rebuild()
            #expect(try await test.texts("SELECT mine FROM tc_new_t") == ["kept"])
            #expect(try await test.values("SELECT n FROM t") == [[1]])
            let after = try await test.sqliteObjects()
            #expect(after.filter { $0.key != "table t" } == before.filter { $0.key != "table t" })
        }
    }

    @Test("case 23: five changes to one table copy it once", arguments: Backend.available)
    func case23OneCopy(_ backend: Backend) async throws {
        let five = AlterTable("t") {
            ChangeColumn("n").type(.integer)
            ChangeColumn("note").required(filling: "none")
            AddColumn("size", .bigint).default(0).check("size >= 0")
            AddColumn("born", .timestamp).default(.now)
            Add(Unique("n"))
        }
        try await backend.withCase { test in
            try await test.createTableAndLog()
            try await test.run("INSERT INTO t VALUES (1, '5', NULL)")
            let statements = try await test.preview { five }.steps.flatMap(\.statements)
            switch backend {
            case .sqlite:
                #expect(statements.filter { $0.hasPrefix("INSERT INTO") }.count == 1)
                #expect(statements.filter { $0.hasPrefix("CREATE TABLE") }.count == 1)
            case .postgresql:
                #expect(
                    statements.allSatisfy { $0.hasPrefix("ALTER TABLE") || $0.hasPrefix("UPDATE") }, "\(statements)")
            }
            try await test.migrate { five }
            #expect(try await test.values("SELECT n, note, size FROM t WHERE born IS NOT NULL") == [[5, "none", 0]])
            #expect(try await test.drift().isEmpty)
        }
    }
}
