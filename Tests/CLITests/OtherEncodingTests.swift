import TestSupport
import Testing

@Suite(
    "PostgreSQL databases in another encoding than UTF-8",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct OtherEncodingTests {
    /// None of these encodings has the character `…`.
    @Test("are migrated, compared, read and transferred", arguments: ["LATIN1", "LATIN9", "KOI8R"])
    func commands(_ encoding: String) async throws {
        try await withSandbox { box in
            try await TestPostgreSQL.withFreshDatabase(encoding: encoding) { database in
                let url = "\(database)"
                let up = try await box.fixture("plain", "up", "-d", url)
                #expect(up.code == 0, "\(up)")
                try execute("ALTER TABLE notes SET (fillfactor = 70)", on: url)
                #expect(try await box.fixture("plain", "drift", "-d", url).output == "no drift\n")
                try execute("CREATE VIEW few WITH (security_barrier) AS SELECT id, body FROM notes", on: url)
                let inspected = try await box.migrate("inspect", url)
                #expect(inspected.code == 0, "\(inspected)")
                for line in [
                    "options (WITH …): stay behind, of notes", "options of views (WITH …): stay behind, of few",
                ] {
                    #expect(inspected.error.contains("not shown: other \(line)\n"), "\(inspected)")
                }
                let transfer = try await box.migrate("transfer", url, box("copy.db"))
                #expect(transfer.code == 0, "\(transfer)")
            }
        }
    }
}
