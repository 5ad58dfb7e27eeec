import TestSupport
import Testing

@testable import Dialects

@Suite("A script is cut as its database cuts it")
struct ScriptReaderTests {
    private func cut(_ text: String, _ lexicon: ScriptLexicon) -> [String] {
        ScriptReader.statements(of: text, lexicon).map(\.text)
    }

    @Test func blanksCommentsAndEmptyStatementsAreNone() {
        for lexicon in [ScriptLexicon.sqlite, .postgresql] {
            #expect(cut("", lexicon).isEmpty)
            #expect(cut(" ; -- a; b\n ;/* ; */ ;", lexicon).isEmpty)
            #expect(cut("SELECT 1;; SELECT ';', \";\" -- ;\n", lexicon) == ["SELECT 1", "SELECT ';', \";\""])
        }
    }

    @Test func aStatementKnowsWhereItIs() {
        let statements = ScriptReader.statements(of: "SELECT 1;\n\n -- x\n UPDATE t\nSET a = 1; COMMIT", .sqlite)
        #expect(statements.map(\.place) == ["statement 1 (line 1)", "statement 2 (line 4)", "statement 3 (line 5)"])
        #expect(statements.map { $0.word(0) } == ["SELECT", "UPDATE", "COMMIT"])
    }

    @Test func aTriggersBodyIsPartOfIt() {
        let trigger = """
            CREATE TEMP TRIGGER begin AFTER UPDATE ON t WHEN CASE new.a WHEN 1 THEN 1 ELSE 0 END BEGIN
                UPDATE t SET a = CASE WHEN a > 1 THEN 2 ELSE 3 END; -- END
                DELETE FROM end_of; SELECT ';END';
            END
            """
        #expect(cut("\(trigger); COMMIT", .sqlite) == [trigger, "COMMIT"])
        // Two triggers, and a text that only looks like one.
        #expect(cut("\(trigger);\(trigger); END", .sqlite) == [trigger, trigger, "END"])
        #expect(cut("CREATE TABLE trigger (a); BEGIN; END", .sqlite).count == 3)
    }

