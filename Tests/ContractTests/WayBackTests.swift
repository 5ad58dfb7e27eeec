import Dialects
import TestSupport
import Testing

@testable import Migrator

/// Tests which values undoing an alteration can restore, and the report about the others.
@Suite("The way back")
struct WayBackTests {
    private static var table: CreateTable {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            Column("a", .text).nullable()
        }
    }

    @Test("values that were computed come back only by consent, counted and shown", arguments: Backend.available)
    func computedValues(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            try await test.run("INSERT INTO t VALUES (1, 'x'), (2, 'yy'), (3, NULL)")
            try await test.migrate {
                AlterTable("t") {
                    ChangeColumn("a").type(.integer, using: "length(a)")
                    RenameColumn("a", to: "letters")
                }
            }
            let error = try await test.refusalDown()
            #expect(error.isDataLoss)
            #expect(error.measured.map(\.hazard.kind) == [.notUndone])
            #expect(error.measured.map(\.hazard.column) == ["letters"])
            // A value that is NULL now may have been another one before.
            #expect(error.measured.map(\.rows) == [3])
            #expect(error.measured.map(\.examples) == [["id 1, letters 1", "id 2, letters 2", "id 3, letters NULL"]])
            try await test.down(allowsDataLoss: true)
            #expect(try await test.values("SELECT a FROM t ORDER BY id") == [["1"], ["2"], [nil]])
        }
    }

    @Test(
        "a required column that was dropped comes back with the value that the drop names", arguments: Backend.available
    )
    func undoFilling(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("state", .text)
                    Column("rank", .integer)
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 'sent', 3)")
            try await test.migrate(allowsDataLoss: true) {
                AlterTable("t") {
                    DropColumn("state", undoFilling: "draft")
                    ChangeColumn("rank").type(.bigint).nullable(undoFilling: 0)
                }
            }
            try await test.run("INSERT INTO t VALUES (2, NULL)")
            try await test.down(allowsDataLoss: true)
            test.forget()
            #expect(try await test.rows("t", "id", "state", "rank") == [["1", "draft", "3"], ["2", "draft", "0"]])
            #expect(try await test.drift() == [])
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO t (id, rank) VALUES (3, 1)") }
        }
    }

    @Test("a refused way back says what to write in the migration that it undoes", arguments: Backend.available)
    func advice(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("gone", .text)
                    Column("free", .text)
                    Column("n", .integer)
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 'x', 'y', 3)")
            let cases: [(AlterTable, then: String, words: [String])] = [
                (
                    AlterTable("t") { DropColumn("gone") }, "UPDATE t SET n = n",
                    ["DropColumn(…, undoFilling: …), and record the edited migration"]
                ),
                (
                    AlterTable("t") { ChangeColumn("free").nullable() }, "UPDATE t SET free = NULL",
                    ["1 row holds NULL", ".nullable(undoFilling: …)"]
                ),
                (
                    AlterTable("t") { ChangeColumn("n").type(.bigint) }, "UPDATE t SET n = 3000000000",
                    ["1 row holds a value", ".type(…, undo: …)"]
                ),
            ]
            for (change, script, words) in cases {
                try await test.migrate(allowsDataLoss: true) { change }
                try await test.run(script)
                let error = try await test.refusalDown()
                let text = "\(error.description); \(error.remedy.map { "\($0)" } ?? "")"
                for word in words { #expect(text.contains(word), "\(text)") }
            }
        }
    }

    @Test("what the way back would fill in is checked when the change is declared")
    func undoFillingFits() throws {
        let table = Table("t") {
            Column("id", .bigint).identity().primaryKey()
            Column("rank", .integer)
            Column("twice", .integer).nullable().generated("rank * 2")
        }
        let before = Schema(tables: [table])
        let wrong: [Change] = [
            .dropColumn("rank", undoFilling: "high"), .dropColumn("twice", undoFilling: 2),
            .changeColumn("rank", [.nullable(true, filling: "high")]),
            .changeColumn("rank", [.type(.text), .nullable(true, filling: "high")]),
        ]
        for change in wrong {
            let error = #expect(throws: SchemaError.self) { try before.applying(.alterTable("t", [change])) }
            #expect(error.map { "\($0)".contains("undoFilling") } == true, "\(change)")
        }
    }

    @Test("values are computed also where the type stays", arguments: Backend.available)
    func sameType(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            try await test.run("INSERT INTO t VALUES (1, 'x'), (2, NULL); CREATE VIEW shown AS SELECT a FROM t")
            try await test.migrate { AlterTable("t") { ChangeColumn("a").type(.text, using: "upper(a)") } }
            #expect(
                try await test.values("SELECT a FROM shown ORDER BY a")
                    == (backend == .sqlite ? [[nil], ["X"]] : [["X"], [nil]]))
            #expect(try await test.refusalDown().measured.map(\.rows) == [2])
        }
    }

    @Test("an undo computes the old values again, without a question", arguments: Backend.available)
    func undo(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("euros", .integer)
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 3), (2, -4)")
            try await test.migrate {
                AlterTable("t") {
                    ChangeColumn("euros").type(.bigint, using: "euros * 100", undo: "euros / 100")
                    RenameColumn("euros", to: "cents")
                }
            }
            #expect(try await test.rows("t", "id", "cents") == [["1", "300"], ["2", "-400"]])
            try await test.down()
            #expect(try await test.values("SELECT euros FROM t ORDER BY id") == [[3], [-4]])
        }
    }

    @Test("a migration without an undo has the checksum that it always had")
    func checksum() throws {
        let facet = Facet.type(.integer, using: "length(a)")
        let text = CanonicalOperations.self
        let plain = text.text(of: [.alterTable("t", [.changeColumn("a", [facet])])])
        #expect(
            plain
                == #"[{"alter_table":"t","changes":[{"change_column":"a","facets":[{"type":"integer","using":"length(a)"}]}]}]"#
        )
        let undone = Facet.type(.integer, using: "length(a)", undo: "'x'")
        let operations: [SchemaOperation] = [.alterTable("t", [.changeColumn("a", [undone])])]
        #expect(try text.operations(in: text.text(of: operations)) == operations)
    }

    @Test("texts that were written in many ways come back in one, and only by consent", arguments: Backend.available)
    func spellings(_ backend: Backend) async throws {
        let types: [(ColumnType, String)] = [
            (.integer, "'007'"), (.numeric, "'1.50'"), (.boolean, "'yes'"), (.timestamp, "'2024-01-15 10:00'"),
            (.uuid, "'123E4567-E89B-42D3-A456-426614174000'"), (.time, "'10:00:00.500'"),
        ]
        for (type, text) in types {
            try await backend.withCase { test in
                try await test.migrate { Self.table }
                try await test.run("INSERT INTO t VALUES (1, \(text)), (2, NULL)")
                try await test.migrate { AlterTable("t") { ChangeColumn("a").type(type) } }
                let error = try await test.refusalDown()
                #expect(error.measured.map(\.hazard.kind) == [.notUndone], "\(type)")
                #expect(error.measured.map(\.rows) == [1], "\(type)")
                try await test.down(allowsDataLoss: true)
            }
        }
    }

    @Test("JSON is what jsonb makes of it, and SQLite's text as it was", arguments: Backend.available)
    func json(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            try await test.run(#"INSERT INTO t VALUES (1, '{"b":1,  "a":2}')"#)
            try await test.migrate { AlterTable("t") { ChangeColumn("a").type(.json) } }
            switch backend {
            case .sqlite:
                try await test.down()
                #expect(try await test.values("SELECT a FROM t") == [[.text(#"{"b":1,  "a":2}"#)]])
            case .postgresql: #expect(try await test.refusalDown().measured.map(\.rows) == [1])
            }
        }
    }

    @Test("NULLs that became JSON are counted, although PostgreSQL can't compare JSON", arguments: Backend.available)
    func filledJSON(_ backend: Backend) async throws {
        for type in [ColumnType.json, .jsonText, .native(sqlite: "TEXT", postgresql: "xml")] {
            try await backend.withCase { test in
                try await test.migrate {
                    CreateTable("t") {
                        Column("id", .bigint).primaryKey()
                        Column("a", type).nullable()
                    }
                }
                try await test.run("INSERT INTO t VALUES (1, NULL), (2, '[1]')")
                try await test.migrate { AlterTable("t") { ChangeColumn("a").required(filling: "[]") } }
                let error = try await test.refusalDown()
                #expect(error.measured.map(\.hazard.kind) == [.notUndone], "\(type)")
                // Where nothing compares the values, each may have been NULL.
                let isCompared = backend == .sqlite || type == .json || type == .jsonText
                #expect(error.measured.map(\.rows) == [isCompared ? 1 : 2], "\(type)")
                if isCompared { #expect(error.measured.map(\.examples) == [["id 1, a []"]], "\(type)") }
            }
        }
    }

    @Test("what comes back exactly asks nothing", arguments: Backend.available)
    func exact(_ backend: Backend) async throws {
        let pairs: [(ColumnType, ColumnType, String)] = [
            (.integer, .bigint, "7"), (.integer, .text, "7"), (.text, .varchar(5), "'a'"),
            (.text, .date, "'2024-01-15'"),
            (.timestamp, .datetime, "'2024-01-15T10:00:00.000001Z'"), (.boolean, .integer, "true"),
            (.uuid, .text, "'123e4567-e89b-42d3-a456-426614174000'"), (.decimal(10, 2), .decimal(10, 0), "'20.00'"),
            (.date, .timestamp, "'2024-01-15'"), (.integer, .boolean, "1"), (.decimal(6, 2), .text, "'1.50'"),
        ]
        for (old, new, value) in pairs {
            try await backend.withCase { test in
                try await test.migrate {
                    CreateTable("t") {
                        Column("id", .bigint).primaryKey()
                        Column("v", old)
                    }
                }
                try await test.run("INSERT INTO t VALUES (1, \(value))")
                let before = try await test.values("SELECT v FROM t")
                try await test.migrate { AlterTable("t") { ChangeColumn("v").type(new) } }
                try await test.down()
                #expect(try await test.values("SELECT v FROM t") == before, "\(old) to \(new)")
            }
        }
    }

    @Test("the columns that follow a key are counted as well", arguments: Backend.available)
    func followers(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("p") { Column("id", .text).primaryKey() }
                CreateTable("c") { Column("p", .text).nullable().references("p") }
            }
            try await test.run("INSERT INTO p VALUES ('007'), ('8'); INSERT INTO c VALUES ('007'), (NULL)")
            try await test.migrate { AlterTable("p") { ChangeColumn("id").type(.integer) } }
            let error = try await test.refusalDown()
            #expect(error.measured.map(\.hazard.table) == ["p", "c"])
            #expect(error.measured.map(\.rows) == [2, 1])
        }
    }
}
