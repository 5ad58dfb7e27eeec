import Migrator
import TestSupport
import Testing

@Suite("Rows that point nowhere")
struct OrphanTests {
    @Test(
        "case 8: a migration that leaves an orphan is rolled back, and the orphan named", arguments: Backend.available,
        [false, true])
    func case8Orphan(_ backend: Backend, _ rebuilds: Bool) async throws {
        try await backend.withParentAndChild { test in
            try await test.run("INSERT INTO p VALUES (1, '41'); INSERT INTO c VALUES (1, 1), (2, 1)")
            let failure = try await test.failure {
                if rebuilds { AlterTable("p") { ChangeColumn("n").type(.integer) } }
                AlterTable("c") { AddColumn("note", .text).nullable() }
                RunSQL("INSERT INTO c (id, pid) VALUES (3, 99)", undo: .nothing)
            }
            #expect(failure.failed == "2")
            #expect(failure.cause.kind == .foreignKey)
            for word in ["c", "pid", "p"] {
                #expect(failure.cause.message.split { !$0.isLetter }.contains { $0 == word })
            }
            // SQLite's message names the row, and PostgreSQL's the value.
            #expect(failure.cause.message.contains(backend.words(sqlite: "row 3", postgresql: "(99)")))
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("rows that pointed nowhere before do not stop a rebuild, and stay", arguments: [1, 1_500])
    func orphansOfBefore(_ count: Int) async throws {
        try await Backend.sqlite.withParentAndChild { test in
            try await test.run(
                """
                PRAGMA foreign_keys = OFF;
                WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < \(count))
                INSERT INTO c SELECT x, 99 FROM n;
                PRAGMA foreign_keys = ON
                """)
            try await test.rebuild("p")
            #expect(try await test.count("c") == Int64(count))
            let failure = try await test.failure {
                AlterTable("p") { ChangeColumn("n").type(.text) }
                RunSQL("INSERT INTO c VALUES (0, 77)", undo: .nothing)
            }
            #expect(failure.cause.message.contains("row 0"))
        }
    }

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

    @Test("a stranger's key that refers to no key stops no rebuild, and one that comes to does")
    func unmatched() async throws {
        try await withFamily { test in
            try await test.run(
                """
                CREATE TABLE of_others (x REFERENCES children (parent), y REFERENCES parents); PRAGMA foreign_keys = OFF;
                INSERT INTO of_others VALUES (1, 77); PRAGMA foreign_keys = ON
                """)
            try await test.migrate {
                AlterTable("parents") { ChangeColumn("n").type(.varchar(20)) }
                RunSQL("UPDATE notes SET n = 'z' WHERE n = 'y'", undo: .nothing)
            }
            let failure = try await test.failure {
                RunSQL("INSERT INTO notes VALUES (98, 'new')", undo: .nothing)
                AlterTable("parents") { ChangeColumn("n").type(.text) }
            }
            #expect(failure.cause.message.contains("notes.child"))
            let broken = try await test.failure {
                RunSQL(
                    .native(
                        sqlite: "CREATE TABLE more_of_others (x REFERENCES children (parent))",
                        postgresql: "SELECT 1"), undo: .nothing)
                AlterTable("parents") { ChangeColumn("n").type(.text) }
            }
            #expect(broken.cause.message.contains("more_of_others"))
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
            // A column named `rowid` hides the real rowids, and a rebuild assigns new ones.
            try await test.run("DELETE FROM notes WHERE n = 'x'")
            try await test.migrate {
                AlterTable("notes") {
                    AddColumn("rowid", .bigint).nullable()
                    Add(Check("n <> ''"))
                }
            }
            #expect(try await test.values("SELECT child FROM notes ORDER BY n") == [[99], [20]])
        }
    }

    @Test("one that the migration makes is told, beside those from before")
    func newOne() async throws {
        try await withFamily { test in
            for script in ["INSERT INTO children VALUES (92, 8)", "UPDATE children SET parent = 8 WHERE id = 20"] {
                for rebuilds in [true, false] {
                    let failure = try await test.failure {
                        if rebuilds { AlterTable("parents") { Add(Check("id > 0")) } }
                        RenameTable("children", to: "kids")
                        RunSQL(.sql(script.replacing("children", with: "kids")), undo: .nothing)
                    }
                    let row = script.hasPrefix("INSERT") ? "row 92" : "row 20"
                    #expect(failure.description.contains("kids.parent, \(row)"), "\(failure)")
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
                try await test.values("SELECT child, n FROM notes ORDER BY n") == [
                    [99, "old"], [.null, "x"], [20, "y"],
                ])
            #expect(try await test.value("PRAGMA foreign_keys") == 1)
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

    @Test(
        "tables with deferred keys are filled, altered and dropped after rows of theirs have changed",
        arguments: Backend.available)
    func deferredKeys(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("p") { Column("id", .bigint).primaryKey() }
                CreateTable("c") {
                    Column("id", .bigint).primaryKey()
                    Column("pid", .bigint).nullable()
                    ForeignKey("pid", to: "p").deferred()
                }
                CreateTable("gone") {
                    Column("pid", .bigint)
                    ForeignKey("pid", to: "p").deferred()
                }
            }
            try await test.run("INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, NULL)")
            try await test.migrate(allowsDataLoss: true) {
                RunSQL("UPDATE c SET pid = 2 WHERE id = 1; INSERT INTO gone VALUES (1)", undo: .nothing)
                AlterTable("c") { ChangeColumn("pid").required(filling: 1) }
                RunSQL("UPDATE p SET id = 3 WHERE id = 2; UPDATE c SET pid = 3 WHERE pid = 2", undo: .nothing)
                AlterTable("p") { AddColumn("note", .text).nullable() }
                DropTable("gone")
                // The key is deferred again.
                RunSQL("INSERT INTO c VALUES (3, 4); INSERT INTO p (id) VALUES (4)", undo: .nothing)
            }
            #expect(try await test.rows("c", "id", "pid") == [["1", "3"], ["2", "1"], ["3", "4"]])
            #expect(try await test.drift().isEmpty)
            let failure = try await test.failure {
                RunSQL("INSERT INTO c VALUES (4, 9)", undo: .nothing)
                AlterTable("c") { AddColumn("note", .text).nullable() }
            }
            #expect(failure.cause.kind == .foreignKey)
        }
    }

    @Test(
        "a row may come before its parent, which is altered meanwhile, and must have it in the end",
        arguments: Backend.available)
    func parentLater(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("p") { Column("id", .bigint).primaryKey() }
                CreateTable("c") {
                    Column("pid", .bigint)
                    ForeignKey("pid", to: "p").deferred()
                }
            }
            try await test.migrate {
                RunSQL("INSERT INTO c VALUES (99)", undo: .nothing)
                AlterTable("p") { AddColumn("x", .text).nullable() }
                RunSQL("INSERT INTO p (id) VALUES (99)", undo: .nothing)
            }
            #expect(try await test.rows("c", "pid") == [["99"]])
            let failure = try await test.failure {
                RunSQL("INSERT INTO c VALUES (98)", undo: .nothing)
                AlterTable("p") { AddColumn("y", .text).nullable() }
            }
            #expect(failure.cause.kind == .foreignKey)
        }
    }

    @Test(
        "deferred keys whose names others bear too stay deferred, and one that was renamed by hand stops nothing",
        arguments: Backend.available)
    func namesakesOfDeferredKeys(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("p") { Column("id", .bigint).primaryKey() }
                for name in ["a", "b", "c", "d"] {
                    CreateTable(name) {
                        Column("pid", .bigint)
                        ForeignKey("pid", to: "p").named(["c": "kin", "d": "lone"][name] ?? "parent").deferred()
                    }
                }
                CreateTable("checked") {
                    Column("n", .bigint)
                    Check("n > 0").named("kin")
                }
            }
            if backend == .postgresql { try await test.run("ALTER TABLE d RENAME CONSTRAINT lone TO mine") }
            try await test.migrate(allowsDataLoss: true) {
                RunSQL("INSERT INTO a VALUES (1); INSERT INTO p VALUES (1)", undo: .nothing)
                DropTable("a")
                AlterTable("c") { AddColumn("note", .text).nullable() }
                AlterTable("d") { AddColumn("note", .text).nullable() }
                // The keys of these tables are deferred as before.
                RunSQL(
                    """
                    INSERT INTO b VALUES (2); INSERT INTO c (pid) VALUES (3); INSERT INTO d (pid) VALUES (4);
                    INSERT INTO p VALUES (2), (3), (4)
                    """, undo: .nothing)
            }
            #expect(try await test.count("p") == 4)
        }
    }
}
