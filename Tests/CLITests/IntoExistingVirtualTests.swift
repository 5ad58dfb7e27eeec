import Dialects
import Foundation
import TestSupport
import Testing

/// Tests what becomes of SQLite's virtual tables where an application has made the tables of the target, with the real program.
@Suite("transfer --into-existing: virtual tables", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingVirtualTests {
    @Test("the rows of full-text tables and R-trees go into the tables of their names, and verify finds them equal")
    func filled() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE search (event_id text, value text); CREATE TABLE notes (rowid bigint, body text);
                CREATE TABLE boxes (id bigint PRIMARY KEY, low double precision, high double precision);
                """, on: target)
            let source = try makeSource(
                box,
                """
                CREATE VIRTUAL TABLE search USING fts4(event_id, value); INSERT INTO search VALUES ('e1', 'hello');
                CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes (rowid, body) VALUES (7, 'tuesday');
                CREATE VIRTUAL TABLE boxes USING rtree(id, low, high); INSERT INTO boxes VALUES (3, 0.5, 1.5);
                """)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0) && !run.output.contains("module"), "\(run)")
            #expect(try query("SELECT event_id || value FROM search", on: target) == ["e1hello"])
            #expect(try query("SELECT rowid || body FROM notes", on: target) == ["7tuesday"])
            #expect(try query("SELECT id || ' ' || high FROM boxes", on: target) == ["3 1.5"])
            let verified = try await box.migrate("verify", source, target)
            #expect(verified.ending == .exit(0), "\(verified)")
        }
    }

    @Test("a full-text table without a place for all its columns is refused whole, one that indexes another is not")
    func refused() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                "CREATE TABLE search (event_id text, words tsvector); CREATE TABLE docs (id bigint PRIMARY KEY, t text)",
                on: target)
            let source = try makeSource(
                box,
                """
                CREATE VIRTUAL TABLE search USING fts4(event_id, value); INSERT INTO search VALUES ('e1', 'hello');
                CREATE TABLE docs (id INTEGER PRIMARY KEY, t TEXT); INSERT INTO docs VALUES (1, 'a');
                CREATE VIRTUAL TABLE docs_words USING fts5(t, content='docs', content_rowid='id');
                """)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(2) && run.error.contains("no place for search; "), "\(run)")
            let ignoring = try await box.migrate(
                "transfer", source, target, "--into-existing", "--ignore-missing", "search")
            #expect(ignoring.ending == .exit(0) && ignoring.output.contains("docs_words"), "\(ignoring)")
            #expect(try query("SELECT t FROM docs", on: target) == ["a"])
        }
    }
}
