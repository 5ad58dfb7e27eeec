import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Numbers are retyped")
struct RetypeNumberTests {
    @Test("SQLite: what is no number in a column of decimals is refused, and a number converted exactly")
    func decimalsOfSQLite() async throws {
        for type in [ColumnType.decimal(6, 2), .real, .decimal(8, 3)] {
            try await Backend.sqlite.withCase { test in
                try await test.migrate {
                    CreateTable("t") {
                        Column("id", .bigint).primaryKey()
                        Column("a", .numeric)
                        Column("b", .decimal(7, 3))
                    }
                }
                let words = ["abc", "", "1,5", "1e2", "-", "."]
                for (id, word) in words.enumerated() {
                    try await test.run("INSERT INTO t VALUES (\(id), '\(word)', '\(word)')")
                }
                for column in ["a", "b"] {
                    let error = try await test.refusal { AlterTable("t") { ChangeColumn(column).type(type) } }
                    #expect(error.measured.map(\.rows) == [Int64(words.count)], "\(column) to \(type)")
                }
                try await test.run("DELETE FROM t; INSERT INTO t VALUES (1, '-007.5', '+7.50')")
                try await test.migrate { AlterTable("t") { ChangeColumn("a").type(type) } }
                try await test.migrate { AlterTable("t") { ChangeColumn("b").type(type) } }
                let texts = try await test.texts("SELECT CAST(a AS TEXT) || ' ' || CAST(b AS TEXT) FROM t")
                switch type {
                case .real: #expect(texts == ["-7.5 7.5"])
                case .decimal(_, 2): #expect(texts == ["-7.50 7.50"])
                default: #expect(texts == ["-7.500 7.500"])
                }
            }
        }
    }

    @Test("what a double is written as becomes the same double again", arguments: Backend.available)
    func exponents(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .real)
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 1e16), (2, 0.00001), (3, -1.5e300), (4, 0.1), (5, 5e-324)")
            let same: SQL = "SELECT a IN (1e16, 0.00001, -1.5e300, 0.1, 5e-324) FROM t"
            let before = try await test.values(same)
            try await test.migrate { AlterTable("t") { ChangeColumn("a").type(.text) } }
            try await test.down()
            #expect(try await test.values(same) == before)
            test.forget()
            try await test.migrate { AlterTable("t") { ChangeColumn("a").type(.text) } }
            try await test.run("DELETE FROM t")
            let words = ["1e", "e5", "1e+", "1e++5", "1e5e5", "1e999", "1e-999", "1.5e3x", "abc", ""]
            for (id, word) in words.enumerated() { try await test.run("INSERT INTO t VALUES (\(id), '\(word)')") }
            let error = try await test.refusal { AlterTable("t") { ChangeColumn("a").type(.real) } }
            #expect(error.measured.map(\.rows) == [Int64(words.count)])
        }
    }

    @Test(
        "a retype that says nothing of the default leaves the one that somebody has set, or dropped",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func liveDefaults() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("changed", .integer).default(3)
                    Column("dropped", .integer).default(3).nullable()
                    Column("added", .integer).nullable()
                    Column("kept", .integer).default(3)
                    Column("price", .decimal(10, 2)).default("1.50")
                    Column("word", .text).default("7")
                }
            }
            try await test.run(
                "ALTER TABLE t ALTER changed SET DEFAULT 99, ALTER dropped DROP DEFAULT, ALTER added SET DEFAULT 4, "
                    + "ALTER word SET DEFAULT '8'")
            try await test.migrate {
                AlterTable("t") {
                    ChangeColumn("changed").type(.bigint)
                    ChangeColumn("dropped").type(.bigint)
                    ChangeColumn("added").type(.text)
                    ChangeColumn("kept").type(.bigint)
                    ChangeColumn("price").type(.decimal(12, 3))
                    ChangeColumn("word").type(.varchar(9))
                }
            }
            try await test.run("INSERT INTO t (id) VALUES (1)")
            let row = "concat_ws(' ', changed, coalesce(dropped, 0), added, kept, price, word)"
            #expect(try await test.texts("SELECT \(trusted: row) FROM t") == ["99 0 4 3 1.500 8"])
            #expect(try await test.drift().count == 4)
            try await test.migrate { AlterTable("t") { ChangeColumn("changed").type(.integer).default(5) } }
            try await test.run("INSERT INTO t (id) VALUES (2)")
            #expect(try await test.values("SELECT changed FROM t WHERE id = 2") == [[5]])
        }
    }

    @Test("a way back that lacks its expression asks for it by its name", arguments: Backend.available)
    func wayBackNamesUndo(_ backend: Backend) async throws {
        for (old, new) in [(ColumnType.text, ColumnType.bytes), (.interval, .text)] {
            try await backend.withCase { test in
                try await test.migrate {
                    CreateTable("t") {
                        Column("id", .bigint).primaryKey()
                        Column("a", old)
                    }
                }
                try await test.migrate { AlterTable("t") { ChangeColumn("a").type(new) } }
                let remedy = try await test.refusalDown().lowering?.remedy ?? ""
                #expect(remedy.contains("undo: native(") && remedy.contains("repair") && !remedy.contains("using:"))
            }
        }
    }
}
