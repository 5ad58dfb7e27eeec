import Migrator
import TestSupport
import Testing

@Suite("Rows that point nowhere beside a rebuild")
struct CaseOrphanTests {
    private func withFamily(_ body: (inout CaseDatabase) async throws -> Void) async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("parents") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .text)
                }
                CreateTable("children") {
                    Column("id", .bigint).primaryKey()
                    Column("parent", .bigint).references("parents", "id", onDelete: .cascade)
                }
                CreateTable("notes") {
                    Column("child", .bigint).nullable().references("children", "id", onDelete: .setNull)
                    Column("n", .text)
                }
            }
            try await test.run(
                """
                INSERT INTO parents VALUES (1, 'a'), (2, 'b');
                INSERT INTO children VALUES (10, 1), (20, 2);
                INSERT INTO notes VALUES (10, 'x'), (20, 'y');
                PRAGMA foreign_keys = OFF;
                INSERT INTO children VALUES (90, 9), (91, 9);
                INSERT INTO notes VALUES (99, 'old');
                PRAGMA foreign_keys = ON
                """)
            try await body(&test)
        }
    }

    @Test("a table far away is not read, be it that its keys make no sense")
    func farAway() async throws {
        try await withFamily { test in
            try await test.run(
                "CREATE TABLE of_others (x REFERENCES notes (no_key)); PRAGMA foreign_keys = OFF; "
                    + "INSERT INTO of_others VALUES (1); PRAGMA foreign_keys = ON")
            try await test.migrate { AlterTable("parents") { ChangeColumn("n").type(.varchar(20)) } }
            #expect(try await test.rows("parents", "id", "n") == [["1", "a"], ["2", "b"]])
        }
    }

    @Test("those from before are known again under new names, types and row numbers")
    func oldOnes() async throws {
        try await withFamily { test in
            try await test.migrate {
                RenameTable("children", to: "kids")
                AlterTable("kids") {
                    RenameColumn("parent", to: "of")
                    Add(Check("id > 0"))
                }
                RenameTable("parents", to: "adults")
                AlterTable("notes") { ChangeColumn("n").type(.varchar(20)) }
            }
            #expect(try await test.rows("kids", "id", "of").count == 4)
            try await test.migrate { AlterTable("adults") { ChangeColumn("id").type(.text) } }
            #expect(
                try await test.rows("kids", "id", "of") == [["10", "1"], ["20", "2"], ["90", "9"], ["91", "9"]])
            // A column of that name hides the numbers of the rows, and a rebuild gives new ones.
            try await test.run("DELETE FROM notes WHERE n = 'x'")
            try await test.migrate {
                AlterTable("notes") {
                    AddColumn("rowid", .bigint).nullable()
                    Add(Check("n <> ''"))
                }
            }
            #expect(try await test.query("SELECT child FROM notes ORDER BY n") == [[99], [20]])
        }
    }

    @Test("one that the migration makes is told, beside those from before")
    func newOne() async throws {
        try await withFamily { test in
            for script in ["INSERT INTO children VALUES (92, 8)", "UPDATE children SET parent = 8 WHERE id = 20"] {
                for rebuilds in [true, false] {
                    let migrations =
                        test.migrations + [
                            Migration("next") {
                                if rebuilds { AlterTable("parents") { Add(Check("id > 0")) } }
                                RenameTable("children", to: "kids")
                                RunSQL(.sql(script.replacing("children", with: "kids")), undo: .nothing)
                            }
                        ]
                    let database = test.database
                    let error = await #expect(throws: MigrationFailure.self) {
                        try await database.migrator(migrations).up()
                    }
                    let row = script.hasPrefix("INSERT") ? "row 92" : "row 20"
                    #expect(error?.description.contains("kids.parent, \(row)") == true, "\(String(describing: error))")
                    let children = try await database.count("children")
                    #expect(children == 4)
                }
            }
        }
    }

    @Test(
        "a script's own cascade happens beside a rebuild as it does without one", arguments: [true, false],
        [true, false])
    func cascade(_ rebuilds: Bool, _ rebuildsFirst: Bool) async throws {
        try await withFamily { test in
            try await test.migrate {
                if rebuilds && rebuildsFirst { AlterTable("children") { Add(Check("id > 0")) } }
                RunSQL("DELETE FROM parents WHERE id = 1", undo: .nothing)
                if rebuilds && !rebuildsFirst { AlterTable("parents") { Add(Check("id > 0")) } }
            }
            #expect(try await test.rows("children", "id") == [["20"], ["90"], ["91"]])
            #expect(
                try await test.query("SELECT child, n FROM notes ORDER BY n") == [
                    [99, "old"], [.null, "x"], [20, "y"],
                ])
            #expect(try await test.database.value("PRAGMA foreign_keys") == 1)
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO children VALUES (5, 5)") }
        }
    }

    @Test("a script may leave a row without its parent until the migration's end, beside a rebuild too")
    func deferred() async throws {
        try await withFamily { test in
            try await test.migrate {
                RunSQL("INSERT INTO children VALUES (30, 3)", undo: .nothing)
                AlterTable("children") { Add(Check("id > 0")) }
                RunSQL("INSERT INTO parents VALUES (3, 'c')", undo: .nothing)
            }
            #expect(try await test.rows("children", "id").count == 5)
        }
    }
}
