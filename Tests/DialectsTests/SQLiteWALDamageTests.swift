import Foundation
import Testing

@testable import Dialects

@Suite("what SQLite ignores of a damaged -wal is told, and nothing else")
struct SQLiteWALDamageTests {
    /// Makes a database in WAL mode, and copies it with its -wal while it is open.
    private func make(_ script: String, in folder: SQLiteFolder) throws {
        let other = try SQLiteFolder()
        try other.makeDatabase(journalMode: "wal")
        let writer = try other.open("a.db", .readWrite)
        defer { writer.close() }
        try writer.executeScript(script)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: other("a.db") + suffix, toPath: folder("a.db") + suffix)
        }
    }

    private static let fiveCommits = (2...6).map { "INSERT INTO t VALUES (\($0));" }.joined()

    /// Flips each byte of the headers, and some of the pages, and asks SQLite how many of the rows are left.
    @Test("as many frames as SQLite ignores", arguments: 0..<6)
    func flipped(part: Int) throws {
        let folder = try SQLiteFolder()
        try make(Self.fiveCommits, in: folder)
        let (file, wal) = (folder("a.db"), folder("a.db-wal"))
        #expect(SQLiteWALDamage(ofWALAt: wal) == nil)
        let (database, log) = (
            try Data(contentsOf: URL(fileURLWithPath: file)), try Data(contentsOf: URL(fileURLWithPath: wal))
        )
        let frame = (log.count - 32) / 5
        let begin = part == 0 ? 0 : 32 + (part - 1) * frame
        for offset in Array(begin..<begin + 24) + [begin + 28, log.count - 1] {
            var damaged = log
            damaged[offset] ^= 0xFF
            try database.write(to: URL(fileURLWithPath: file))
            try damaged.write(to: URL(fileURLWithPath: wal))
            let damage = SQLiteWALDamage(ofWALAt: wal)
            let reader = try folder.open("a.db", .readWrite)
            let rows = Int(try reader.queryValue("SELECT count(*) FROM t")?.integer ?? 0)
            reader.close()
            #expect(rows < 6)
            let expected: SQLiteWALDamage = offset < 32 ? .header : .frames(ignored: 6 - rows, of: 5)
            #expect(damage == expected, "byte \(offset)")
        }
    }

    /// SQLite uses whole transactions only.
    @Test("the other frames of a damaged one's transaction are ignored, too")
    func transaction() throws {
        let folder = try SQLiteFolder()
        try make("INSERT INTO t VALUES (2); INSERT INTO t VALUES (zeroblob(20000));", in: folder)
        let wal = URL(fileURLWithPath: folder("a.db-wal"))
        var log = try Data(contentsOf: wal)
        let frames = (log.count - 32) / (24 + 4_096)
        #expect(frames > 3)
        log[log.count - 1] ^= 0xFF
        try log.write(to: wal)
        #expect(SQLiteWALDamage(ofWALAt: folder("a.db-wal")) == .frames(ignored: frames - 1, of: frames))
    }

    @Test(
        "frames of an earlier time, and those that a rollback has left, are no damage",
        arguments: [
            "\(SQLiteWALDamageTests.fiveCommits) PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES (7)",
            """
            PRAGMA cache_size = 2; BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
            INSERT INTO t SELECT zeroblob(1000) FROM n; ROLLBACK; INSERT INTO t VALUES (7);
            """,
        ])
    func normal(script: String) throws {
        let folder = try SQLiteFolder()
        try make(script, in: folder)
        let frames = (try Data(contentsOf: URL(fileURLWithPath: folder("a.db-wal"))).count - 32) / (24 + 4_096)
        #expect(frames > 1)
        #expect(SQLiteWALDamage(ofWALAt: folder("a.db-wal")) == nil)
    }

    @Test("other bytes are no header, and an empty file has nothing to lose")
    func others() throws {
        let folder = try SQLiteFolder()
        #expect(SQLiteWALDamage(ofWALAt: folder("missing")) == nil)
        let cases: [(Int, SQLiteWALDamage?)] = [(0, nil), (32, .header), (20_000, .header)]
        for (count, damage) in cases {
            try Data(repeating: 0xA7, count: count).write(to: URL(fileURLWithPath: folder("other")))
            #expect(SQLiteWALDamage(ofWALAt: folder("other")) == damage)
        }
    }

    @Test("who reads a private copy learns of it")
    func remark() throws {
        let folder = try SQLiteFolder()
        try make(Self.fiveCommits, in: folder)
        let wal = URL(fileURLWithPath: folder("a.db-wal"))
        var log = try Data(contentsOf: wal)
        log[log.count - 1] ^= 0xFF
        try log.write(to: wal)
        usleep(100_000)
        let reader = try folder.open("a.db", .readOnly)
        _ = try reader.beginSharedSnapshot()
        #expect(reader.readingRemarks.contains { $0.contains("SQLite ignores 1 of 5 frames of its -wal") })
        reader.close()
    }
}
