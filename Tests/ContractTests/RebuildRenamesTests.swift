import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Renames inside a rebuild, and odd names")
struct RebuildRenamesTests {
    /// Makes a table and a child table, with a row each.
    private func withPair(_ backend: Backend, _ body: (inout CaseDatabase) async throws -> Void) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .text)
                    Column("b", .text)
                    Index("a").named("by_a")
                    Check("a <> ''").named("a_filled")
                }
                CreateTable("c") { Column("t_id", .bigint).references("t", onDelete: .cascade) }
            }
            try await test.run("INSERT INTO t VALUES (1, '10', 'bee'); INSERT INTO c VALUES (1)")
            try await body(&test)
        }
    }

    @Test("a rename and a retype at once", arguments: Backend.available)
    func renameAndRetype(_ backend: Backend) async throws {
        try await withPair(backend) { test in
            try await test.migrate {
                AlterTable("t") {
                    RenameColumn("a", to: "x")
                    RenameColumn("id", to: "key")
                    DropCheck("a_filled")
                    ChangeColumn("x").type(.integer)
                }
            }
            #expect(try await test.values("SELECT key, x, b FROM t") == [[1, 10, "bee"]])
            #expect(try await test.count("c") == 1)
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test(
        "an undeclared view follows a rename before a rebuild, or the rename is refused", arguments: Backend.available)
    func renameUnderView(_ backend: Backend) async throws {
        try await withPair(backend) { test in
            try await test.run("CREATE VIEW v AS SELECT id AS k, b FROM t")
            let both = AlterTable("t") {
                RenameColumn("id", to: "key")
                ChangeColumn("b").type(.varchar(10))
            }
            switch backend {
            case .sqlite: try await test.migrate { both }
            case .postgresql:
                let error = try await test.refusal { both }
                #expect(error.description.contains("view v"))
            }
            #expect(try await test.values("SELECT k, b FROM v") == [[1, "bee"]])
            #expect(try await test.count("c") == 1)
        }
    }

    @Test("a rename is refused beside a change that makes tables or views again whose triggers use the old name")
    func renameUnderTriggers() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("people") {
                    Column("id", .bigint).primaryKey()
                    Column("nick", .text)
                    Column("age", .text)
                }
                CreateTable("notes") {
                    Column("id", .bigint).primaryKey()
                    Column("owner", .bigint).references("people")
                }
                CreateView("known", as: "SELECT id, nick, age FROM people")
            }
            try await test.run(
                """
                CREATE TRIGGER noted AFTER INSERT ON notes BEGIN
                    UPDATE people SET nick = 'writer' WHERE id = new.owner;
                END;
                CREATE TRIGGER told INSTEAD OF UPDATE ON known BEGIN
                    UPDATE people SET nick = new.nick WHERE id = old.id;
                END;
                INSERT INTO people VALUES (1, 'reader', '7')
                """)
            let cases: [(String, ColumnType, String)] = [("id", .text, "noted"), ("age", .integer, "told")]
            for (retyped, type, trigger) in cases {
                let error = try await test.refusal {
                    AlterTable("people") {
                        RenameColumn("nick", to: "handle")
                        ChangeColumn(retyped).type(type)
                    }
                }
                #expect(error.lowering?.place == "people.nick")
                #expect(error.description.contains("trigger \(trigger)"))
            }
            try await test.migrate {
                AlterTable("people") { RenameColumn("nick", to: "handle") }
                AlterTable("people") {
                    ChangeColumn("id").type(.text)
                    ChangeColumn("age").type(.integer)
                }
            }
            try await test.run("INSERT INTO notes VALUES (1, '1'); UPDATE known SET nick = 'both' WHERE id = '1'")
            #expect(try await test.values("SELECT handle FROM people") == [["both"]])
        }
    }

    @Test(
        "such a trigger is found if it quotes the names in another case, or the table's as a text",
        arguments: [#""ORDERS" SET total"#, "'Orders' SET total", #"[ORDERS] SET "TOTAL""#])
    func renameUnderQuotingTrigger(_ words: String) async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("orders") {
                    Column("id", .bigint).primaryKey()
                    Column("total", .bigint)
                }
                CreateTable("kids") { Column("o", .bigint).references("orders") }
            }
            try await test.run("CREATE TRIGGER k AFTER INSERT ON kids BEGIN UPDATE \(words) = 1; END")
            let error = try await test.refusal {
                AlterTable("orders") {
                    RenameColumn("total", to: "amount")
                    ChangeColumn("id").type(.text)
                }
            }
            #expect(error.lowering?.place == "orders.total")
            #expect(error.description.contains("trigger k"))
        }
    }

    @Test("a column takes a dropped one's name in another case, and changes its type", arguments: Backend.available)
    func takesName(_ backend: Backend) async throws {
        try await withPair(backend) { test in
            try await test.migrate(allowsDataLoss: true) {
                AlterTable("t") {
                    DropCheck("a_filled")
                    DropIndex("by_a")
                    DropColumn("a")
                    RenameColumn("b", to: "A")
                    ChangeColumn("A").type(.varchar(10))
                }
            }
            #expect(try await test.values("SELECT id, \"A\" FROM t") == [[1, "bee"]])
            #expect(try await test.count("c") == 1)
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("a rename leaves triggers alone that use another table's column of the same name")
    func renameBesideTriggers() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("people") {
                    Column("id", .bigint).primaryKey()
                    Column("name", .text)
                }
                CreateTable("notes") {
                    Column("owner", .bigint).references("people")
                    Column("name", .text)
                }
            }
            try await test.run(
                """
                CREATE TRIGGER noted AFTER INSERT ON notes WHEN new.name = '' BEGIN
                    UPDATE notes SET name = 'none' WHERE rowid = new.rowid;
                END
                """)
            try await test.migrate {
                AlterTable("people") {
                    RenameColumn("name", to: "nick")
                    ChangeColumn("id").type(.text)
                }
            }
            try await test.run("INSERT INTO people VALUES ('1', 'reader'); INSERT INTO notes VALUES ('1', '')")
            #expect(try await test.values("SELECT name FROM notes") == [["none"]])
        }
    }

    @Test("two columns swap their names, and one changes its type", arguments: Backend.available, ["a", "b"])
    func swap(_ backend: Backend, _ retyped: String) async throws {
        try await withPair(backend) { test in
            try await test.migrate {
                AlterTable("t") {
                    DropCheck("a_filled")
                    RenameColumn("a", to: "tmp")
                    RenameColumn("b", to: "a")
                    RenameColumn("tmp", to: "b")
                    ChangeColumn(retyped).type(retyped == "b" ? .integer : .varchar(10))
                }
            }
            #expect(try await test.values("SELECT a, b FROM t") == [["bee", retyped == "b" ? 10 : "10"]])
            #expect(try await test.count("c") == 1)
            #expect(try await test.drift().isEmpty)
            try await test.down(allowsDataLoss: true)
            #expect(try await test.values("SELECT a, b FROM t") == [["10", "bee"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("a column goes and another takes its name", arguments: Backend.available)
    func dropAndTake(_ backend: Backend) async throws {
        try await withPair(backend) { test in
            try await test.migrate(allowsDataLoss: true) {
                AlterTable("t") {
                    DropIndex("by_a")
                    DropCheck("a_filled")
                    DropColumn("a")
                    RenameColumn("b", to: "a")
                    ChangeColumn("a").type(.varchar(10))
                    AddColumn("b", .bigint).default(3)
                }
            }
            #expect(try await test.values("SELECT id, a, b FROM t") == [[1, "bee", 3]])
            #expect(try await test.count("c") == 1)
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("a column is dropped and added again under its name in one rebuild", arguments: Backend.available)
    func dropAndAddAgain(_ backend: Backend) async throws {
        try await withPair(backend) { test in
            try await test.migrate(allowsDataLoss: true) {
                AlterTable("t") {
                    DropColumn("b")
                    AddColumn("b", .integer).filling(9)
                    ChangeColumn("id").type(.integer)
                }
            }
            #expect(try await test.values("SELECT id, a, b FROM t") == [[1, "10", 9]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("a rename that an undeclared trigger would not survive is refused, and alone it passes")
    func renameUnderTrigger() async throws {
        try await withPair(.sqlite) { test in
            try await test.run(
                "CREATE TRIGGER watch AFTER UPDATE OF b ON T BEGIN UPDATE c SET t_id = t_id WHERE new.b = 'b'; END")
            let error = try await test.refusal {
                AlterTable("t") {
                    RenameColumn("b", to: "x")
                    ChangeColumn("a").type(.varchar(9))
                }
            }
            #expect(error.description.contains("trigger watch"))
            try await test.migrate {
                AlterTable("t") { RenameColumn("b", to: "x") }
                AlterTable("t") { ChangeColumn("a").type(.varchar(9)) }
            }
            let trigger = try await test.sqliteObjects()["trigger watch"]
            #expect(trigger?.contains("new.\"x\" = 'b'") == true)
            try await test.run("UPDATE t SET x = 'b'")
        }
    }

    @Test("a column on its way to another name, and one that is dropped, leave every other column its name")
    func namesOnTheWay() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .text)
                    Column("b", .text)
                    Column("c", .text).nullable()
                    Column("n", .text)
                    Column("TC_moving_a", .text)
                    Column("tc_dropped_c", .text)
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 'a', 'b', 'c', '7', 'moving', 'dropped')")
            try await test.migrate {
                AlterTable("t") {
                    RenameColumn("a", to: "b")
                    RenameColumn("b", to: "a")
                    ChangeColumn("n").type(.integer)
                }
            }
            #expect(try await test.values("SELECT a, b, n, tc_moving_a FROM t") == [["b", "a", 7, "moving"]])
            try await test.migrate(allowsDataLoss: true) {
                AlterTable("t") {
                    DropColumn("c")
                    RenameColumn("b", to: "c")
                    ChangeColumn("n").type(.text)
                }
            }
            #expect(try await test.values("SELECT a, c, n, tc_dropped_c FROM t") == [["b", "a", "7", "dropped"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("a table that changes the case of its name leaves one alone whose name it would have on the way")
    func tableOnTheWay() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.createTableAndLog()
            try await test.run(
                """
                CREATE TABLE tc_moving_t (mine TEXT); INSERT INTO tc_moving_t VALUES ('kept');
                INSERT INTO t VALUES (1, '1', NULL)
                """)
            try await test.migrate { RenameTable("t", to: "T") }
            #expect(try await test.texts("SELECT mine FROM tc_moving_t") == ["kept"])
            #expect(try await test.texts("SELECT name FROM sqlite_master WHERE lower(name) = 't'") == ["T"])
            #expect(try await test.values("SELECT n FROM t") == [["1"]])
        }
    }

    @Test("odd names go through two rebuilds", arguments: Backend.available)
    func oddNames(_ backend: Backend) async throws {
        let name = #"we"ird [tab]le's `name`"#
        let column = #"se"lect; --"#
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable(name) {
                    Column("Id", .bigint).primaryKey()
                    Column(column, .text).unique()
                    Column("order", .text).nullable()
                    Index(column, "order").named(#"in"dex 'x'"#)
                }
                CreateTable("child of it") { Column("to", .text).references(name, column, onDelete: .cascade) }
            }
            try await test.database.withConnection { connection in
                try connection.execute("INSERT INTO \(identifier: name) VALUES (1, '11', '2')")
                try connection.execute("INSERT INTO \(identifier: "child of it") VALUES ('11')")
            }
            try await test.migrate { AlterTable(name) { ChangeColumn("order").type(.integer) } }
            try await test.migrate { AlterTable(name) { ChangeColumn(column).type(.bigint) } }
            #expect(try await test.values("SELECT * FROM \(identifier: name)") == [[1, 11, 2]])
            #expect(try await test.values(#"SELECT * FROM "child of it""#) == [[11]])
            #expect(try await test.drift().isEmpty)
        }
    }
}
