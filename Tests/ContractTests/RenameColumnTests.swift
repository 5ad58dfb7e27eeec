import Migrator
import TestSupport
import Testing

@Suite("Columns are renamed")
struct RenameColumnTests {
    @Test("case 25: what uses a renamed column follows", arguments: Backend.available)
    func case25DependantsFollow(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("items") {
                    Column("id", .bigint).identity().primaryKey()
                    Column("a", .text).unique().check("a <> 'a'")
                    Column("note", .text).default("a")
                    Index("note", "a")
                    Index("id").named("with_a").where("a <> 'none'")
                    Index(.expression("lower(\"a\")")).named("lower_a")
                }
                CreateTable("children") {
                    Column("id", .bigint).primaryKey()
                    Column("item_a", .text).references("items", "a")
                }
                CreateTable("log") { Column("text", .text) }
            }
            try await test.run("CREATE VIEW names AS SELECT id, a FROM items; \(Self.trigger(backend))")
            try await test.run("INSERT INTO items (a) VALUES ('x'); INSERT INTO children VALUES (1, 'x')")
            try await test.migrate { AlterTable("items") { RenameColumn("a", to: "b") } }

            let items = try #require(try test.schema["items"])
            #expect(items[column: "a"] == nil)
            #expect(items.indexes.allSatisfy { !$0.uses("a") })
            #expect(try test.schema["children"]?.foreignKeys.first?.parentColumns == ["b"])
            #expect(try await test.drift().allSatisfy { $0.hasSuffix("exists only in the database") })
            try await test.run("UPDATE items SET b = 'x' WHERE id = 1; INSERT INTO items (b) VALUES ('y')")
            #expect(try await test.rows("log", "text") == [["b changed"]])
            #expect(try await test.rows("items", "id", "b", "note") == [["1", "x", "a"], ["2", "y", "a"]])
            #expect(try await test.values("SELECT * FROM names WHERE id = 2") == [[2, "y"]])
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO items (b) VALUES ('a')") }
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO children VALUES (2, 'z')") }
        }
    }

    /// Returns a trigger that fires for column `a` only, and reads that column.
    private static func trigger(_ backend: Backend) -> String {
        backend.words(
            sqlite: """
                CREATE TRIGGER seen AFTER UPDATE OF a ON items WHEN new.a = old.a
                BEGIN INSERT INTO log VALUES ('b changed'); END
                """,
            postgresql: """
                CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO log VALUES ('b changed'); RETURN NULL; END $$;
                CREATE TRIGGER seen AFTER UPDATE OF a ON items FOR EACH ROW WHEN (new.a = old.a) EXECUTE FUNCTION seen()
                """)
    }

    @Test(
        "case 25: declared views that read the column follow, and show what they showed", arguments: Backend.available)
    func case25Views(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("items") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .text)
                }
                CreateView("names", as: "SELECT id, a FROM items")
                CreateView("long_names", as: "SELECT a FROM names WHERE length(a) > 9")
            }
            try await test.run("INSERT INTO items VALUES (1, 'longer than nine')")
            try await test.migrate { AlterTable("items") { RenameColumn("a", to: "b") } }
            #expect(try await test.values("SELECT a FROM long_names") == [["longer than nine"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 25: names swap in one go, with a rebuild and without", arguments: Backend.available)
    func case25Swap(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("pairs") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .text)
                    Column("b", .text)
                }
            }
            try await test.run("INSERT INTO pairs VALUES (1, 'was a', 'was b')")
            let swap = AlterTable("pairs") {
                RenameColumn("a", to: "c")
                RenameColumn("b", to: "a")
                RenameColumn("c", to: "b")
            }
            try await test.migrate { swap }
            #expect(try await test.rows("pairs", "id", "a", "b") == [["1", "was b", "was a"]])
            try await test.migrate {
                AlterTable("pairs") {
                    RenameColumn("a", to: "c")
                    RenameColumn("b", to: "a")
                    RenameColumn("c", to: "b")
                    ChangeColumn("a").type(.varchar(20))
                }
            }
            #expect(try await test.rows("pairs", "id", "a", "b") == [["1", "was a", "was b"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    /// Renaming a table or column does not change the names of its keys and indexes.
    @Test("case 27: facets stay, and names of keys and indexes too", arguments: Backend.available)
    func case27FacetsStay(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("p") {
                    Column("id", .bigint).primaryKey()
                    Column("code", .text).default("x").collated(.binary).unique()
                    Index("code", "id")
                }
            }
            try await test.migrate {
                AlterTable("p") { RenameColumn("code", to: "label") }
                RenameTable("p", to: "q")
            }
            let table = try #require(try test.schema["q"])
            let label = try #require(table[column: "label"])
            #expect(!label.isNullable && label.default == "x" && label.collation == .binary)
            #expect(table.primaryKey?.name == "p_pkey")
            #expect(table.uniques.map(\.name) == ["p_code_key"])
            #expect(table.indexes.map(\.name) == ["p_code_id_idx"])
            #expect(try await test.drift().isEmpty)
            try await test.run("INSERT INTO q (id) VALUES (1)")
            #expect(try await test.rows("q", "id", "label") == [["1", "x"]])
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO q VALUES (2, NULL)") }
            // The names are the same on both databases, so a drop by name works on both.
            try await test.migrate {
                AlterTable("q") {
                    DropIndex("p_code_id_idx")
                    DropUnique("p_code_key")
                }
            }
            #expect(try await test.drift().isEmpty)
        }
    }
}
