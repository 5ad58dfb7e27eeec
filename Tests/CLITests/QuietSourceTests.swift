import Dialects
import Foundation
import TestSupport
import Testing

/// Tests a source that no process has open when the transfer begins, and that another process writes to in the middle.
@Suite(
    "transfer of a quiet database that somebody begins to write",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct QuietSourceTests {
    private static let rows = 8_000

    @Test(
        "goes on, and shows the moment before",
        arguments: [
            "UPDATE t1 SET v = 'changed' WHERE id % 100 = 0; DELETE FROM t4 WHERE id > 10",
            // A checkpoint follows each commit as soon as it is possible.
            String(
                repeating: "UPDATE t1 SET v = hex(randomblob(800)); UPDATE t4 SET r = r + 1, v = hex(randomblob(800));",
                count: 5),
        ])
    func goesOn(_ script: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeQuietShop(box)
            let original = box("original.db")
            try FileManager.default.copyItem(atPath: source, toPath: original)
            let run = try box.start(.tcMigrate, ["transfer", source, target, "--chunk-mb", "1", "--jobs", "2", "-q"])
            try waitUntil("a chunk is there") { try hasChunks(target) }
            let writer = try box.start(try Program(inPath: "sqlite3"), ["-bail", source, ".timeout 30000", script])
            let (transferred, written) = (try await run.finish(), try await writer.finish())
            #expect(transferred.ending == .exit(0) && transferred.output.contains("began to write"), "\(transferred)")
            #expect(written.ending == .exit(0), "\(written)")
            #expect(try await box.migrate("verify", original, target).ending == .exit(0))
            // The new data is in the source's -wal, and a later checkpoint moves it into the file.
            #expect(try await box.migrate("verify", source, target).ending == .exit(1))
            try execute("PRAGMA wal_checkpoint(TRUNCATE)", on: source)
        }
    }

    @Test("is done again from the beginning when the file itself was replaced")
    func again() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeQuietShop(box)
            let other = box("other.db")
            try FileManager.default.copyItem(atPath: source, toPath: other)
            try execute("DELETE FROM t4 WHERE id > 5; UPDATE t3 SET v = 'changed'", on: other)
            let run = try box.start(.tcMigrate, ["transfer", source, target, "--chunk-mb", "1", "--jobs", "1"])
            try waitUntil("a chunk is there") { try hasChunks(target) }
            // This overwrites the file in place, as `cp other.db shop.db` does.
            let bytes = try Data(contentsOf: URL(fileURLWithPath: other))
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: source))
            try file.write(contentsOf: bytes)
            try file.truncate(atOffset: UInt64(bytes.count))
            try file.close()
            let transferred = try await run.finish()
            let remark = "the whole source was read again"
            #expect(transferred.ending == .exit(0) && transferred.output.contains(remark), "\(transferred)")
            #expect(transferred.error.contains(remark))
            #expect(try await box.migrate("verify", other, target).ending == .exit(0))
            #expect(try query("SELECT state FROM tc_transfers", on: target) == ["complete"])
        }
    }

    private func makeQuietShop(_ box: Sandbox) throws -> String {
        let path = try makeShop(box, rows: Self.rows)
        try execute("PRAGMA journal_mode = wal", on: path)
        return path
    }

    private func hasChunks(_ target: String) throws -> Bool {
        guard try tables(target).contains("tc_transfer_chunks") else { return false }
        return try query("SELECT count(*)::text FROM tc_transfer_chunks WHERE kind = 'rows'", on: target) != ["0"]
    }
}
