import Migrator
import TestSupport
import Testing

@Suite("Keys that rows repeat")
struct RepeatedKeyTests {
    @Test("case 48: a narrower key over rows that repeat is refused, with one of them", arguments: Backend.available)
    func case48Duplicates(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("a", .bigint)
                    Column("b", .text)
                    PrimaryKey("a", "b")
                }
            }
            try await test.run("INSERT INTO t VALUES (1, 'x'), (1, 'y'), (2, 'x'), (3, 'z')")
            let narrow = AlterTable("t") {
                DropPrimaryKey()
                Add(PrimaryKey("a"))
            }
            let error = try await test.refusal { narrow }
            #expect(error.measured.map(\.hazard.kind) == [.repeats])
            #expect(error.measured.map(\.hazard.table) == ["t"])
            #expect(error.measured.map(\.hazard.keys) == [["\"a\""]])
            #expect(error.measured.map(\.rows) == [2])
            #expect(error.measured.map(\.examples) == [["1"]])
            try await test.run("DELETE FROM t WHERE b = 'y'")
            try await test.migrate { narrow }
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO t VALUES (3, 'w')") }
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 48: the same for unique keys and indexes, where NULL repeats nothing", arguments: Backend.available)
    func case48Unique(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .text).nullable()
                    Column("b", .text).nullable()
                    Column("active", .boolean).default(true)
                }
            }
            try await test.run(
                "INSERT INTO t (id, a, b) VALUES (1, 'x', 'y'), (2, 'x', 'y'), (3, 'x', NULL), (4, 'x', NULL), (5, 'X', 'y')"
            )
            let repeats: [(any ChangeVerb, rows: Int64, example: String)] = [
                (Add(Unique("a", "b")), 2, "x, y"), (AddIndex("a").unique(), 4, "x"),
                (AddIndex(.expression("lower(a)"), .ascending("b")).named("folded").unique(), 3, "x, y"),
                (AddIndex("b").unique().where("active"), 3, "y"),
            ]
            for (verb, rows, example) in repeats {
                let error = try await test.refusal { Self.alter(verb) }
                #expect(error.measured.map(\.rows) == [rows])
                #expect(error.measured.map(\.examples) == [[example]])
            }
            try await test.run("UPDATE t SET active = false WHERE id IN (1, 2)")
            try await test.migrate { AlterTable("t") { AddIndex("b").unique().where("active") } }
            #expect(try await test.drift().isEmpty)
        }
    }

    private static func alter(_ verb: any ChangeVerb) -> AlterTable { AlterTable("t") { verb } }
}
