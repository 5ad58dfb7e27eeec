import TestSupport
import Testing

@testable import Migrator

@Suite("Migrations that were edited after they were applied")
struct EditedMigrationTests {
    private static let applied = Migration("1") {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            Column("n", .text).nullable()
            Column("m", .text).nullable()
        }
        RunSQL("INSERT INTO t VALUES (1, 'a', 'b')", undo: .nothing)
    }

    @Test("case 64: other Swift that makes the same operations is no edit", arguments: Backend.available)
    func case64Same(_ backend: Backend) async throws {
        let same = Migration("1") {
            // The edits are a comment, a loop and another order of declarations.
            CreateTable("t") {
                PrimaryKey("id")
                Column("id", .bigint)
                for name in ["n", "m"] { Column(name, .text).nullable() }
            }
            RunSQL(.sql("INSERT INTO t" + " VALUES (1, 'a', 'b')"), undo: .nothing)
        }
        try await backend.withDatabase { database in
            try await database.migrator([Self.applied]).up()
            #expect(try await database.migrator([same]).status().lines.map(\.state) == [.applied])
            #expect(try await database.migrator([same]).up().steps.isEmpty)
        }
    }

    @Test("case 64: line ends, blanks, comments and capitals of a script are no edit", arguments: Backend.available)
    func case64Layout(_ backend: Backend) async throws {
        let same = [
            "INSERT INTO t\r\nVALUES (1, 'a', 'b')\r\n", "  insert into T  values (\t1,   'a', 'b' ) -- both\n",
            "/* the first */ INSERT INTO t VALUES (1, 'a', 'b')\n\n",
        ]
        try await backend.withDatabase { database in
            try await database.migrator([Self.applied]).up()
            for script in same {
                let migrator = try database.migrator([Self.inserting(script)])
                #expect(try await migrator.status().position == .current, "\(script)")
                #expect(try await migrator.repair() == RepairReport())
            }
            // Inside of a text, line ends are part of the value that a row gets.
            let other = "INSERT INTO t VALUES (1, 'a\r\n', 'b')"
            let migrator = try database.migrator([Self.inserting(other)])
            #expect(try await migrator.status().position.code == "changed")
        }
    }

    private static func inserting(_ script: String) -> Migration {
        let run = SchemaOperation.run(Script(.sql(script), undo: .nothing))
        return Migration(id: "1", operations: [applied.operations[0], run])
    }

    @Test("case 64: of another operation or script it is said what differs", arguments: Backend.available)
    func case64Edited(_ backend: Backend) async throws {
        let column = Migration("1") {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("n", .text).nullable()
                Column("m", .varchar(9)).nullable()
            }
            RunSQL("INSERT INTO t VALUES (1, 'a', 'b')", undo: .nothing)
        }
        let script = Migration("1") {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("n", .text).nullable()
                Column("m", .text).nullable()
            }
            RunSQL("INSERT INTO t VALUES (2, 'a', 'b')", undo: .nothing)
        }
        try await backend.withDatabase { database in
            try await database.migrator([Self.applied]).up()
            let saying =
                "operation 2 differs: RunSQL was “…into t values (1, 'a', 'b')”, is “…into t values (2, 'a', 'b')”"
            for (edited, words) in [(column, "t.m: text here, varchar(9) in the declaration"), (script, saying)] {
                let migrator = try database.migrator([edited])
                #expect(try await migrator.status().lines.map(\.state) == [.changed])
                let error = try await #require(throws: MigratorError.self) { try await migrator.up() }
                #expect(error.code == "changed" && error.description.contains(words), "\(error)")
            }
        }
    }
}