    @Test func aRoutinesAtomicBodyIsPartOfIt() {
        let routine = """
            CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC
                INSERT INTO t VALUES (CASE a WHEN 1 THEN CASE WHEN true THEN 2 END ELSE 3 END);
                SELECT a;
            END
            """
        #expect(cut("\(routine); COMMIT;", .postgresql) == [routine, "COMMIT"])
        let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; COMMIT; DELETE FROM b)"
        #expect(cut("\(rule); ROLLBACK", .postgresql) == [rule, "ROLLBACK"])
    }

    /// Parentheses count wherever they stand: one that closes behind the tokens that are kept of a statement ends it all the same.
    @Test func aLongStatementEndsAtItsSemicolon() {
        let insert = "INSERT INTO t VALUES (\((1...100).map(String.init).joined(separator: ", ")))"
        let table = "CREATE TABLE t (\((1...40).map { "c\($0) integer" }.joined(separator: ", ")))"
        let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (\(insert); DELETE FROM a)"
        for lexicon in [ScriptLexicon.sqlite, .postgresql] {
            for long in [insert, table, rule] { #expect(cut("\(long); COMMIT", lexicon) == [long, "COMMIT"]) }
        }
    }

    @Test func eachDatabaseHasItsOwnQuotesAndComments() {
        // Nested comments, dollar quotes and backslashes belong to PostgreSQL; brackets and backticks belong to SQLite.
        #expect(cut("/* /* */ COMMIT; */ SELECT 1", .postgresql) == ["SELECT 1"])
        #expect(cut("/* /* */ COMMIT; SELECT 1", .sqlite) == ["COMMIT", "SELECT 1"])
        #expect(cut("SELECT $$;$$, $a$ ; $$ ; $a$, $1; COMMIT", .postgresql).last == "COMMIT")
        #expect(cut("SELECT $$;$$, $a$ ; $$ ; $a$", .postgresql).count == 1)
        #expect(cut(#"SELECT E'\'; COMMIT; \\'; ABORT"#, .postgresql).last == "ABORT")
        #expect(cut(#"SELECT '\'; COMMIT; --'"#, .postgresql).last == "COMMIT")
        #expect(cut(#"SELECT e'\'; COMMIT; --'"#, .postgresql).count == 1)
        #expect(cut("SELECT a$b$; COMMIT; SELECT $b$", .postgresql)[1] == "COMMIT")
        #expect(cut("SELECT [;], `;`, \"\"\";\"; COMMIT", .sqlite).last == "COMMIT")
        #expect(cut("\u{FEFF}COMMIT", .sqlite).first == "COMMIT")
        #expect(cut("-- a\rCOMMIT", .postgresql) == ["COMMIT"])
        #expect(cut("-- a\rCOMMIT", .sqlite).isEmpty)
    }

    @Test func whatIsNeverClosedEndsWithTheText() {
        for text in ["SELECT '", "SELECT \"a", "/* a", "SELECT $a$ x", "SELECT E'\\", "SELECT [a", "SELECT E'"] {
            for lexicon in [ScriptLexicon.sqlite, .postgresql] { #expect(cut(text + "; COMMIT", lexicon).count <= 2) }
        }
    }

    /// The time to cut a script grows linearly with its length: twice the rows take twice the time.
    @Test func cuttingGrowsWithTheScript() {
        func time(_ rows: Int) -> Double {
            let text = String(repeating: "INSERT INTO t VALUES (1, 'abc', $$d$$);\n", count: rows)
            return processorSeconds { #expect(cut(text, .postgresql).count == rows) }
        }
        _ = time(1_000)
        let (small, large) = (time(10_000), time(40_000))
        #expect(large < small * 16)
    }
}

@Suite("What no migration can run is found without a database")
struct ScriptCheckTests {
    private func objection(_ check: ScriptCheck, _ text: String) -> LoweringError? {
        do throws(LoweringError) {
            try check.require(text, named: "RunSQL")
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            "BEGIN", "begin immediate", "COMMIT", "End", "COMMIT TRANSACTION", "ROLLBACK", "ROLLBACK TO a",
            "SAVEPOINT a", "RELEASE a", "/* x */ COMMIT", "VACUUM", "VACUUM INTO 'x'", "ATTACH 'a' AS b", "DETACH b",
            "PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys(0)", "PRAGMA main.journal_mode=WAL",
            "PRAGMA synchronous = 0", "PRAGMA wal_checkpoint", "PRAGMA busy_timeout = 1", "PRAGMA temp_store = 2",
            "PRAGMA hard_heap_limit = 1", "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA \"foreign_keys\" = OFF",
            "PRAGMA foreign_keys == OFF",
        ])
    func sqliteRefuses(_ statement: String) {
        for text in [statement, "SELECT 1;\n\(statement);", ";\n/* a */\(statement); SELECT 1"] {
            #expect(objection(.sqlite, text)?.remedy != nil, "\(text)")
        }
        #expect(objection(.sqlite, "SELECT 1;\n \(statement)")?.place == "RunSQL, statement 2 (line 2)")
        let long = "INSERT INTO t VALUES (\((1...100).map(String.init).joined(separator: ", ")))"
        #expect(objection(.sqlite, "\(long); \(statement)")?.remedy != nil)
    }

    @Test(
        arguments: [
            "SELECT 'x; COMMIT; '", "-- COMMIT\nSELECT 1", "/* ; COMMIT; */ SELECT 1", "SELECT \"commit\", [end]",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; END;",
            "REPLACE INTO t VALUES (1)", "EXPLAIN SELECT 1", "PRAGMA user_version = 7", "PRAGMA foreign_keys",
            "PRAGMA table_info(t)", "PRAGMA foreign_key_check(t)", "PRAGMA legacy_alter_table = ON", "PRAGMA optimize",
            "PRAGMA defer_foreign_keys = ON", "UPDATE \"begin\" SET a = 1", "WITH c AS (SELECT 1) SELECT * FROM c",
        ])
    func sqliteTakes(_ text: String) { #expect(objection(.sqlite, text) == nil) }

    @Test(
        arguments: [
            "BEGIN", "BEGIN ISOLATION LEVEL SERIALIZABLE", "START TRANSACTION", "COMMIT", "COMMIT WORK", "END",
            "COMMIT AND CHAIN", "ROLLBACK", "ROLLBACK AND CHAIN", "ABORT", "SAVEPOINT a", "RELEASE SAVEPOINT a",
            "ROLLBACK TO SAVEPOINT a", "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'", "ROLLBACK PREPARED 'x'",
            "SET TRANSACTION READ ONLY", "SET LOCAL TRANSACTION READ ONLY",
            "SET transaction_isolation = 'serializable'",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "DO $$ BEGIN COMMIT; END $$",
            "DO $$ BEGIN <<here>> COMMIT; END $$",
            "DO $x$ BEGIN IF true THEN ROLLBACK AND CHAIN; END IF; END $x$ LANGUAGE plpgsql",
            "DO LANGUAGE 'plpgsql' 'BEGIN UPDATE t SET a = ''b''; commit ; END'", "VACUUM", "VACUUM FULL t",
            "CREATE INDEX CONCURRENTLY i ON t (a)", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)",
            "DROP INDEX CONCURRENTLY i", "REINDEX INDEX CONCURRENTLY i", "REINDEX SCHEMA public",
            "REINDEX (VERBOSE) DATABASE x", "CREATE DATABASE x", "DROP DATABASE x", "CREATE TABLESPACE x LOCATION 'y'",
            "DROP TABLESPACE x", "ALTER SYSTEM SET a = 1", "ALTER DATABASE x SET TABLESPACE y", "CLUSTER",
            "CLUSTER VERBOSE", "ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "DISCARD ALL", "DEALLOCATE ALL",
            "COPY t FROM STDIN", "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
        ])
    func postgresqlRefuses(_ statement: String) {
        for text in [statement, "SELECT 1;\n\(statement);", ";\n/* /* a */ */\(statement); SELECT 1"] {
            #expect(objection(.postgresql, text)?.remedy != nil, "\(text)")
        }
        #expect(objection(.postgresql, "SELECT 1;\n \(statement)")?.place == "RunSQL, statement 2 (line 2)")
    }

    @Test(
        arguments: [
            "SELECT 'x; COMMIT; '", "SELECT $$; COMMIT;$$", "/* /* */ COMMIT; */ SELECT 1", "SELECT \"commit\"",
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$",
            "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$", "SET CONSTRAINTS ALL DEFERRED",
            "SET LOCAL lock_timeout = '1s'", "PREPARE p AS SELECT 1", "REINDEX TABLE system", "CLUSTER t USING i",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v", "DO $$ DECLARE commit int; BEGIN commit := 1; END $$",
            "DO $$ BEGIN RAISE NOTICE 'x; COMMIT;'; END $$", "DO LANGUAGE plpython3u $$ plpy.commit() $$",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END",
            "ALTER DATABASE x SET search_path = y", "COPY t FROM '/x'", "LOCK TABLE t", "DEALLOCATE p",
        ])
    func postgresqlTakes(_ text: String) { #expect(objection(.postgresql, text) == nil) }

    @Test func aNULIsFoundWithItsLine() {
        for check in [ScriptCheck.sqlite, .postgresql] {
            #expect(objection(check, "SELECT 1;\n\0DELETE FROM t")?.place == "RunSQL, line 2")
        }
    }
}
