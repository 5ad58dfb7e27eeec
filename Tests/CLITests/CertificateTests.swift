import Foundation
import TestSupport
import Testing

/// Checks certificates with `ci/check-certificate.py`, a second implementation of docs/digest.md.
@Suite("transfer --certificate", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct CertificateTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let fixtures = root.appendingPathComponent("Tests/Fixtures")

    private static var tortures: [String] {
        let files = try? FileManager.default.contentsOfDirectory(
            atPath: fixtures.appendingPathComponent("torture").path)
        return (files ?? []).filter { $0.hasSuffix(".sql") }.sorted()
    }

    private func check(_ box: Sandbox, _ arguments: String...) async throws -> Run {
        let script = Self.root.appendingPathComponent("ci/check-certificate.py").path
        return try await box.run(try Program(inPath: "python3"), [script, box("certificate.json")] + arguments)
    }

    /// Transfers and returns the certificate; `nil` if the transfer is refused, which must leave no file.
    private func certify(_ source: String, to target: String, in box: Sandbox) async throws -> String? {
        let run = try await box.migrate("transfer", source, target, "--certificate", box("certificate.json"), "--quiet")
        let text = try? String(contentsOfFile: box("certificate.json"), encoding: .utf8)
        #expect((run.ending == .exit(0)) == (text != nil), "\(run)")
        return text
    }

    @Test("a second program computes the same of both databases", arguments: tortures)
    func torture(_ name: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let script = try String(
                contentsOf: Self.fixtures.appendingPathComponent("torture/\(name)"), encoding: .utf8)
            #expect(FileManager.default.createFile(atPath: box("t.db"), contents: nil))
            // The source holds rows without a parent.
            try execute("PRAGMA foreign_keys = OFF;" + script, on: box("t.db"))
            _ = try #require(try await certify(box("t.db"), to: target, in: box))
            let checked = try await check(box)
            #expect(checked.ending == .exit(0), "\(checked)")
        }
    }

    @Test("a changed value, a changed certificate and a missing database are told apart")
    func tampering() async throws {
        try await withDatabase(.postgresql) { box, target in
            try FileManager.default.copyItem(
                atPath: Self.fixtures.appendingPathComponent("legacy/small.db").path, toPath: box("legacy.db"))
            let text = try #require(try await certify(box("legacy.db"), to: target, in: box))
            let sound = try await check(box)
            #expect(sound.ending == .exit(0) && sound.output.contains("everything is as certified"), "\(sound)")

            // Not all titles are UTF-8, so the column holds bytes.
            try execute(#"UPDATE sessions SET title = title || '\x20' WHERE title IS NOT NULL"#, on: target)
            let changed = try await check(box)
            #expect(changed.ending == .exit(1), "\(changed)")
            #expect(changed.output.contains(/target +sessions .* DIFFERS/))
            #expect(changed.output.matches(of: /DIFFERS/).count == 1)

            try execute("UPDATE sessions SET title = substr(title, 1, length(title) - 1)", on: target)
            let edited = text.replacing("\"verdict\": \"verified\"", with: "\"verdict\": \"splendid\"")
            try edited.write(toFile: box("certificate.json"), atomically: true, encoding: .utf8)
            let forged = try await check(box)
            #expect(forged.ending == .exit(1) && forged.output.contains("its SHA-256 is another"), "\(forged)")

            let gone = try await check(box, "--source", box("nowhere.db"))
            #expect(gone.ending == .exit(2) && gone.error.contains("nowhere.db is not there"), "\(gone)")
        }
    }

    @Test("rows in quarantine and JSON are proven too")
    func quarantine() async throws {
        try await withDatabase(.postgresql) { box, target in
            #expect(FileManager.default.createFile(atPath: box("t.db"), contents: nil))
            try execute(
                #"""
                CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, r REAL, b BLOB, s TEXT UNIQUE, j JSON);
                INSERT INTO t VALUES
                  (1, 1, 0.1, x'00', 'a', '{"b": [1.50, -2e3, "\u00e4\n\ud83d\ude00"], "a": {}, "a": null}'),
                  (2, 'n/a', 1e999, x'ff00', 'né', '[]'),
                  (3, 3, -0.0, NULL, CAST(x'61ff' AS TEXT), ' [ true , false ] '),
                  (4, 4, 5e-324, 'text', 'four', '"12345678"'),
                  (5, 5, 2.5, x'', 'b', '7');
                """#, on: box("t.db"))
            try "tables: {t: {columns: {j: {type: json}}}}"
                .write(toFile: box("rules.yaml"), atomically: true, encoding: .utf8)
            let run = try await box.migrate(
                "transfer", box("t.db"), target, "--rules", box("rules.yaml"), "--on-mismatch", "quarantine",
                "--certificate", box("certificate.json"), "--json")
            #expect(run.ending == .exit(0), "\(run)")
            let kept = try #require(try query("SELECT count(*)::text FROM t", on: target).first.flatMap { Int($0) })
            #expect(kept < 5 && kept >= 2, "\(run)")
            let sound = try await check(box)
            #expect(sound.ending == .exit(0), "\(sound)")

            // Changes to a value in quarantine, to a member of an object, and to a row in quarantine.
            for change in [
                "UPDATE tc_quarantine SET record = replace(record, 'n/a', 'n/b')",
                "UPDATE t SET j = jsonb_set(j, '{b,0}', '1.51') WHERE id = 1",
                "DELETE FROM tc_quarantine WHERE row_key = 'id=2'",
            ] {
                try execute(change, on: target)
                let changed = try await check(box)
                #expect(changed.ending == .exit(1), "\(change): \(changed)")
            }
        }
    }

    @Test("a file that can't be written is found before anything is moved")
    func unwritable() async throws {
        try await withDatabase(.postgresql) { box, target in
            #expect(FileManager.default.createFile(atPath: box("t.db"), contents: nil))
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY)", on: box("t.db"))
            let run = try await box.migrate("transfer", box("t.db"), target, "--certificate", box("no/such/folder"))
            #expect(run.ending == .exit(2) && run.error.contains("can't be written"), "\(run)")
            try expectTables(target, [])
        }
    }
}
