import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Checks and keys through a rebuild")
struct RebuildKeepsChecksTests {
    @Test("case 17: unnamed checks and inline uniques still hold, as do keys", arguments: Backend.available, [1, 2])
    func case17Constraints(_ backend: Backend, _ rebuilds: Int) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .text)
                    Column("size", .integer).check("size > 0")
                    Column("email", .text).unique()
                    Column("kind", .text).oneOf("a", "it's")
                    Unique("kind", "size")
                    Check("size < 100 OR kind = 'a'")
                }
            }
            try await test.run("INSERT INTO t VALUES (1, '1', 1, 'x', 'a')")
            try await test.rebuild(times: rebuilds)
            for (row, kind) in [
                ("1, '2', 2, 'y', 'a'", DatabaseError.Kind.unique), ("2, '2', 0, 'y', 'a'", .check),
                ("2, '2', 2, 'x', 'a'", .unique), ("2, '2', 2, 'y', 'b'", .check), ("2, '2', 1, 'y', 'a'", .unique),
                ("2, '2', 100, 'y', 'it''s'", .check), ("2, NULL, 2, 'y', 'a'", .notNull),
            ] {
                let error = await #expect(throws: DatabaseError.self) {
                    try await test.run("INSERT INTO t VALUES (\(row))")
                }
                #expect(error?.kind == kind, "\(row)")
            }
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 17: an undeclared check, unique or column inside the table is named, not lost")
    func case17Undeclared() async throws {
        for (line, name) in [
            ("CHECK (n <> 'x')", "constraint"), ("UNIQUE (n)", "constraint"), ("extra TEXT", "column extra"),
        ] {
            try await Backend.sqlite.withCase { test in
                try await test.createTableAndLog()
                let definition = "id INTEGER PRIMARY KEY, n TEXT NOT NULL, note TEXT, \(line)"
                try await test.run("DROP TABLE t; CREATE TABLE t (\(definition)) STRICT")
                let error = try await test.refusal { AlterTable("t") { ChangeColumn("n").type(.integer) } }
                #expect(error.description.contains(name))
            }
        }
    }
}
