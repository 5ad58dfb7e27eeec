import Migrator
import TestSupport
import Testing

@Suite("Columns become required")
struct RequireColumnTests {
    @Test("case 34: a column becomes required while rows hold NULL", arguments: Backend.available)
    func case34HoldsNulls(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("people") {
                    Column("id", .bigint).primaryKey()
                    Column("name", .text).nullable()
                }
            }
            try await test.run("INSERT INTO people VALUES (1, 'Ann'), (2, NULL), (3, NULL)")
            let error = try await test.refusal { AlterTable("people") { ChangeColumn("name").required() } }
            #expect(error.measured.map(\.hazard.kind) == [.holdsNulls])
            #expect(error.measured.map(\.hazard.table) == ["people"])
            #expect(error.measured.map(\.hazard.column) == ["name"])
            #expect(error.measured.map(\.rows) == [2])
            #expect(error.remedy?.description.contains(".required(filling:") == true)

            try await test.migrate { AlterTable("people") { ChangeColumn("name").required(filling: "nobody") } }
            #expect(try await test.rows("people", "id", "name") == [["1", "Ann"], ["2", "nobody"], ["3", "nobody"]])
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO people VALUES (4, NULL)") }
            #expect(try await test.drift().isEmpty)
            // A name that is "nobody" may have been NULL before. The database no longer shows which ones were.
            let back = try await test.refusalDown()
            #expect(back.measured.map(\.examples) == [["id 2, name nobody", "id 3, name nobody"]])
            try await test.down(allowsDataLoss: true)
            try await test.run("INSERT INTO people VALUES (4, NULL)")
        }
    }

    @Test("case 34: filled and retyped at once, in either order", arguments: Backend.available)
    func case34FilledAndRetyped(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("people") {
                    Column("id", .bigint).primaryKey()
                    Column("age", .text).nullable()
                    Column("is_old", .integer).nullable()
                }
            }
            try await test.run("INSERT INTO people VALUES (1, '12', 1), (2, NULL, NULL)")
            try await test.migrate {
                AlterTable("people") {
                    ChangeColumn("age").type(.integer).required(filling: 7)
                    ChangeColumn("is_old").required(filling: true).type(.boolean)
                }
            }
            #expect(
                try await test.rows("people", "id", "age", "is_old") == [["1", "12", "true"], ["2", "7", "true"]])
            #expect(try await test.drift().isEmpty)
        }
    }
}
