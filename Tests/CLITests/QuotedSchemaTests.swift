import Dialects
import TestSupport
import Testing

@Suite(
    "A PostgreSQL schema whose name needs quotes", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct QuotedSchemaTests {
    /// Passes the URL of an empty schema to `body`.
    private func withSchema(_ name: String, _ body: (Sandbox, String) async throws -> Void) async throws {
        try await withDatabase(.postgresql) { box, url in
            try execute("CREATE SCHEMA \(SQLText.identifier(name))", on: url)
            let option = "options=-csearch_path%3D%22\(name)%22"
            try await body(box, url + (url.contains("?") ? "&" : "?") + option)
        }
    }

    @Test("is migrated like any other: a dry run, an online migration, and back", arguments: ["Billing", "tenant-1"])
    func migrated(_ name: String) async throws {
        try await withSchema(name) { box, url in
            #expect(try await box.fixture("tightening", "up", "--to", "0002-notes", "-d", url).code == 0)
            let dry = try await box.fixture("tightening", "up", "--dry-run", "-d", url)
            #expect(dry.code == 0 && dry.output.contains("would apply  0003-tightening"), "\(dry)")
            let online = try await box.fixture("online", "up", "-d", url)
            #expect(online.code == 0 && online.output.hasPrefix("applied  0003-online"), "\(online)")
            let drift = try await box.fixture("online", "drift", "-d", url)
            #expect(drift.output == "no drift\n", "\(drift)")
            let down = try await box.fixture("online", "down", "-d", url)
            #expect(down.code == 0 && down.output.hasPrefix("undone   0003-online"), "\(down)")
        }
    }

    @Test("is filled where its tables exist, and its sequences go on behind the rows")
    func filled() async throws {
        try await withSchema("Billing") { box, url in
            try execute(
                "CREATE SEQUENCE numbers; CREATE TABLE d (id bigint PRIMARY KEY DEFAULT nextval('numbers'), t text)",
                on: url)
            let source = try makeSource(
                box, "CREATE TABLE d (id INTEGER PRIMARY KEY, t TEXT); INSERT INTO d VALUES (7, 'a'), (9, 'b')")
            let run = try await box.migrate("transfer", source, url, "--into-existing")
            #expect(run.code == 0, "\(run)")
            #expect(try query("INSERT INTO d (t) VALUES ('x') RETURNING id::text", on: url) == ["10"])
        }
    }
}
