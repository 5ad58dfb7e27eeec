import Migrator
import TestSupport
import Testing

/// Tests that `type(…, using:)` reads the table's names and values as they were before the alteration.
@Suite("Renames and computed retypes in one alteration")
struct RetypeUsingTests {
    private func withTable(
        _ backend: Backend, _ body: (inout CaseDatabase) async throws -> Void
    ) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .text)
                    Column("b", .text)
                    Column("c", .text).nullable()
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 'one', 'two', NULL), (2, 'un', 'deux', 'c')")
            try await body(&test)
        }
    }

    @Test("names are those from before, whichever verb stands first", arguments: Backend.available, [true, false])
    func eitherOrder(_ backend: Backend, _ renamesFirst: Bool) async throws {
        try await withTable(backend) { test in
            if renamesFirst {
                try await test.migrate {
                    AlterTable("t") {
                        RenameColumn("a", to: "x")
                        ChangeColumn("x").type(.varchar(20), using: "a || '-' || b")
                    }
                }
            } else {
                try await test.migrate {
                    AlterTable("t") {
                        ChangeColumn("a").type(.varchar(20), using: "a || '-' || b")
                        RenameColumn("a", to: "x")
                    }
                }
            }
            #expect(try await test.rows("t", "id", "x", "b") == [["1", "one-two", "two"], ["2", "un-deux", "deux"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("names that swap mean the columns that had them", arguments: Backend.available)
    func swapped(_ backend: Backend) async throws {
        try await withTable(backend) { test in
            try await test.migrate {
                AlterTable("t") {
                    RenameColumn("a", to: "b")
                    RenameColumn("b", to: "a")
                    ChangeColumn("a").type(.varchar(30), using: "\"a\" || '+' || b")
                    ChangeColumn("b").type(.varchar(30), using: "upper(a) || b")
                }
            }
            // The column `a` was `b` before. Each column is computed from the columns before the alteration.
            #expect(
                try await test.rows("t", "id", "a", "b") == [["1", "one+two", "ONEtwo"], ["2", "un+deux", "UNdeux"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("several are computed from the same rows, and what goes is read before it goes", arguments: Backend.available)
    func severalAndDropped(_ backend: Backend) async throws {
        try await withTable(backend) { test in
            try await test.run(
                backend.words(
                    sqlite: "SELECT 1",
                    postgresql: """
                        CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'touched'; END $$;
                        CREATE TRIGGER no BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION no()
                        """))
            try await test.migrate(allowsDataLoss: true) {
                AlterTable("t") {
                    ChangeColumn("a").type(.integer, using: "length(a)")
                    ChangeColumn("b").type(.text, using: "b || a")
                    ChangeColumn("b").type(.varchar(40), using: "b || '/' || a")
                    DropColumn("a")
                    ChangeColumn("c").type(.text, using: "coalesce(c, 'none') || a")
                    RenameColumn("c", to: "a")
                }
            }
            #expect(
                try await test.rows("t", "id", "a", "b") == [["1", "noneone", "two/one"], ["2", "cun", "deux/un"]])
            #expect(try await test.drift().filter { !$0.contains("no") }.isEmpty)
        }
    }

    @Test("the way back is written in the same names, also where they swap", arguments: Backend.available)
    func wayBack(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .bigint)
                    Column("b", .bigint)
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 3, 10)")
            try await test.migrate {
                AlterTable("t") {
                    ChangeColumn("a").type(.integer, using: "a + b", undo: "a - b")
                    RenameColumn("a", to: "b")
                    RenameColumn("b", to: "a")
                }
            }
            #expect(try await test.rows("t", "id", "a", "b") == [["1", "10", "13"]])
            try await test.down()
            #expect(try await test.values("SELECT id, a, b FROM t") == [[1, 3, 10]])
        }
    }

    @Test(
        "a value for NULLs is put in afterwards, and is not what another one is computed from",
        arguments: Backend.available)
    func filling(_ backend: Backend) async throws {
        try await withTable(backend) { test in
            try await test.migrate {
                AlterTable("t") {
                    ChangeColumn("c").required(filling: "filled")
                    ChangeColumn("b").type(.varchar(40), using: "b || coalesce(c, '?')")
                }
            }
            #expect(try await test.rows("t", "id", "b", "c") == [["1", "two?", "filled"], ["2", "deuxc", "c"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("a type, a collation and a string that read like a column are none", arguments: Backend.available)
    func wordsThatAreNoColumns(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("text", .text)
                    Column("length", .bigint)
                    Check("\"length\" >= 0").named("length_check")
                    Check("length(\"text\") < 9 AND CAST(\"length\" AS text) <> 'text'").named("both")
                }
            }
            try await test.run("INSERT INTO t VALUES ('ab', 2)")
            try await test.migrate {
                AlterTable("t") {
                    DropCheck("length_check")
                    DropCheck("both")
                    RenameColumn("text", to: "words")
                    RenameColumn("length", to: "size")
                    ChangeColumn("size").type(.text, using: "CAST(\"length\" AS text) || 'length' || \"text\"")
                    Add(Check("length(words) < 9 AND CAST(size AS text) <> 'text'").named("both"))
                }
            }
            #expect(try await test.rows("t", "words", "size") == [["ab", "2lengthab"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("what is no column before the alteration is refused, with the name that it had")
    func unknownNames() throws {
        func objection(_ using: SQLExpression) -> SchemaError? {
            var table = Table(name: "t")
            table.columns = [Column("a", .text), Column("b", .text)]
            let changes: [Change] = [
                .renameColumn("a", to: "x"), .addColumn(Column("n", .text), filling: "n"),
                .changeColumn("x", [.type(.varchar(9), using: using)]),
            ]
            do throws(SchemaError) {
                _ = try Schema(tables: [table]).applying(.alterTable("t", changes))
                return nil
            } catch { return error }
        }
        #expect(objection("a || b") == nil)
        #expect(objection("CASE WHEN a IS NULL THEN 'x' ELSE CAST(b AS varchar(3)) END") == nil)
        #expect(objection("x || b")?.description.contains("called a") == true)
        #expect(objection("\"x\" || b")?.description.contains("called a") == true)
        #expect(objection("n") != nil)
        #expect(objection("missing || a")?.description.contains("missing") == true)
        #expect(objection(.native(sqlite: "x || b", postgresql: "x || b"))?.description.contains("called a") == true)
        #expect(objection(.native(sqlite: "printf('%s', a)", postgresql: "format('%s', a)::text")) == nil)
    }
}
