import TestSupport
import Testing

@Suite("transfer: keys that become one", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferMixedKeysTests {
    @Test("a dry run names a number and a text that are one key in the target, which the run refuses")
    func namedByDryRun() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE v (id INTEGER PRIMARY KEY, value UNIQUE); INSERT INTO v VALUES (1, 2024), (2, '2024'), (3, 'x');
                CREATE TABLE w (id INTEGER PRIMARY KEY, value UNIQUE); INSERT INTO w VALUES (1, 2024), (2, '2025');
                """)
            let dry = try await box.migrate("transfer", source, target, "--dry-run")
            #expect(dry.ending == .exit(0), "\(dry)")
            #expect(dry.output.contains("v (value): 1 row repeats another: "), "\(dry)")
            #expect(dry.output.contains("they are one key in the target, which the transfer refuses"), "\(dry)")
            #expect(!dry.output.contains("w (value):"), "\(dry)")
            #expect(try tables(target) == [])
            let run = try await box.migrate("transfer", source, target)
            #expect(run.ending == .exit(2) && run.error.contains("is duplicated"), "\(run)")
            #expect(!run.error.contains(".,"), "\(run)")
            let aside = try await box.migrate("transfer", source, target, "--dry-run", "--on-mismatch", "quarantine")
            #expect(!aside.output.contains("one key"), "\(aside)")
        }
    }
}
