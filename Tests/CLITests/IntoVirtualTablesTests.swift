import Foundation
import TestSupport
import Testing

/// Tests filling the virtual tables of a SQLite file that hold rows of their own, with the real program.
@Suite("transfer --into-existing: into virtual tables")
struct IntoVirtualTablesTests {
    @Test(
        "rows of PostgreSQL go into the full-text tables and R-trees of their names, and are found there",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func back() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE search (event_id text, value text); INSERT INTO search VALUES ('e1', 'hello');
                CREATE TABLE notes (rowid bigint PRIMARY KEY, body text); INSERT INTO notes VALUES (7, 'tuesday');
                CREATE TABLE boxes (id bigint PRIMARY KEY, low double precision, high numeric, note text);
                INSERT INTO boxes VALUES (3, 0.5, 1.50, 'a'), (4, 2, 3, NULL);
                """, on: source)
            let there = box("there.db")
            try execute(
                """
                CREATE VIRTUAL TABLE search USING fts4(event_id, value); CREATE VIRTUAL TABLE notes USING fts5(body);
                CREATE VIRTUAL TABLE boxes USING rtree(id, low, high, +note);
                """, on: there, creating: true)
            let options = ["transfer", source, there, "--into-existing"]
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(try query("SELECT event_id FROM search WHERE search MATCH 'hello'", on: there) == ["e1"])
            #expect(try query("SELECT rowid || body FROM notes WHERE notes MATCH 'tuesday'", on: there) == ["7tuesday"])
            #expect(try query("SELECT id || ' ' || note FROM boxes WHERE high < 2", on: there) == ["3 a"])
            #expect(try await box.migrate("verify", source, there).ending == .exit(0))

            try execute("UPDATE boxes SET low = 0.1 WHERE id = 3", on: source)
            let rounded = try await box.run(.tcMigrate, options + ["--replace-rows", "search,notes,boxes"])
            #expect(
                rounded.ending == .exit(2) && rounded.error.contains("boxes.low")
                    && rounded.error.contains("has more digits than the 32 bits that the column keeps"), "\(rounded)")

            // The R-tree would store 0.
            try execute("UPDATE boxes SET low = 0.5; UPDATE boxes SET high = NULL WHERE id = 4", on: source)
            let missing = try await box.run(.tcMigrate, options + ["--replace-rows", "search,notes,boxes"])
            #expect(
                missing.ending == .exit(2) && missing.error.contains("boxes.high")
                    && missing.error.contains("is NULL where a value is required"), "\(missing)")
        }
    }

    @Test("a target that holds nothing but an R-tree is filled")
    func alone() async throws {
        try await withDatabase(.sqlite) { box, target in
            let source = try makeSource(
                box,
                "CREATE TABLE spans (id INTEGER PRIMARY KEY, low INT, high INT); INSERT INTO spans VALUES (1, 2, 3)")
            try execute("CREATE VIRTUAL TABLE spans USING rtree_i32(id, low, high)", on: target, creating: true)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(try query("SELECT id || low || high FROM spans", on: target) == ["123"])
        }
    }

    @Test("between two files, values stay as they are stored, and a table's triggers do not index its rows twice")
    func alike() async throws {
        try await withDatabase(.sqlite) { box, target in
            let tables = """
                CREATE TABLE docs (id INTEGER PRIMARY KEY, t TEXT);
                CREATE VIRTUAL TABLE words USING fts5(t, extra); CREATE VIRTUAL TABLE old USING fts3(a);
                CREATE VIRTUAL TABLE outside USING fts5(t, content='docs', content_rowid='id');
                CREATE TRIGGER docs_words AFTER INSERT ON docs BEGIN
                    INSERT INTO words (rowid, t) VALUES (NEW.id, NEW.t);
                END;
                """
            let source = try makeSource(
                box,
                tables + """
                    INSERT INTO docs VALUES (5, 'monday'); UPDATE words SET extra = x'00ff' WHERE rowid = 5;
                    INSERT INTO words (rowid, t, extra) VALUES (9, 1.5, 2); INSERT INTO old (docid, a) VALUES (8, 'b');
                    """)
            try execute(tables, on: target, creating: true)
            try execute("INSERT INTO old VALUES ('in the way')", on: target)
            let options = ["transfer", source, target, "--into-existing"]
            let refused = try await box.run(.tcMigrate, options)
            #expect(refused.ending == .exit(2) && refused.error.contains("--replace-rows old"), "\(refused)")
            let run = try await box.run(.tcMigrate, options + ["--replace-rows", "old"])
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            for rows in [
                "SELECT rowid || quote(t) || quote(extra) FROM words ORDER BY rowid",
                "SELECT docid || a FROM old WHERE old MATCH 'b'",
            ] {
                #expect(try query(rows, on: target) == query(rows, on: source))
            }
            #expect(try query("SELECT t FROM outside WHERE outside MATCH 'monday'", on: target) == ["monday"])
            #expect(try await box.migrate("verify", source, target).ending == .exit(0))
        }
    }

    @Test("a virtual table that only its application can fill is named as such, and can be left behind")
    func notFillable() async throws {
        try await withDatabase(.sqlite) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE docs (id INTEGER PRIMARY KEY, t TEXT); INSERT INTO docs VALUES (1, 'monday');
                CREATE TABLE outside (t TEXT); CREATE TABLE bare (t TEXT); CREATE TABLE foreign_words (t TEXT);
                """)
            try execute(
                """
                CREATE TABLE docs (id INTEGER PRIMARY KEY, t TEXT); CREATE VIRTUAL TABLE bare USING fts5(t, content='');
                CREATE VIRTUAL TABLE outside USING fts5(t, content='docs', content_rowid='id');
                CREATE VIRTUAL TABLE foreign_words USING fts5(t, tokenize='ascii'); PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(sql, 'ascii', 'words_of_the_app') WHERE name = 'foreign_words';
                PRAGMA writable_schema = RESET;
                """, on: target, creating: true)
            let options = ["transfer", source, target, "--into-existing"]
            let refused = try await box.run(.tcMigrate, options + ["--json"])
            #expect(try refused.document(ErrorDocument.self).error.code == "not_fillable", "\(refused)")
            let words = try await box.run(.tcMigrate, options)
            #expect(words.ending == .exit(2) && words.error.contains("index its rows again"), "\(words)")
            for name in ["outside", "bare", "foreign_words"] { #expect(words.error.contains(name), "\(words)") }
            let run = try await box.run(.tcMigrate, options + ["--ignore-missing", "outside,bare,foreign_words"])
            #expect(
                run.ending == .exit(0) && run.output.contains("foreign_words: no rows of the source go into these"),
                "\(run)")
            #expect(try query("SELECT t FROM outside WHERE outside MATCH 'monday'", on: target) == ["monday"])
        }
    }

    @Test("an index of an application's own words over a filled table keeps no transfer back, and is named")
    func indexOfTheApplication() async throws {
        try await withDatabase(.sqlite) { box, target in
            let docs = "CREATE TABLE docs (id INTEGER PRIMARY KEY, t TEXT);"
            let source = try makeSource(box, docs + "INSERT INTO docs VALUES (1, 'monday')")
            try execute(
                docs + """
                    CREATE VIRTUAL TABLE words USING fts5(t, content='docs', content_rowid='id', tokenize='ascii');
                    PRAGMA writable_schema = ON;
                    UPDATE sqlite_schema SET sql = replace(sql, 'ascii', 'words_of_the_app') WHERE name = 'words';
                    PRAGMA writable_schema = RESET;
                    """, on: target, creating: true)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0) && run.output.contains("words: no rows of the source go into"), "\(run)")
            #expect(try query("SELECT t FROM docs", on: target) == ["monday"])
        }
    }
}
