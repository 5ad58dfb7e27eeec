import Migrator
import TestSupport
import Testing

@Suite("Counting columns")
struct CountingColumnTests {
    @Test("case 51: a counting column goes on counting through every alteration", arguments: Backend.available)
    func case51Identity(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .integer).identity().primaryKey()
                    Column("a", .text).default("1")
                }
            }
            try await test.run("INSERT INTO t (a) VALUES ('1'), ('2'), ('3'); DELETE FROM t WHERE id > 1")
            try await test.migrate { AlterTable("t") { ChangeColumn("a").type(.integer).default(1) } }
            try await test.run("INSERT INTO t DEFAULT VALUES")
            try await test.migrate { AlterTable("t") { ChangeColumn("id").type(.bigint) } }
            try await test.run("INSERT INTO t DEFAULT VALUES; DELETE FROM t")
            try await test.migrate {
                AlterTable("t") { RenameColumn("id", to: "number") }
                RenameTable("t", to: "u")
            }
            try await test.migrate { AlterTable("u") { ChangeColumn("a").type(.text).default("1") } }
            try await test.run("INSERT INTO u DEFAULT VALUES")
            #expect(try await test.rows("u", "number", "a") == [["6", "1"]])
            // A number that the statement gives itself is stored as it is.
            try await test.run("INSERT INTO u (number) VALUES (4)")
            #expect(try await test.rows("u", "number") == [["4"], ["6"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test(
        "a serial column that was adopted as an identity is retyped and dropped with its sequence",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func serial() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .integer).identity().primaryKey()
                    Column("number", .integer).identity()
                }
            }
            try await test.run("DROP TABLE t; CREATE TABLE t (id serial PRIMARY KEY, number serial NOT NULL)")
            #expect(try await test.drift().isEmpty)
            try await test.migrate { AlterTable("t") { ChangeColumn("id").type(.bigint) } }
            #expect(try await test.drift().isEmpty)
            try await test.run("SELECT setval('t_id_seq', 2147483647); INSERT INTO t DEFAULT VALUES")
            #expect(try await test.rows("t", "id", "number") == [["2147483648", "1"]])
            try await test.run("DELETE FROM t; SELECT setval('t_id_seq', 5)")
            try await test.down()
            test.forget()
            let type = try await test.texts("SELECT data_type::text FROM pg_sequences WHERE sequencename = 't_id_seq'")
            #expect(type == ["integer"])
            try await test.migrate { AlterTable("t") { DropColumn("number") } }
            try await test.migrate { DropTable("t") }
            #expect(try await test.texts("SELECT sequencename::text FROM pg_sequences") == [])
        }
    }

    @Test(
        "a sequence that a column owns and does not count by is named before it goes, and so is one that others use",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason),
        arguments: [
            "CREATE SEQUENCE mine OWNED BY t.id", "CREATE TABLE other (id int DEFAULT nextval('mine'))",
        ])
    func ownedSequence(_ script: String) async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate { CreateTable("t") { Column("id", .integer).identity().primaryKey() } }
            if script.contains("nextval") {
                try await test.run(
                    """
                    CREATE SEQUENCE mine; DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('mine'));
                    ALTER SEQUENCE mine OWNED BY t.id
                    """)
            }
            try await test.run(script)
            let error = try await test.refusal { DropTable("t") }
            #expect(error.lowering?.reason.contains("sequence mine") == true, "\(error)")
        }
    }

    @Test(
        "a counter beyond the column's new type goes on behind the rows, and is kept otherwise",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason),
        arguments: [("Id", 3_000_000_000, 8), ("Id", 9, 10), ("counter", 3_000_000_000, 8), ("next", 3_000_000_000, 8)]
            as [(String, Int64, Int64)])
    func shorterCounter(_ name: String, _ last: Int64, _ next: Int64) async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate { CreateTable("T x") { Column(name, .integer).identity().primaryKey() } }
            try await test.migrate { AlterTable("T x") { ChangeColumn(name).type(.bigint) } }
            try await test.run(
                #"INSERT INTO "T x" VALUES (7); SELECT setval(pg_get_serial_sequence('"T x"', '\#(name)'), \#(last))"#)
            try await test.down()
            #expect(try await test.drift().isEmpty)
            #expect(
                try await test.value("INSERT INTO \"T x\" DEFAULT VALUES RETURNING \(identifier: name)")
                    == .integer(next))
        }
    }

    /// An insert of default values would leave one row, and make one where there was none.
    @Test("a table of which no column stays keeps the number of its rows", arguments: Backend.available, [0, 3])
    func wholeTableReplaced(_ backend: Backend, count: Int) async throws {
        for name in ["id", "rowid"] {
            try await backend.withCase { test in
                try await test.migrate { CreateTable("t") { Column("a", .text) } }
                for _ in 0..<count { try await test.run("INSERT INTO t VALUES ('x')") }
                try await test.migrate(allowsDataLoss: true) {
                    AlterTable("t") {
                        AddColumn(name, .bigint).identity().primaryKey()
                        DropColumn("a", undoFilling: "y")
                    }
                }
                #expect(try await test.count("t") == Int64(count))
                #expect(try await test.drift().isEmpty)
                try await test.down(allowsDataLoss: true)
                #expect(try await test.values("SELECT a FROM t") == Array(repeating: ["y"], count: count))
            }
        }
    }

    @Test("columns that replace all others get their default, or NULL", arguments: Backend.available)
    func allColumnsReplaced(_ backend: Backend) async throws {
        for value in [Value.null, "it's"] {
            var column = Column("rowid", .text)
            column.isNullable = value == .null
            column.default = value == .null ? nil : "it's"
            let added = column
            try await backend.withCase { test in
                try await test.migrate { CreateTable("t") { Column("a", .text).nullable() } }
                try await test.run("INSERT INTO t VALUES ('x'), (NULL)")
                // SQLite rebuilds the table for the check.
                try await test.migrate(
                    [
                        .alterTable(
                            "t",
                            [
                                .addColumn(added, filling: nil), .dropColumn("a", undoFilling: nil),
                                .addCheck(Check("length(\"rowid\") > 0")),
                            ])
                    ], allowsDataLoss: true)
                #expect(try await test.values("SELECT \"rowid\" FROM t") == [[value], [value]])
            }
        }
    }
}
