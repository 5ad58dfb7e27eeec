import Dialects
import Foundation
import TestSupport
import Testing

@Suite(
    "transfer of a database that another program writes all the time",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct LiveSourceTests {
    private static let rounds = TestSupport.environment("TC_TEST_LIVE").flatMap { Int($0) } ?? 20

    /// The test is repeated `TC_TEST_LIVE` times; 20 times if the variable is not set.
    @Test(
        "shows one moment, many times",
        arguments: [("wal", "can keep writing"), ("delete", "had to wait until everything was read")])
    func oneMoment(_ journalMode: String, _ remark: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let writer = try LiveWriter(box("live.db"), journalMode: journalMode)
            defer { writer.stop() }
            for _ in 0..<Self.rounds {
                let before = try writer.committed()
                let run = try await box.migrate("transfer", box("live.db"), target, "--jobs", "2", "--quiet")
                #expect(run.ending == .exit(0) && run.output.contains(remark), "\(run)")
                let (whole, total) = try withTestConnection(target) { connection in
                    (try connection.queryValue(LiveWriter.invariant), try connection.queryValue("SELECT n FROM total"))
                }
                #expect(whole == 1)
                #expect(try #require(total?.integer) >= before)
                try execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public", on: target)
                try writer.waitForProgress()
            }
        }
    }

    @Test(
        "a source in a folder and file that may not be written, and on media that can't be, is read",
        arguments: [true, false])
    func readOnlyMedia(_ isWAL: Bool) async throws {
        try await withDatabase(.postgresql) { box, target in
            let folder = box("media")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let script =
                "PRAGMA journal_mode = \(isWAL ? "wal" : "delete"); CREATE TABLE t (a); INSERT INTO t VALUES (7);"
            let made = try await box.run(try Program(inPath: "sqlite3"), ["\(folder)/a.db", script])
            #expect(made.ending == .exit(0), "\(made)")
            chmod("\(folder)/a.db", 0o444)
            chmod(folder, 0o555)
            defer { chmod(folder, 0o755) }
            let before = try box.contents()
            let run = try await runOnReadOnlyMedia(box, folder, ["transfer", "\(folder)/a.db", target, "--quiet"])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT a FROM t", on: target) == ["7"])
            #expect(try box.contents() == before)
        }
    }

    /// Runs `tc-migrate` on read-only files. Modes do not apply to root, so root needs a read-only mount; for other users the file's mode
    /// is enough.
    private func runOnReadOnlyMedia(_ box: Sandbox, _ folder: String, _ arguments: [String]) async throws -> Run {
        guard geteuid() == 0 else { return try await box.run(.tcMigrate, arguments) }
        let script = #"mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" || exit 99; exec "$@""#
        let words = ["--mount", "sh", "-c", script, folder, Program.tcMigrate.path] + arguments
        let run = try await box.run(try Program(inPath: "unshare"), words)
        guard run.ending == .exit(99) || run.error.hasPrefix("unshare:") else { return run }
        // If the machine forbids mounts, only the mode can be tested.
        print("read-only media can't be made here (\(run.error)): only the file's mode is tried")
        return try await box.run(.tcMigrate, arguments)
    }
}
