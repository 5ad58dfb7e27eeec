import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Numbers of rows through a rebuild")
struct RebuildKeepsNumbersTests {
    @Test("case 20: a number that was given out is not given out again", arguments: Backend.available, [false, true])
    func case20HighWaterMark(_ backend: Backend, _ isEmptied: Bool) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).identity().primaryKey()
                    Column("n", .text)
                }
            }
            try await test.run("INSERT INTO t (n) VALUES ('1'), ('2')")
            try await test.run(isEmptied ? "DELETE FROM t" : "DELETE FROM t WHERE id = 2")
            try await test.rebuild()
            try await test.run("INSERT INTO t (n) VALUES (3)")
            #expect(try await test.value("SELECT max(id) FROM t") == 3)
            try await test.run("DELETE FROM t")
            try await test.rebuild()
            try await test.run("INSERT INTO t (n) VALUES ('4')")
            #expect(try await test.value("SELECT max(id) FROM t") == 4)
        }
    }

    @Test("case 20: sqlite_sequence holds one line a table, also where nothing was ever counted")
    func case20SequenceTable() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).identity().primaryKey()
                    Column("n", .text)
                }
            }
            try await test.rebuild()
            #expect(try await test.values("SELECT name FROM sqlite_sequence").isEmpty)
            try await test.run("INSERT INTO t (n) VALUES (1)")
            try await test.rebuild()
            #expect(try await test.values("SELECT name, seq FROM sqlite_sequence") == [["t", 1]])
        }
    }

    @Test("a rowid that no column shows is kept, and a table stays STRICT")
    func rowidsAndStrict() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("code", .text).primaryKey()
                    Column("n", .text)
                }
            }
            try await test.run(
                "INSERT INTO t VALUES ('a', '1'), ('b', '2'), ('c', '3'); DELETE FROM t WHERE code = 'a'")
            try await test.rebuild()
            #expect(
                try await test.values("SELECT rowid, code, n FROM t ORDER BY rowid") == [[2, "b", 2], [3, "c", 3]])
            #expect(try await test.value("SELECT strict FROM pragma_table_list WHERE name = 't'") == 1)
            await #expect(throws: DatabaseError.self) {
                try await test.run("INSERT INTO t VALUES ('d', 'four')")
            }
        }
    }

    @Test("a column called rowid is a column like any other")
    func columnCalledRowid() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("RowId", .text)
                    Column("n", .text)
                }
            }
            try await test.run("INSERT INTO t VALUES ('x', '1'), ('x', '2')")
            try await test.rebuild()
            #expect(try await test.values("SELECT * FROM t ORDER BY n") == [["x", 1], ["x", 2]])
        }
    }

    @Test("a key that stops being SQLite's rowid, or becomes it, takes its rows along", arguments: Backend.available)
    func keyMoves(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("code", .text)
                }
            }
            try await test.run("INSERT INTO t VALUES (5, '50'), (7, '70')")
            try await test.migrate {
                AlterTable("t") {
                    DropPrimaryKey()
                    Add(PrimaryKey("code"))
                }
            }
            #expect(try await test.values("SELECT id, code FROM t ORDER BY id") == [[5, "50"], [7, "70"]])
            try await test.migrate {
                AlterTable("t") {
                    DropPrimaryKey()
                    ChangeColumn("code").type(.bigint)
                    Add(PrimaryKey("code"))
                }
            }
            #expect(try await test.values("SELECT id, code FROM t ORDER BY id") == [[5, 50], [7, 70]])
            #expect(try await test.drift().isEmpty)
        }
    }
}
