import Foundation
import TestSupport
import Testing

/// Transfers that are stopped at any moment. `TC_TEST_KILLS` says how often; a few times without it.
@Suite("an interrupted transfer", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferInterruptionTests {
    private static let kills = TestSupport.environment("TC_TEST_KILLS").flatMap { Int($0) } ?? 4

    @Test("is resumed after kill -9 at any moment, and comes to what an undisturbed one comes to")
    func killed() async throws {
        var random = SeededGenerator(seed: 9)
        try await withDatabase(.postgresql) { box, target in
            let source = try makeShop(box, rows: 8_000)
            // No sample tells this: when it is found, the table is made anew.
            try execute("UPDATE t3 SET r = 'n/a' WHERE id = 7999", on: source)
            for _ in 0..<Self.kills {
                let ending = try await interrupt(box, source, target, after: .random(in: 20...900, using: &random)) {
                    $0.kill(SIGKILL)
                }
                if ending == .exit(0) { try await startAnew(box, source, target) }
            }
            try await finish(box, source, target)
        }
    }

    @Test("is resumed after its server ended a session at any moment")
    func terminated() async throws {
        var random = SeededGenerator(seed: 20)
        try await withDatabase(.postgresql) { box, target in
            let source = try makeShop(box, rows: 8_000)
            for _ in 0..<Self.kills {
                let ending = try await interrupt(box, source, target, after: .random(in: 100...900, using: &random)) {
                    _ in
                    _ = try query(
                        """
                        SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
                        WHERE datname = current_database() AND application_name = 'tc-migrate' AND pid <> pg_backend_pid() \
                        ORDER BY random() LIMIT 1
                        """, on: target)
                }
                #expect(ending == .exit(0) || ending == .exit(2))
                if ending == .exit(0) { try await startAnew(box, source, target) }
            }
            try await finish(box, source, target)
        }
    }

    @Test("stops on Ctrl-C, says how to go on, and nobody takes what is there for a database")
    func stopped() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeShop(box, rows: 8_000)
            let run = try box.start(.tcMigrate, ["transfer", source, target, "--chunk-mb", "1", "-q"])
            try waitUntil("a chunk is there") { try !chunks(target).isEmpty }
            run.kill(SIGINT)
            let stopped = try await run.finish()
            // A shell would look for files by the names of a URL's query.
            let quoted = "'\(target)'"
            expectRefusal(
                stopped, saying: "interrupted",
                "go on with: tc-migrate transfer \(source) \(quoted) --chunk-mb 1 -q --resume ;",
                "remove what is there with: tc-migrate transfer --abandon \(quoted)")

            for command in [["status"], ["up"], ["up", "--dry-run"], ["drift"], ["down"]] {
                let refused = try await box.run(.tcMigrate, command + ["-d", target, "--json"])
                expectRefusal(refused, saying: "unfinished transfer from", "shop.db")
                #expect(try refused.document(ErrorDocument.self).error.code == "unfinished_transfer")
            }
            expectRefusal(try await box.migrate("transfer", source, target), saying: "unfinished", "--resume")

            try execute("CREATE TABLE mine (a int)", on: target)
            let abandoned = try await box.migrate("transfer", "--abandon", target)
            #expect(abandoned.ending == .exit(0) && abandoned.output.contains("shop.db"), "\(abandoned)")
            try expectTables(target, ["mine"])
            expectRefusal(try await box.migrate("transfer", "--abandon", target), saying: "no unfinished transfer")
        }
    }

    @Test("is not resumed with another plan, nor from a source that has changed")
    func changed() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeShop(box, rows: 8_000)
            while try await interrupt(box, source, target, after: 0, { $0.kill(SIGKILL) }) == .exit(0) {
                try await startAnew(box, source, target)
            }
            let other = try await box.migrate("transfer", source, target, "--resume", "--exclude", "t1")
            expectRefusal(other, saying: "would do something else", "--abandon")
            try execute("UPDATE t1 SET v = 'changed' WHERE id = 1", on: source)
            let changed = try await box.migrate("transfer", source, target, "--resume", "--chunk-mb", "1", "-q")
            expectRefusal(changed, saying: "the source has changed", "--abandon")
            #expect(try await box.migrate("transfer", "--abandon", target).ending == .exit(0))
            try expectTables(target, [])
        }
    }

    /// Begins or goes on, and stops it `after` so many milliseconds, but not before there is something to resume.
    private func interrupt(
        _ box: Sandbox, _ source: String, _ target: String, after milliseconds: Int,
        _ stop: (RunningProgram) throws -> Void
    ) async throws -> Run.Ending {
        let resume = try tables(target).contains("tc_transfers") ? ["--resume"] : []
        let run = try box.start(.tcMigrate, ["transfer", source, target, "--chunk-mb", "1", "-q"] + resume)
        try waitUntil("the transfer is on record") { try tables(target).contains("tc_transfers") }
        try await Task.sleep(for: .milliseconds(milliseconds))
        try stop(run)
        return try await run.finish().ending
    }

    /// A run that came to its end before it was stopped is one more proof, and makes room for the next.
    private func startAnew(_ box: Sandbox, _ source: String, _ target: String) async throws {
        #expect(try await box.migrate("verify", source, target).ending == .exit(0))
        try execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public", on: target)
    }

    private func finish(_ box: Sandbox, _ source: String, _ target: String) async throws {
        let resume = try tables(target).contains("tc_transfers") ? ["--resume"] : []
        let run = try await box.run(.tcMigrate, ["transfer", source, target, "--chunk-mb", "1", "--json"] + resume)
        #expect(run.ending == .exit(0), "\(run)")
        #expect(try run.document(TransferDocument.self).verdict == "verified")
        #expect(try query("SELECT state FROM tc_transfers", on: target) == ["complete"])
        let verified = try await box.migrate("verify", source, target)
        #expect(verified.ending == .exit(0), "\(verified)")
        let keys = try query(
            "SELECT count(*)::text FROM pg_constraint WHERE contype IN ('p', 'f') AND conrelid::regclass::text ~ '^t[0-9]$'",
            on: target)
        #expect(keys == ["7"])
    }

    private func chunks(_ target: String) throws -> [String] {
        guard try tables(target).contains("tc_transfer_chunks") else { return [] }
        return try query("SELECT table_name FROM tc_transfer_chunks WHERE kind = 'rows'", on: target)
    }
}

/// A SQLite database of four tables, in a chain of foreign keys, with an index each: 8,000 rows have some 4 MB.
func makeShop(_ box: Sandbox, rows: Int) throws -> String {
    let path = box("shop.db")
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    for number in 1...4 {
        let parent = number > 1 ? "REFERENCES t\(number - 1) (id)" : ""
        try execute(
            """
            CREATE TABLE t\(number) (id INTEGER PRIMARY KEY, parent INTEGER \(parent), v TEXT, r REAL);
            CREATE INDEX t\(number)_v ON t\(number) (v);
            INSERT INTO t\(number) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
            SELECT i, i, printf('%0400d', i * 7919), i / 3.0 FROM n
            """, on: path)
    }
    return path
}
