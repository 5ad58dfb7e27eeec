import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Cases B: renames inside a rebuild, odd names and rowids")
struct CaseBRenameTests {
    private static let pair = Migration("1-pair") {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            Column("a", .text)
            Column("b", .text)
            Index("a").named("by_a")
            Check("a <> ''").named("a_filled")
        }
        CreateTable("c") { Column("t_id", .bigint).references("t", onDelete: .cascade) }
    }

    private static let rows = "INSERT INTO t VALUES (1, '10', 'bee'); INSERT INTO c VALUES (1)"

    @Test("a rename and a retype at once", arguments: Backend.available)
    func renameAndRetype(_ backend: Backend) async throws {
        let second = Migration("2") {
            AlterTable("t") {
                RenameColumn("a", to: "x")
                RenameColumn("id", to: "key")
                DropCheck("a_filled")
                ChangeColumn("x").type(.integer)
            }
        }
        try await backend.withDatabase { database in
            try await database.migrate(Self.pair)
            try await database.byHand(Self.rows)
            try await database.migrate(Self.pair, second)
            #expect(try await database.query("SELECT key, x, b FROM t") == [[1, 10, "bee"]])
            #expect(try await database.count("c") == 1)
            #expect(try await database.drift(from: Self.pair, second).isEmpty)
        }
    }

    @Test(
        "an undeclared view follows a rename before a rebuild, or the rename is refused", arguments: Backend.available)
    func renameUnderView(_ backend: Backend) async throws {
        let second = Migration("2") {
            AlterTable("t") {
                RenameColumn("id", to: "key")
                ChangeColumn("b").type(.varchar(10))
            }
        }
        try await backend.withDatabase { database in
            try await database.migrate(Self.pair)
            try await database.byHand(Self.rows)
            try await database.byHand("CREATE VIEW v AS SELECT id AS k, b FROM t")
            switch backend {
            case .sqlite: try await database.migrate(Self.pair, second)
            case .postgresql:
                let error = await #expect(throws: MigratorError.self) { try await database.migrate(Self.pair, second) }
                #expect(error?.description.contains("view v") == true)
            }
            #expect(try await database.query("SELECT k, b FROM v") == [[1, "bee"]])
            #expect(try await database.count("c") == 1)
        }
    }

    @Test("two columns swap their names, and one changes its type", arguments: Backend.available, ["a", "b"])
    func swap(_ backend: Backend, _ retyped: String) async throws {
        let second = Migration("2") {
            AlterTable("t") {
                DropCheck("a_filled")
                RenameColumn("a", to: "tmp")
                RenameColumn("b", to: "a")
                RenameColumn("tmp", to: "b")
                ChangeColumn(retyped).type(retyped == "b" ? .integer : .varchar(10))
            }
        }
        try await backend.withDatabase { database in
            try await database.migrate(Self.pair)
            try await database.byHand(Self.rows)
            try await database.migrate(Self.pair, second)
            #expect(try await database.query("SELECT a, b FROM t") == [["bee", retyped == "b" ? 10 : "10"]])
            #expect(try await database.count("c") == 1)
            #expect(try await database.drift(from: Self.pair, second).isEmpty)
            try await database.undoLast(Self.pair, second)
            #expect(try await database.query("SELECT a, b FROM t") == [["10", "bee"]])
            #expect(try await database.drift(from: Self.pair).isEmpty)
        }
    }

    @Test("a column goes and another takes its name", arguments: Backend.available)
    func dropAndTake(_ backend: Backend) async throws {
        let second = Migration("2") {
            AlterTable("t") {
                DropIndex("by_a")
                DropCheck("a_filled")
                DropColumn("a")
                RenameColumn("b", to: "a")
                ChangeColumn("a").type(.varchar(10))
                AddColumn("b", .bigint).default(3)
            }
        }
        try await backend.withDatabase { database in
            try await database.migrate(Self.pair)
            try await database.byHand(Self.rows)
            try await database.migrator([Self.pair, second], allowsDataLoss: true).up()
            #expect(try await database.query("SELECT id, a, b FROM t") == [[1, "bee", 3]])
            #expect(try await database.count("c") == 1)
            #expect(try await database.drift(from: Self.pair, second).isEmpty)
        }
    }

    @Test("a column is dropped and added again under its name in one rebuild", arguments: Backend.available)
    func dropAndAddAgain(_ backend: Backend) async throws {
        let second = Migration("2") {
            AlterTable("t") {
                DropColumn("b")
                AddColumn("b", .integer).filling(9)
                ChangeColumn("id").type(.integer)
            }
        }
        try await backend.withDatabase { database in
            try await database.migrate(Self.pair)
            try await database.byHand(Self.rows)
            try await database.migrator([Self.pair, second], allowsDataLoss: true).up()
            #expect(try await database.query("SELECT id, a, b FROM t") == [[1, "10", 9]])
            #expect(try await database.drift(from: Self.pair, second).isEmpty)
        }
    }

    @Test("a rename that an undeclared trigger would not survive is refused, and alone it passes")
    func renameUnderTrigger() async throws {
        let both = Migration("2") {
            AlterTable("t") {
                RenameColumn("b", to: "x")
                ChangeColumn("a").type(.varchar(9))
            }
        }
        let apart = Migration("2") {
            AlterTable("t") { RenameColumn("b", to: "x") }
            AlterTable("t") { ChangeColumn("a").type(.varchar(9)) }
        }
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(Self.pair)
            try await database.byHand(Self.rows)
            try await database.byHand(
                "CREATE TRIGGER watch AFTER UPDATE OF b ON T BEGIN UPDATE c SET t_id = t_id WHERE new.b = 'b'; END")
            let error = await #expect(throws: MigratorError.self) { try await database.migrate(Self.pair, both) }
            #expect(error?.description.contains("trigger watch") == true)
            try await database.migrate(Self.pair, apart)
            let trigger = try await database.sqliteObjects()["trigger watch"]
            #expect(trigger?.contains("new.\"x\" = 'b'") == true)
            try await database.byHand("UPDATE t SET x = 'b'")
        }
    }

    @Test("odd names go through two rebuilds", arguments: Backend.available)
    func oddNames(_ backend: Backend) async throws {
        let name = #"we"ird [tab]le's `name`"#
        let column = #"se"lect; --"#
        let first = Migration("1") {
            CreateTable(name) {
                Column("Id", .bigint).primaryKey()
                Column(column, .text).unique()
                Column("order", .text).nullable()
                Index(column, "order").named(#"in"dex 'x'"#)
            }
            CreateTable("child of it") { Column("to", .text).references(name, column, onDelete: .cascade) }
        }
        let second = Migration("2") { AlterTable(name) { ChangeColumn("order").type(.integer) } }
        let third = Migration("3") { AlterTable(name) { ChangeColumn(column).type(.bigint) } }
        try await backend.withDatabase { database in
            try await database.migrate(first)
            try await database.withConnection { connection in
                try connection.execute("INSERT INTO \(identifier: name) VALUES (1, '11', '2')")
                try connection.execute("INSERT INTO \(identifier: "child of it") VALUES ('11')")
            }
            try await database.migrate(first, second, third)
            #expect(try await database.query("SELECT * FROM \(identifier: name)") == [[1, 11, 2]])
            #expect(try await database.query(#"SELECT * FROM "child of it""#) == [[11]])
            #expect(try await database.drift(from: first, second, third).isEmpty)
        }
    }

    @Test("a rowid that no column shows is kept, and a table stays STRICT")
    func rowidsAndStrict() async throws {
        let first = Migration("1") {
            CreateTable("t") {
                Column("code", .text).primaryKey()
                Column("n", .text)
            }
        }
        let second = Migration("2") { AlterTable("t") { ChangeColumn("n").type(.integer) } }
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand(
                "INSERT INTO t VALUES ('a', '1'), ('b', '2'), ('c', '3'); DELETE FROM t WHERE code = 'a'")
            try await database.migrate(first, second)
            #expect(
                try await database.query("SELECT rowid, code, n FROM t ORDER BY rowid") == [[2, "b", 2], [3, "c", 3]])
            #expect(try await database.value("SELECT strict FROM pragma_table_list WHERE name = 't'") == 1)
            await #expect(throws: DatabaseError.self) {
                try await database.byHand("INSERT INTO t VALUES ('d', 'four')")
            }
        }
    }

    @Test("a column called rowid is a column like any other")
    func columnCalledRowid() async throws {
        let first = Migration("1") {
            CreateTable("t") {
                Column("RowId", .text)
                Column("n", .text)
            }
        }
        let second = Migration("2") { AlterTable("t") { ChangeColumn("n").type(.integer) } }
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand("INSERT INTO t VALUES ('x', '1'), ('x', '2')")
            try await database.migrate(first, second)
            #expect(try await database.query("SELECT * FROM t ORDER BY n") == [["x", 1], ["x", 2]])
        }
    }

    @Test("a key that stops being SQLite's rowid, or becomes it, takes its rows along", arguments: Backend.available)
    func keyMoves(_ backend: Backend) async throws {
        let first = Migration("1") {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("code", .text)
            }
        }
        let second = Migration("2") {
            AlterTable("t") {
                DropPrimaryKey()
                Add(PrimaryKey("code"))
            }
        }
        let third = Migration("3") {
            AlterTable("t") {
                DropPrimaryKey()
                ChangeColumn("code").type(.bigint)
                Add(PrimaryKey("code"))
            }
        }
        try await backend.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand("INSERT INTO t VALUES (5, '50'), (7, '70')")
            try await database.migrate(first, second)
            #expect(try await database.query("SELECT id, code FROM t ORDER BY id") == [[5, "50"], [7, "70"]])
            try await database.migrate(first, second, third)
            #expect(try await database.query("SELECT id, code FROM t ORDER BY id") == [[5, 50], [7, 70]])
            #expect(try await database.drift(from: first, second, third).isEmpty)
        }
    }
}
