import Foundation
import TestSupport
import Testing

/// Tests values between two SQLite files whose columns are declared alike, with the real program.
@Suite("transfer --into-existing: values as they are stored")
struct IntoExistingStoredTests {
    private static let columns =
        "id INTEGER PRIMARY KEY, u UUID, b BLOB, f BOOLEAN, d DATETIME, n INTEGER, s VARCHAR(3)"

    @Test("between two files that declare a column alike, values stay as they are stored, whatever the type says")
    func alike() async throws {
        try await withDatabase(.sqlite) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (\(Self.columns), at NUMERIC DEFAULT (datetime('now')), word MONEY);
                INSERT INTO t VALUES (1, '123E4567-E89B-12D3-A456-426614174000', 'text', 'true', '2024-01-02T03:04', 'abc', 'long word',
                        '2024-01-02 03:04:05', 'x'),
                    (2, x'00', 5, 2, 1704164645, 0.5, x'ff', 7, 1), (3, NULL, NULL, 'yes', '0000-00-00 00:00:00', NULL, NULL, NULL, NULL);
                """)
            try execute(
                """
                CREATE TABLE t (\(Self.columns.replacing("(3)", with: "(20)")), at NUMERIC DEFAULT (datetime('now')), word MONEY)
                """, on: target, creating: true)
            let options = ["transfer", source, target, "--into-existing"]
            let dry = try await box.run(.tcMigrate, options + ["--dry-run", "--write-rules", box("rules.yaml")])
            #expect(dry.ending == .exit(0), "\(dry)")
            #expect(try String(contentsOfFile: box("rules.yaml"), encoding: .utf8).contains("suggests no rules"))
            let document = try await box.run(.tcMigrate, options + ["--dry-run", "--json"])
            #expect(
                document.output.contains(#""type": "as stored""#) && !document.output.contains("native("), "\(document)"
            )
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            let values = """
                SELECT quote(u) || quote(b) || quote(f) || quote(d) || quote(n) || quote(s) || quote(at) || quote(word)
                FROM t ORDER BY id
                """
            #expect(try query(values, on: target) == query(values, on: source))
            #expect(try await box.migrate("verify", source, target).ending == .exit(0))
        }
    }

    @Test("a rule still says what values are, and what the target's own table does not take is refused before the load")
    func held() async throws {
        try await withDatabase(.sqlite) { box, target in
            let source = try makeSource(
                box, "CREATE TABLE t (id INT PRIMARY KEY, u UUID, b BLOB); INSERT INTO t VALUES (1, 'x', x'00')")
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY, u UUID, b BLOB)", on: target, creating: true)
            let rules = try makeRules(box, "tables: {t: {columns: {u: {type: uuid}}}}")
            let ruled = try await box.migrate("transfer", source, target, "--into-existing", "--rules", rules)
            #expect(ruled.ending == .exit(2) && ruled.error.contains("t.u (UUID): 1 value: is not a uuid"), "\(ruled)")
            try execute("UPDATE t SET id = 'one'", on: source)
            let rowid = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(rowid.ending == .exit(2) && rowid.error.contains("t.id (INTEGER): 1 value"), "\(rowid)")
            try execute("UPDATE t SET id = 1, b = 'text'", on: source)
            try execute("DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY, u ANY, b BLOB) STRICT", on: target)
            let strict = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(
                strict.ending == .exit(2) && strict.error.contains("t.b (BLOB): 1 value: is text, not bytes"),
                "\(strict)")
            #expect(try query("SELECT count(*) FROM t", on: target) == ["0"])
        }
    }
}
