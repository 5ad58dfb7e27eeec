import Migrator
import TestSupport
import Testing

@Suite("Tables are renamed")
struct RenameTableTests {
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
            // Another program may have left these settings, with which references would keep the old name.
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
            #expect(try await test.values("SELECT id FROM v ORDER BY id") == [[1], [2], [3]])
            try await test.run("DELETE FROM q WHERE id = 1")
            #expect(try await test.rows("c", "p").isEmpty)
        }
    }

    @Test(
        "PostgreSQL: a function of a trigger that names the table in its text is found, unless a later script makes it again",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func namedInFunction() async throws {
        func function(_ table: String) -> SQLExpression {
            .native(
                sqlite: "",
                postgresql: """
                    CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN INSERT INTO \(table) (t) VALUES (new.id); RETURN NULL; END $$
                    """)
        }
        try await Backend.postgresql.withCase { test in
            try await test.migrate {
                CreateTable("t") { Column("id", .bigint).primaryKey() }
                CreateTable("c") { Column("t", .bigint) }
                CreateTable("d") { Column("c", .bigint) }
                RunSQL(function("c"), undo: .nothing)
                RunSQL(
                    .native(
                        sqlite: "",
                        postgresql: "CREATE TRIGGER noted AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note()"),
                    undo: .nothing)
            }
            let error = try await test.refusal { RenameTable("c", to: "children") }
            #expect(error.lowering?.reason.contains("trigger noted on t (note)") == true, "\(error)")
            let refusals = try await test.preview { RenameTable("c", to: "children") }.refusals
            #expect(refusals.map(\.place) == ["c"])
            try await test.migrate {
                RenameTable("d", to: "e")
                RenameTable("c", to: "children")
                RunSQL(function("children"), undo: .script(function("c")))
            }
            try await test.run("INSERT INTO t VALUES (1)")
            #expect(try await test.rows("children", "t") == [["1"]])
            #expect(try await test.drift().isEmpty)
            try await test.down()
            try await test.run("INSERT INTO t VALUES (2)")
            #expect(try await test.values("SELECT t FROM c ORDER BY t") == [[1], [2]])
        }
    }

    @Test(
        "PostgreSQL: a column in a trigger's function that has the table's name is none, and a table behind a comma is one",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func columnInFunction() async throws {
        func script(_ query: String) -> SQLExpression {
            .native(
                sqlite: "",
                postgresql: """
                    CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
                    DECLARE rec record;
                    BEGIN
                        INSERT INTO log (id, status) VALUES (new.id, 'x');
                        SELECT l.id, l.status INTO rec FROM \(query) WHERE l.id IS DISTINCT FROM l.id;
                        RAISE LOG '%', rec.status;
                        RETURN NULL;
                    END $$;
                    DROP TRIGGER IF EXISTS noted ON t;
                    CREATE TRIGGER noted AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note()
                    """)
        }
        try await Backend.postgresql.withCase { test in
            try await test.migrate {
                CreateTable("t") { Column("id", .bigint).primaryKey() }
                CreateTable("status") { Column("id", .bigint) }
                CreateTable("log") {
                    Column("id", .bigint)
                    Column("status", .text)
                }
                RunSQL(script("log AS l, status AS s"), undo: .nothing)
            }
            let error = try await test.refusal { RenameTable("status", to: "states") }
            #expect(error.lowering?.place == "status", "\(error)")
            try await test.migrate { RunSQL(script("log AS l, t"), undo: .nothing) }
            try await test.migrate { RenameTable("status", to: "states") }
            #expect(try await test.drift().isEmpty)
        }
    }

    /// Returns a trigger that marks a new row as seen.
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
}
