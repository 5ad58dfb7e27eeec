import Dialects
import Migrator
import TestSupport
import Testing

/// Tests portable text in migrations, whose meaning must stay the same while the table changes.
@Suite("Portable text in migrations")
struct PortableMigrationTests {
    private static var items: CreateTable {
        CreateTable("items") {
            Column("id", .bigint).primaryKey()
            Column("price", .integer).check("price < 100")
            Index("id").named("dear").where("price > 9")
        }
    }

    private static var cheap: CreateView {
        CreateView("cheap", as: "SELECT id, price FROM items WHERE price < 50 ORDER BY price, id")
    }

    @Test("a retype reads again what computes with the column", arguments: Backend.available)
    func retype(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                Self.items
                Self.cheap
            }
            try await test.run("INSERT INTO items VALUES (1, 9), (2, 30)")
            try await test.migrate { AlterTable("items") { ChangeColumn("price").type(.decimal(10, 2)) } }
            try await test.run("INSERT INTO items VALUES (3, '9.50'), (4, '99.99')")
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO items VALUES (5, '1000.00')") }
            let cheap = try await test.values("SELECT id FROM cheap").map { $0[0].integer }
            #expect(cheap == [1, 3, 2])
            #expect(try await test.drift().isEmpty)
            try await test.run("DELETE FROM items WHERE id > 2")
            try await test.down(allowsDataLoss: true)
            try await test.run("INSERT INTO items VALUES (3, 10)")
            let back = try await test.values("SELECT id FROM cheap").map { $0[0].integer }
            #expect(back == [1, 3, 2])
        }
    }

    @Test("a retype that leaves a check without a meaning is refused", arguments: Backend.available)
    func refusedRetype(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                Self.items
                Self.cheap
            }
            for type in [ColumnType.text, .numeric] {
                let error = try await test.refusal { AlterTable("items") { ChangeColumn("price").type(type) } }
                #expect(error.lowering?.description.contains("price") == true)
            }
        }
    }

    @Test("other tables with the same names in another case are no drift", arguments: Backend.available)
    func namesOfOthers(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("m") {
                    Column("Id", .integer).primaryKey()
                    Column("Version", .text)
                    Column("Title", .text)
                }
                CreateView("mv", as: "SELECT Id, Version, Title FROM m")
                CreateView("mvv", as: "SELECT Id, Title FROM mv")
            }
            #expect(try await test.drift().isEmpty)
            try await test.run("CREATE TABLE others (title text)")
            #expect(try await test.drift() == ["table others exists only in the database"])
        }
    }

    @Test(
        "a table's bare name is found in any case, and a column gets a name of another case",
        arguments: Backend.available)
    func namesOfAnyCase(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("Mixed") {
                    Column("id", .integer).primaryKey()
                    Column("aName", .text)
                }
                CreateView("mv", as: "SELECT Mixed.id, aName FROM Mixed")
                CreateView("Above", as: "SELECT id FROM mv")
                CreateView("top", as: "SELECT o.id FROM Above o")
            }
            try await test.run(#"INSERT INTO "Mixed" VALUES (1, 'x')"#)
            #expect(try await test.values("SELECT id FROM top") == [[1]])
            #expect(try await test.drift().isEmpty)
            try await test.migrate { AlterTable("Mixed") { RenameColumn("aName", to: "aname") } }
            #expect(try await test.values(#"SELECT "aName" FROM mv"#) == [["x"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("names are found as they were declared", arguments: Backend.available)
    func names(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("Orders") {
                    Column("id", .bigint).primaryKey()
                    Column("Total", .decimal(10, 2)).check("Total >= 0")
                    Column("user", .text).check("user <> ''")
                    Column("LineCount", .integer).generated("length(user) + 1")
                    Index(.expression("lower(user)")).named("by_user").unique().where("LineCount > 1")
                }
                CreateView("dear", as: "SELECT ID, Total FROM \"Orders\" WHERE Total > 20 ORDER BY Total DESC, ID")
            }
            try await test.run(
                "INSERT INTO \"Orders\" (id, \"Total\", \"user\") VALUES (1, '100.00', 'a'), (2, '1000.00', 'É'), (3, '20.00', 'é')"
            )
            let dear = try await test.values("SELECT id FROM dear").map { $0[0].integer }
            #expect(dear == [2, 1])
            await #expect(throws: DatabaseError.self) {
                try await test.run("INSERT INTO \"Orders\" (id, \"Total\", \"user\") VALUES (4, '1.00', 'A')")
            }
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("a star in a view is refused before anything is run", arguments: Backend.available)
    func star(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                Self.items
                Self.cheap
            }
            let error = try await test.refusal { CreateView("all_items", as: "SELECT * FROM items") }
            #expect(error.lowering?.remedy == #"write "id", "price""#)
        }
    }
}
