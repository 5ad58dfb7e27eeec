import Dialects
import Migrator
import TestSupport
import Testing

/// A table with a text that becomes a number: SQLite must rebuild it for that.
enum CaseB {
    static let table = Migration("1-table") {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            Column("n", .text)
            Column("note", .text).nullable()
        }
        CreateTable("log") { Column("entry", .text) }
    }
    static let retype = Migration("2-retype") { AlterTable("t") { ChangeColumn("n").type(.integer) } }
    static let back = Migration("3-back") { AlterTable("t") { ChangeColumn("n").type(.text) } }
}

@Suite("Cases B: triggers and views around a rebuild")
struct CaseBTriggersAndViewsTests {
    @Test("case 12: undeclared triggers stay as they were, fire, and did not fire meanwhile")
    func case12SQLite() async throws {
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(CaseB.table)
            try await database.byHand(
                """
                INSERT INTO t VALUES (1, '1', NULL), (2, '2', NULL);
                CREATE TRIGGER "Audit n" AFTER UPDATE OF n ON T
                    WHEN new.n <> old.n -- only real changes
                BEGIN
                    INSERT INTO log VALUES ('n; ' || new.n);
                END;
                CREATE TRIGGER born AFTER INSERT ON main."t" BEGIN INSERT INTO log VALUES ('born'); END;
                CREATE TRIGGER gone BEFORE DELETE ON [t] BEGIN INSERT INTO log VALUES ('gone'); END;
                CREATE TRIGGER elsewhere AFTER INSERT ON log WHEN new.entry = 'touch'
                BEGIN UPDATE t SET note = 'touched'; END;
                """)
            let before = try await database.sqliteObjects().filter { $0.key.hasPrefix("trigger") }
            #expect(before.count == 4)
            try await database.migrate(CaseB.table, CaseB.retype)
            #expect(try await database.sqliteObjects().filter { $0.key.hasPrefix("trigger") } == before)
            #expect(try await database.count("log") == 0)
            try await database.byHand(
                """
                UPDATE t SET n = 7 WHERE id = 1; UPDATE t SET n = 2 WHERE id = 2; INSERT INTO t VALUES (3, 3, NULL);
                DELETE FROM t WHERE id = 3; INSERT INTO log VALUES ('touch')
                """)
            #expect(
                try await database.texts("SELECT entry FROM log ORDER BY rowid") == ["n; 7", "born", "gone", "touch"])
            #expect(try await database.query("SELECT DISTINCT note FROM t") == [["touched"]])
        }
    }

    @Test(
        "case 12: PostgreSQL retypes a column that a trigger watches, and the trigger stays",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func case12PostgreSQL() async throws {
        try await Backend.postgresql.withDatabase { database in
            try await database.migrate(CaseB.table)
            try await database.byHand(
                """
                INSERT INTO t VALUES (1, '1', NULL), (2, '2', NULL);
                CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN INSERT INTO log VALUES (TG_NAME || ' ' || new.n); RETURN NULL; END $$;
                CREATE TRIGGER watches AFTER UPDATE OF n ON t FOR EACH ROW WHEN (new.n IS DISTINCT FROM old.n)
                EXECUTE FUNCTION audit();
                CREATE TRIGGER "Silent one" AFTER UPDATE OF n ON t FOR EACH ROW EXECUTE FUNCTION audit();
                ALTER TABLE t DISABLE TRIGGER "Silent one";
                COMMENT ON TRIGGER watches ON t IS 'it''s watching';
                CREATE TRIGGER beside AFTER UPDATE OF note ON t FOR EACH ROW EXECUTE FUNCTION audit();
                """)
            let triggers: SQL = """
                SELECT tgname, tgenabled::text, pg_get_triggerdef(oid), obj_description(oid, 'pg_trigger')
                FROM pg_trigger WHERE tgrelid = 't'::regclass AND NOT tgisinternal ORDER BY tgname
                """
            let before = try await database.query(triggers)
            #expect(before.count == 3)
            try await database.migrate(CaseB.table, CaseB.retype)
            #expect(try await database.query(triggers) == before)
            #expect(try await database.count("log") == 0)
            try await database.byHand("UPDATE t SET n = 7 WHERE id = 1; UPDATE t SET n = 2 WHERE id = 2")
            #expect(try await database.texts("SELECT entry FROM log") == ["watches 7"])
        }
    }

    @Test("case 14: SQLite's views, views on views and their triggers stay, byte for byte", arguments: [1, 2])
    func case14SQLite(_ rebuilds: Int) async throws {
        let views = Migration("1-views") {
            CreateView("declared", as: "SELECT id, n FROM t WHERE n IS NOT NULL")
        }
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(CaseB.table, views)
            try await database.byHand(
                """
                INSERT INTO t VALUES (1, '1', NULL);
                CREATE VIEW v AS
                    SELECT id, n AS number -- by hand
                    FROM T;
                CREATE VIEW "view of a view" AS SELECT number FROM v JOIN declared USING (id);
                CREATE TRIGGER writes INSTEAD OF INSERT ON V BEGIN INSERT INTO t VALUES (new.id, new.number, 'by v'); END;
                """)
            let before = try await database.sqliteObjects().filter { !$0.key.hasPrefix("table") }
            try await database.migrator(Array([CaseB.table, views, CaseB.retype, CaseB.back].prefix(2 + rebuilds))).up()
            #expect(try await database.sqliteObjects().filter { !$0.key.hasPrefix("table") } == before)
            try await database.byHand("INSERT INTO v (id, number) VALUES (2, 22)")
            #expect(try await database.texts(#"SELECT number FROM "view of a view" ORDER BY 1"#) == ["1", "22"])
            #expect(try await database.texts("SELECT note FROM t WHERE id = 2") == ["by v"])
        }
    }

    @Test("case 14: a view that is broken already does not stop a rebuild of another table")
    func case14BrokenView() async throws {
        try await Backend.sqlite.withDatabase { database in
            try await database.migrate(CaseB.table)
            try await database.byHand(
                "CREATE VIEW broken AS SELECT * FROM nowhere; INSERT INTO t VALUES (1, '1', NULL)")
            try await database.migrate(CaseB.table, CaseB.retype)
            #expect(try await database.query("SELECT n FROM t") == [[1]])
            #expect(try await database.sqliteObjects()["view broken"] == "CREATE VIEW broken AS SELECT * FROM nowhere")
        }
    }

    @Test(
        "case 14: PostgreSQL's views come back with their triggers, grants, comments and options",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func case14PostgreSQL() async throws {
        let views = Migration("1-views") {
            CreateView("declared", as: "SELECT id, n FROM t WHERE n IS NOT NULL")
            CreateView("beside", as: "SELECT entry FROM log")
        }
        try await Backend.postgresql.withDatabase { database in
            try await database.migrate(CaseB.table, views)
            try await database.byHand(
                """
                INSERT INTO t VALUES (1, '1', NULL);
                CREATE VIEW v WITH (security_barrier = true) AS SELECT id, n AS number FROM t;
                CREATE VIEW "view of a view" AS SELECT v.number FROM v JOIN declared USING (id);
                CREATE VIEW over AS SELECT id FROM declared;
                CREATE FUNCTION writes() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN INSERT INTO t VALUES (new.id, new.number, 'by v'); RETURN new; END $$;
                CREATE TRIGGER writes INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION writes();
                GRANT SELECT ON v TO PUBLIC; GRANT SELECT (number) ON "view of a view" TO PUBLIC;
                GRANT SELECT ON declared, over TO PUBLIC; COMMENT ON VIEW declared IS 'ours';
                ALTER VIEW declared SET (security_barrier = true);
                """)
            let catalog: SQL = """
                SELECT relname, relacl::text, reloptions::text, obj_description(c.oid, 'pg_class'),
                    pg_get_triggerdef(g.oid), (SELECT string_agg(attacl::text, ',') FROM pg_attribute WHERE attrelid = c.oid)
                FROM pg_class c LEFT JOIN pg_trigger g ON g.tgrelid = c.oid
                WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace ORDER BY relname
                """
            let before = try await database.query(catalog)
            #expect(before.count == 5)
            try await database.migrate(CaseB.table, views, CaseB.retype)
            #expect(try await database.query(catalog) == before)
            try await database.byHand("INSERT INTO v (id, number) VALUES (2, 22)")
            #expect(try await database.query(#"SELECT number FROM "view of a view" ORDER BY 1"#) == [[1], [22]])
            #expect(try await database.texts("SELECT note FROM t WHERE id = 2") == ["by v"])
            #expect(try await database.query("SELECT id FROM over ORDER BY 1") == [[1], [2]])
        }
    }

    @Test("case 14: what hangs on a column that follows its parent's type comes back too", arguments: Backend.available)
    func case14Followers(_ backend: Backend) async throws {
        let first = Migration("1-family") {
            CreateTable("p") { Column("id", .text).primaryKey() }
            CreateTable("c") {
                Column("id", .bigint).primaryKey()
                Column("pid", .text).references("p", onDelete: .cascade)
            }
            CreateView("declared", as: "SELECT pid FROM c")
        }
        let second = Migration("2-retype") { AlterTable("p") { ChangeColumn("id").type(.bigint) } }
        try await backend.withDatabase { database in
            try await database.migrate(first)
            try await database.byHand("INSERT INTO p VALUES ('1'); INSERT INTO c VALUES (1, '1')")
            try await database.byHand("CREATE VIEW by_hand AS SELECT id, pid FROM c")
            switch backend {
            case .sqlite:
                try await database.byHand(
                    "CREATE TRIGGER watch AFTER UPDATE OF pid ON C BEGIN DELETE FROM c WHERE id = 99; END")
            case .postgresql:
                try await database.byHand(
                    """
                    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                    CREATE TRIGGER watch AFTER UPDATE OF pid ON c FOR EACH ROW EXECUTE FUNCTION nothing()
                    """)
            }
            let before = try await database.withConnection { connection in
                try connection.dialect.surroundings(of: Schema(), on: connection).objects.filter { $0.kind == .trigger }
            }
            #expect(before.map(\.name) == ["watch"])
            try await database.migrate(first, second)
            let after = try await database.withConnection { connection in
                try connection.dialect.surroundings(of: Schema(), on: connection).objects.filter { $0.kind == .trigger }
            }
            #expect(after == before)
            #expect(
                try await database.query("SELECT pid FROM by_hand UNION ALL SELECT pid FROM declared") == [[1], [1]])
        }
    }
}
