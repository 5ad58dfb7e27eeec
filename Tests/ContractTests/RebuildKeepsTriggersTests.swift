import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Triggers around a rebuild")
struct RebuildKeepsTriggersTests {
    @Test("case 12: undeclared triggers stay as they were, fire, and did not fire meanwhile")
    func case12SQLite() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.createTableAndLog()
            try await test.run(
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
            let before = try await test.sqliteObjects().filter { $0.key.hasPrefix("trigger") }
            #expect(before.count == 4)
            try await test.rebuild()
            #expect(try await test.sqliteObjects().filter { $0.key.hasPrefix("trigger") } == before)
            #expect(try await test.count("log") == 0)
            try await test.run(
                """
                UPDATE t SET n = 7 WHERE id = 1; UPDATE t SET n = 2 WHERE id = 2; INSERT INTO t VALUES (3, 3, NULL);
                DELETE FROM t WHERE id = 3; INSERT INTO log VALUES ('touch')
                """)
            #expect(
                try await test.texts("SELECT entry FROM log ORDER BY rowid") == ["n; 7", "born", "gone", "touch"])
            #expect(try await test.values("SELECT DISTINCT note FROM t") == [["touched"]])
        }
    }

    @Test(
        "case 12: PostgreSQL retypes a column that a trigger watches, and the trigger stays",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func case12PostgreSQL() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.createTableAndLog()
            try await test.run(
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
            let before = try await test.values(triggers)
            #expect(before.count == 3)
            try await test.rebuild()
            #expect(try await test.values(triggers) == before)
            #expect(try await test.count("log") == 0)
            try await test.run("UPDATE t SET n = 7 WHERE id = 1; UPDATE t SET n = 2 WHERE id = 2")
            #expect(try await test.texts("SELECT entry FROM log") == ["watches 7"])
        }
    }

    @Test(
        "PostgreSQL retypes a column that a trigger watches and fills another one at once, and no trigger fires",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func retypeAndFill() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.createTableAndLog()
            try await test.run(
                """
                INSERT INTO t VALUES (1, '1', NULL);
                CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN INSERT INTO log VALUES (TG_NAME); RETURN NULL; END $$;
                CREATE TRIGGER watches AFTER UPDATE OF n ON t FOR EACH ROW EXECUTE FUNCTION audit();
                CREATE TRIGGER beside AFTER UPDATE OF note ON t FOR EACH ROW EXECUTE FUNCTION audit();
                """)
            try await test.migrate {
                AlterTable("t") {
                    ChangeColumn("n").type(.integer)
                    ChangeColumn("note").required(filling: "none")
                }
            }
            #expect(try await test.rows("t", "id", "n", "note") == [["1", "1", "none"]])
            #expect(try await test.count("log") == 0)
            try await test.run("UPDATE t SET n = 2, note = 'some'")
            #expect(try await test.texts("SELECT entry FROM log ORDER BY entry") == ["beside", "watches"])
        }
    }
}
