import Dialects
import Migrator
import TestSupport
import Testing

/// Tests undeclared objects that depend on a table: they stay as they are, or the migration is refused and names them.
@Suite("What hangs on a table from outside")
struct DependentTests {
    private static var parents: CreateTable {
        CreateTable("parents") {
            Column("id", .bigint).primaryKey()
            Column("code", .text).unique()
            Column("note", .text).nullable()
        }
    }

    @Test(
        "a table that others refer to is not dropped, not even by the way back",
        arguments: Backend.available, ForeignKey.Action.allCases)
    func droppedTable(_ backend: Backend, _ action: ForeignKey.Action) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.parents }
            try await test.run(
                """
                CREATE TABLE orders (id integer, parent bigint DEFAULT 7 REFERENCES parents (id) ON DELETE \(action.rawValue));
                INSERT INTO parents VALUES (1, 'a', NULL), (7, 'b', NULL); INSERT INTO orders VALUES (1, 1), (2, 1)
                """)
            let rows = try await test.values("SELECT * FROM orders ORDER BY id")
            let error = try await test.refusal { DropTable("parents") }
            #expect(error.lowering?.reason.contains("table orders (2 rows)") == true, "\(error)")
            let back = try await test.refusalDown()
            #expect(back.lowering?.reason.contains("table orders (2 rows)") == true, "\(back)")
            // The consent covers only the loss of the table's own rows.
            await #expect(throws: MigratorError.self) { try await test.down(allowsDataLoss: true) }
            #expect(try await test.values("SELECT * FROM orders ORDER BY id") == rows)
            try await test.run("DROP TABLE orders")
            try await test.down(allowsDataLoss: true)
        }
    }

    @Test("nor one beside a rebuild, which switches foreign keys off", arguments: Backend.available)
    func droppedBesideRebuild(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                Self.parents
                CreateTable("other") { Column("a", .text) }
            }
            try await test.run(
                "CREATE TABLE orders (parent bigint REFERENCES parents ON DELETE SET NULL); INSERT INTO orders VALUES (NULL)"
            )
            let error = try await test.refusal {
                AlterTable("other") { ChangeColumn("a").nullable() }
                DropTable("parents")
            }
            #expect(error.lowering?.reason.contains("table orders (1 row)") == true, "\(error)")
        }
    }

    @Test("a view or a trigger that reads a dropped table or view is named", arguments: Backend.available)
    func droppedReaders(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                Self.parents
                CreateTable("other") { Column("a", .text) }
                CreateView("codes", as: "SELECT code FROM parents")
            }
            try await test.run("CREATE VIEW handmade AS SELECT * FROM codes")
            let view = try await test.refusal { DropView("codes") }
            #expect(view.lowering?.reason.contains("view handmade") == true, "\(view)")
            try await test.run("DROP VIEW handmade; CREATE VIEW handmade AS SELECT id FROM parents")
            let table = try await test.refusal {
                DropView("codes")
                DropTable("parents")
            }
            #expect(table.lowering?.reason.contains("view handmade") == true, "\(table)")
            try await test.run("DROP VIEW handmade")
            switch backend {
            case .postgresql: break
            case .sqlite:
                try await test.run(
                    "CREATE TRIGGER watch AFTER INSERT ON other BEGIN INSERT INTO parents VALUES (1, new.a, NULL); END")
                let error = try await test.refusal {
                    DropView("codes")
                    DropTable("parents")
                }
                #expect(error.lowering?.reason.contains("trigger watch") == true, "\(error)")
            }
        }
    }

    @Test("a key that others refer to keeps its columns, its type and its values", arguments: Backend.available)
    func referredKey(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.parents }
            try await test.run(
                """
                CREATE TABLE orders (code text REFERENCES parents (code) ON DELETE CASCADE ON UPDATE CASCADE);
                INSERT INTO parents VALUES (1, '7', NULL); INSERT INTO orders VALUES ('7')
                """)
            let attempts: [AlterTable] = [
                AlterTable("parents") { DropUnique("parents_code_key") },
                AlterTable("parents") {
                    DropUnique("parents_code_key")
                    DropColumn("code")
                },
                AlterTable("parents") { ChangeColumn("code").type(.integer) },
                AlterTable("parents") { ChangeColumn("code").type(.text, using: "upper(code)") },
                AlterTable("parents") {
                    RenameColumn("code", to: "word")
                    ChangeColumn("word").type(.integer)
                },
            ]
            for attempt in attempts {
                let error = try await test.refusal { attempt }
                #expect(error.lowering?.reason.contains("table orders (1 row)") == true, "\(error)")
            }
            // Changes that do not affect the key are allowed.
            try await test.migrate(allowsDataLoss: true) {
                AlterTable("parents") {
                    ChangeColumn("note").type(.integer)
                    RenameColumn("code", to: "word")
                }
            }
            #expect(try await test.values("SELECT code FROM orders") == [["7"]])
            try await test.run("DELETE FROM parents")
            #expect(try await test.values("SELECT code FROM orders").isEmpty)
        }
    }

    @Test("a value that is filled in sets off no trigger", arguments: Backend.available)
    func fillingSetsOffNothing(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.parents }
            try await test.run("CREATE TABLE log (what text); INSERT INTO parents VALUES (1, 'a', NULL)")
            switch backend {
            case .sqlite:
                try await test.run(
                    "CREATE TRIGGER watch AFTER UPDATE ON parents BEGIN INSERT INTO log VALUES ('update'); END")
            case .postgresql:
                try await test.run(
                    """
                    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO log VALUES (TG_OP); RETURN NULL; END $$;
                    CREATE TRIGGER watch BEFORE UPDATE ON parents FOR EACH ROW EXECUTE FUNCTION note();
                    CREATE TRIGGER always AFTER UPDATE ON parents FOR EACH ROW EXECUTE FUNCTION note();
                    CREATE TRIGGER never AFTER UPDATE ON parents FOR EACH ROW EXECUTE FUNCTION note();
                    ALTER TABLE parents ENABLE ALWAYS TRIGGER always; ALTER TABLE parents DISABLE TRIGGER never
                    """)
            }
            try await test.migrate { AlterTable("parents") { ChangeColumn("note").required(filling: "none") } }
            #expect(try await test.rows("parents", "id", "note") == [["1", "none"]])
            #expect(try await test.values("SELECT * FROM log").isEmpty)
            switch backend {
            case .sqlite: break
            case .postgresql:
                let states = try await test.values(
                    "SELECT tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname")
                #expect(states == [["always", "A"], ["never", "D"], ["watch", "O"]])
                try await test.run("DROP TRIGGER watch ON parents")
            }
            try await test.run("UPDATE parents SET note = 'x'")
            #expect(try await test.values("SELECT * FROM log").count == 1)
        }
    }

    @Test(
        "PostgreSQL: whatever hangs on a column that is retyped or dropped is named before anything is touched",
        arguments: [
            ("materialized view totals", "CREATE MATERIALIZED VIEW totals AS SELECT note FROM parents"),
            ("view elsewhere.seen", "CREATE SCHEMA elsewhere; CREATE VIEW elsewhere.seen AS SELECT note FROM parents"),
            ("policy mine", "CREATE POLICY mine ON parents USING (note = 'x')"),
            ("rule keep", "CREATE RULE keep AS ON DELETE TO parents WHERE old.note = 'x' DO INSTEAD NOTHING"),
            ("generated column shout", "ALTER TABLE parents ADD shout text GENERATED ALWAYS AS (upper(note)) STORED"),
            (
                "function notes()",
                "CREATE FUNCTION notes() RETURNS text LANGUAGE SQL BEGIN ATOMIC SELECT max(note) FROM parents; END"
            ),
            (
                "view handmade, which hangs on it",
                "CREATE VIEW handmade AS SELECT note FROM parents; CREATE MATERIALIZED VIEW deep AS SELECT * FROM handmade"
            ),
            ("table heirs", "CREATE TABLE heirs () INHERITS (parents)"),
            ("publication news", "CREATE PUBLICATION news FOR TABLE parents (id, note)"),
        ])
    func postgresqlDependents(_ name: String, _ script: String) async throws {
        try await onPostgreSQL { test in
            try await test.migrate { Self.parents }
            try await test.run("INSERT INTO parents VALUES (1, 'a', '7')")
            try await test.run(script)
            var attempts = [AlterTable("parents") { DropColumn("note") }]
            // A publication's column list refers to columns by name, so their types may change.
            if !name.hasPrefix("publication") {
                attempts.append(AlterTable("parents") { ChangeColumn("note").type(.integer) })
            }
            for attempt in attempts {
                let error = try await test.refusal { attempt }
                let reason = try #require(error.lowering?.reason, "\(error)")
                #expect(name.hasPrefix("view handmade") ? !reason.isEmpty : reason.contains(name), "\(reason)")
            }
        }
    }

    @Test("PostgreSQL: what would go along with a column or a table without a word is named as well")
    func postgresqlCompanions() async throws {
        try await onPostgreSQL { test in
            try await test.migrate { Self.parents }
            try await test.run("CREATE STATISTICS facts ON code, note FROM parents")
            let column = try await test.refusal { AlterTable("parents") { DropColumn("note") } }
            #expect(column.lowering?.reason.contains("statistics object facts") == true, "\(column)")
            try await test.run(
                """
                CREATE SEQUENCE numbers OWNED BY parents.note; CREATE PUBLICATION news FOR TABLE parents;
                CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.orders (id bigint REFERENCES parents)
                """)
            let table = try await test.refusal { DropTable("parents") }
            #expect(table.lowering?.reason.contains("sequence numbers") == true, "\(table)")
            #expect(table.lowering?.reason.contains("publication news") == true, "\(table)")
            #expect(table.lowering?.reason.contains("table elsewhere.orders (0 rows)") == true, "\(table)")
            // The table's own indexes, triggers, policies, rules and statistics are dropped with it, and the refusal names them.
            try await test.run(
                "DROP SCHEMA elsewhere CASCADE; DROP SEQUENCE numbers; DROP PUBLICATION news; CREATE POLICY p ON parents USING (note = 'x')"
            )
            let own = try await test.refusal { DropTable("parents") }
            #expect(own.isDataLoss)
            #expect(own.measured.map(\.hazard.kind) == [.losesObjects])
            #expect(own.measured.first?.examples.contains("statistics object facts") == true, "\(own)")
            try await test.migrate(allowsDataLoss: true) { DropTable("parents") }
        }
    }

    @Test("a trigger or an index that goes with its table goes by consent", arguments: Backend.available)
    func droppedParts(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.parents }
            try await test.run("CREATE INDEX by_hand ON parents (note)")
            let error = try await test.refusal { DropTable("parents") }
            #expect(error.measured.map(\.hazard.kind) == [.losesObjects])
            #expect(error.measured.map(\.examples) == [["index by_hand"]])
            #expect(try await test.preview { DropTable("parents") }.hazards == error.measured)
            try await test.migrate(allowsDataLoss: true) { DropTable("parents") }
        }
    }

    @Test("the dry run names what hangs on a table as well", arguments: Backend.available)
    func dryRun(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.parents }
            try await test.run(
                "CREATE TABLE orders (parent bigint REFERENCES parents (id)); INSERT INTO orders VALUES (NULL)")
            let error = try await test.refusal { DropTable("parents") }
            let preview = try await test.preview { DropTable("parents") }
            #expect(preview.refusals.map(\.reason) == [try #require(error.lowering?.reason)])
        }
    }

    @Test("PostgreSQL: a column that is made anew keeps its comment and its grants")
    func recomputedColumn() async throws {
        try await onPostgreSQL { test in
            try await test.migrate { Self.parents }
            try await test.run("COMMENT ON COLUMN parents.note IS 'it''s'; GRANT SELECT (note) ON parents TO PUBLIC")
            try await test.migrate { AlterTable("parents") { ChangeColumn("note").generated("upper(code)") } }
            let words = try await test.values(
                """
                SELECT col_description(attrelid, attnum), attacl IS NOT NULL FROM pg_attribute
                WHERE attrelid = 'parents'::regclass AND attname = 'note'
                """)
            #expect(words == [["it's", .boolean(true)]])
        }
    }

    @Test("PostgreSQL: a column that is renamed and computed at once keeps its comment and grants under its new name")
    func renamedRecomputedColumn() async throws {
        try await onPostgreSQL { test in
            try await test.migrate { Self.parents }
            try await test.run("COMMENT ON COLUMN parents.note IS 'it''s'; GRANT SELECT (note) ON parents TO PUBLIC")
            try await test.migrate {
                AlterTable("parents") {
                    RenameColumn("note", to: "Note 2")
                    ChangeColumn("Note 2").generated("upper(code)")
                }
            }
            let words = try await test.values(
                """
                SELECT attname, col_description(attrelid, attnum), attacl IS NOT NULL FROM pg_attribute
                WHERE attrelid = 'parents'::regclass AND attnum > 2 AND NOT attisdropped
                """)
            #expect(words == [["Note 2", "it's", .boolean(true)]])
        }
    }

    @Test("PostgreSQL: a rule would make something else of a value that is filled in")
    func postgresqlRule() async throws {
        try await onPostgreSQL { test in
            try await test.migrate { Self.parents }
            try await test.run("CREATE RULE keep AS ON UPDATE TO parents DO INSTEAD NOTHING")
            let error = try await test.refusal {
                AlterTable("parents") { ChangeColumn("note").required(filling: "none") }
            }
            #expect(error.lowering?.reason.contains("rule keep") == true, "\(error)")
        }
    }

    @Test(
        "PostgreSQL: rows of a table that refers to this one are counted for a refusal only, and not where that fails",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func uncounted() async throws {
        try await Backend.postgresql.withURL { url in
            let database = try Database(url)
            var test = CaseDatabase(backend: .postgresql, database: database)
            try await test.migrate { Self.parents }
            try await test.run("CREATE TABLE orders (parent bigint REFERENCES parents)")
            let other = try connect(to: url)
            defer { other.close() }
            try other.begin()
            try other.executeScript("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
            try await test.migrate { AlterTable("parents") { AddColumn("more", .text).nullable() } }
            let error = try await test.refusal { DropTable("parents") }
            #expect(error.lowering?.reason.hasSuffix("table orders") == true, "\(error)")
            try other.rollback()
            let counted = try await test.refusal { DropTable("parents") }
            #expect(counted.lowering?.reason.contains("table orders (0 rows)") == true, "\(counted)")
            await database.close()
        }
    }

    private func onPostgreSQL(_ body: (inout CaseDatabase) async throws -> Void) async throws {
        guard Backend.available.contains(.postgresql) else { return }
        try await Backend.postgresql.withCase(body)
    }
}
