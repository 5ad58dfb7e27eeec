import Migrator
import TestSupport
import Testing

@Suite("D. Tables and keys")
struct CaseDTests {
    @Test("case 46: everything follows a renamed table", arguments: Backend.available)
    func case46RenameTable(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("p") {
                    Column("id", .bigint).identity().primaryKey()
                    Column("above", .bigint).nullable().references("p", onDelete: .cascade)
                    Column("name", .text).default("")
                    Index("name")
                }
                CreateTable("c") { Column("p", .bigint).references("p", onDelete: .cascade) }
            }
            try await test.run(
                """
                CREATE VIEW v AS SELECT id FROM p; INSERT INTO p (above) VALUES (NULL), (1); INSERT INTO c VALUES (2);
                \(Self.trigger(backend))
                """)
            switch backend {
            // As another program may have left it: references would then keep the old name.
            case .sqlite: try await test.run("PRAGMA legacy_alter_table = ON; PRAGMA foreign_keys = OFF")
            case .postgresql: break
            }
            try await test.migrate { RenameTable("p", to: "q") }
            #expect(try await test.drift().allSatisfy { $0.hasSuffix("exists only in the database") })
            #expect(try test.schema["c"]?.foreignKeys.map(\.parent) == ["q"])
            switch backend {
            case .sqlite: try await test.run("PRAGMA foreign_keys = ON")
            case .postgresql: break
            }
            try await test.run("INSERT INTO q (above) VALUES (2)")
            #expect(
                try await test.rows("q", "id", "above", "name") == [
                    ["1", nil, ""], ["2", "1", ""], ["3", "2", "seen"],
                ])
            #expect(try await test.query("SELECT id FROM v ORDER BY id") == [[1], [2], [3]])
            try await test.run("DELETE FROM q WHERE id = 1")
            #expect(try await test.rows("c", "p").isEmpty)
        }
    }

    /// A new row is marked as seen.
    private static func trigger(_ backend: Backend) -> String {
        backend.words(
            sqlite: """
                CREATE TRIGGER mark AFTER INSERT ON p BEGIN UPDATE p SET name = 'seen' WHERE id = new.id; END
                """,
            postgresql: """
                CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN new.name = 'seen'; RETURN new; END $$;
                CREATE TRIGGER mark BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION mark()
                """)
    }

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

    @Test("case 50: names that only one database could tell apart")
    func case50CaseOnly() throws {
        let error = #expect(throws: HistoryError.self) {
            try History {
                Migration("1") {
                    CreateTable("users") { Column("id", .bigint).primaryKey() }
                    CreateTable("Users") { Column("id", .bigint).primaryKey() }
                }
            }
        }
        guard case .impossible("1", .nameTaken("Users", by: _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let columns = #expect(throws: HistoryError.self) {
            try History {
                Migration("1") {
                    CreateTable("users") {
                        Column("name", .text)
                        Column("Name", .text)
                    }
                }
            }
        }
        #expect(columns == .impossible("1", .columnExists("Name", table: "users")))
    }

    @Test(
        "case 50: a name that PostgreSQL would cut is refused; a derived one is made to fit",
        arguments: Backend.available)
    func case50LongNames(_ backend: Backend) async throws {
        let long = String(repeating: "a", count: 60)
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable(long) {
                    Column("created_at", .timestamp).nullable()
                    Column("created_by", .text).nullable()
                    Index("created_at")
                    Index("created_by")
                }
            }
            let names = try test.schema.tables.flatMap(\.indexes).map(\.name)
            #expect(Set(names).count == 2 && names.allSatisfy { $0.utf8.count <= 63 })
            #expect(try await test.drift().isEmpty)
            let tooLong = AlterTable(long) { AddIndex("created_at").named(long + "_idx") }
            switch backend {
            case .sqlite: try await test.migrate { tooLong }
            case .postgresql:
                let error = try await test.refusal { tooLong }
                #expect(error.lowering?.place == long + "_idx")
            }
        }
    }

    @Test("case 50: reserved, quoted and mixed-case names live through everything", arguments: Backend.available)
    func case50OddNames(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("Order \"x\"") {
                    Column("select", .bigint).primaryKey()
                    Column("Größe", .text).nullable()
                    Column("it's", .text).nullable()
                    Index("Größe", "it's")
                }
                CreateTable("group") { Column("from", .bigint).references("Order \"x\"", "select") }
            }
            try await test.run(#"INSERT INTO "Order ""x""" VALUES (1, 'g', 'i'); INSERT INTO "group" VALUES (1)"#)
            try await test.migrate {
                AlterTable("Order \"x\"") {
                    RenameColumn("it's", to: "Where")
                    ChangeColumn("Größe").type(.varchar(5)).required(filling: "")
                    AddColumn("to", .integer).default(1)
                }
                RenameTable("group", to: "table")
            }
            #expect(try await test.rows("Order \"x\"", "select", "Größe", "Where", "to") == [["1", "g", "i", "1"]])
            #expect(try await test.rows("table", "from") == [["1"]])
            #expect(try await test.drift().isEmpty)
        }
    }

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
            // A number of one's own choice is taken as it is.
            try await test.run("INSERT INTO u (number) VALUES (4)")
            #expect(try await test.rows("u", "number") == [["4"], ["6"]])
            #expect(try await test.drift().isEmpty)
        }
    }
}
