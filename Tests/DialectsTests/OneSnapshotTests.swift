import Foundation
import TestSupport
import Testing

@testable import Dialects

/// Tests that several connections read one state of a database while another program writes to it.
@Suite(.serialized) struct OneSnapshotTests {
    /// The state that one reader saw.
    private struct Seen: Hashable {
        var isWhole: Bool
        var total: Int64?
    }

    @Test(arguments: ["wal", "delete"])
    func readersBesideALiveWriter(_ journalMode: String) async throws {
        let folder = try SQLiteFolder()
        let writer = try LiveWriter(folder("a.db"), journalMode: journalMode)
        defer { writer.stop() }
        var totals: Set<Int64> = []
        for _ in 0..<20 {
            let seen = try await readAtOneMoment(folder("a.db"), readers: 4) {
                // In WAL mode the writer continues during the reading. In other modes the writer waits, so the test must not wait for it.
                if journalMode == "wal" { try writer.waitForProgress() }
            }
            #expect(seen.count == 1, "\(seen)")
            #expect(seen.first?.isWhole == true)
            if let total = seen.first?.total { totals.insert(total) }
            if journalMode != "wal" { try writer.waitForProgress() }
        }
        #expect(totals.count == 20)
    }

    @Test(
        "a plain copy over a file in rollback-journal mode is noticed; another file in its place is none of its changes"
    )
    func copiedOver() throws {
        let folder = try SQLiteFolder()
        for name in ["a.db", "b.db"] {
            let connection = try connect(
                to: DatabaseURL(parsing: "sqlite:" + folder(name)), ConnectionOptions(access: .create))
            try connection.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES (randomblob(9000))")
            connection.close()
        }
        let reader = try connect(
            to: DatabaseURL(parsing: "sqlite:" + folder("a.db")), ConnectionOptions(access: .readOnly))
        defer { reader.close() }
        let other = try Data(contentsOf: URL(fileURLWithPath: folder("b.db")))
        _ = try reader.beginSharedSnapshot()
        try reader.confirmSnapshot()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder("a.db")))
        try file.write(contentsOf: other)
        try file.close()
        let error = #expect(throws: DatabaseError.self) { try reader.confirmSnapshot() }
        #expect(error?.kind == .changedMeanwhile)
        try reader.rollback()
        _ = try reader.beginSharedSnapshot()
        try FileManager.default.moveItem(atPath: folder("b.db"), toPath: folder("c.db"))
        #expect(!reader.readingRemarks.contains { $0.contains("stood there") })
        #expect(rename(folder("c.db"), folder("a.db")) == 0)
        try reader.confirmSnapshot()
        #expect(reader.readingRemarks.contains { $0.contains("a.db is another file by now: what was read") })
        #expect(unlink(folder("a.db")) == 0)
        try reader.confirmSnapshot()
        #expect(reader.readingRemarks.contains { $0.contains("a.db is not there any more: what was read") })
    }

    @Test("another file in the place of one that was read from a private copy is said")
    func replacedBehindACopy() throws {
        let folder = try SQLiteFolder()
        try folder.makeOrphanWAL()
        let reader = try folder.open("a.db", .readOnly)
        defer { reader.close() }
        _ = try reader.beginSharedSnapshot()
        #expect(!reader.readingRemarks.contains { $0.contains("stood there") })
        try folder.makeDatabase("b.db")
        #expect(rename(folder("b.db"), folder("a.db")) == 0)
        try reader.confirmSnapshot()
        #expect(reader.readingRemarks.contains { $0.contains("a.db is another file by now") })
    }

    /// Runs readers on threads of their own. `meanwhile` runs after all have begun and before any has read.
    private func readAtOneMoment(
        _ path: String, readers count: Int, meanwhile: @escaping @Sendable () throws -> Void
    ) async throws -> Set<Seen> {
        let options = ConnectionOptions(access: .readOnly, poolSize: count)
        let database = try Database(try DatabaseURL(parsing: "sqlite:" + path), options: options)
        var pairs: [ConnectionPair] = []
        for _ in 0..<count {
            pairs.append(try await ConnectionPair.open(database, try Database(DatabaseURL(parsing: "sqlite::memory:"))))
        }
        let share = try await pairs[0].run { reader, _ in try reader.beginSharedSnapshot() }
        for pair in pairs.dropFirst() { try await pair.run { reader, _ in try reader.beginSnapshot(joining: share) } }
        try await pairs[0].run { reader, _ in try reader.endSharing() }
        try meanwhile()
        let seen = try await withThrowingTaskGroup(of: Seen.self) { group in
            for pair in pairs { group.addTask { try await pair.run { reader, _ in try Self.look(reader) } } }
            return try await group.reduce(into: Set<Seen>()) { $0.insert($1) }
        }
        for pair in pairs { await pair.close() }
        return seen
    }

    private static func look(_ reader: any Connection) throws -> Seen {
        let isWhole = try reader.queryValue(LiveWriter.invariant)?.integer == 1
        let total = try reader.queryValue("SELECT n FROM total")?.integer
        try reader.commit()
        return Seen(isWhole: isWhole, total: total)
    }

    @Test func writerIsHeldBackOnlyWhileTheReadersBegin() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase(journalMode: "wal")
        let writer = try folder.open("a.db", .readWrite, lockTimeout: 0)
        try writer.execute("INSERT INTO t VALUES (2)")
        let driver = SQLiteDriver(path: folder("a.db"), options: ConnectionOptions(access: .readOnly))
        let first = try driver.connect()
        let second = try driver.connect()
        for ending in [{ try first.endSharing() }, { try first.rollback() }, { try first.commit() }, { first.close() }]
        {
            let share = try first.beginSharedSnapshot()
            #expect(first.readingRemarks.contains { $0.contains("can keep writing") })
            #expect(databaseError { try writer.execute("INSERT INTO t VALUES (3)") }?.kind == .locked)
            try second.beginSnapshot(joining: share)
            try ending()
            try writer.execute("INSERT INTO t VALUES (4)")
            let late = databaseError {
                try second.rollback(); try second.beginSnapshot(joining: share)
            }
            #expect(late?.message.contains("no longer shared") == true)
            #expect(!second.isInTransaction)
            if first.isInTransaction { try first.rollback() }
        }
        second.close()
        writer.close()
    }

    @Test func writerInRollbackModeWaitsForTheLastReader() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        let writer = try folder.open("a.db", .readWrite, lockTimeout: 0)
        let driver = SQLiteDriver(path: folder("a.db"), options: ConnectionOptions(access: .readOnly))
        let (first, second) = (try driver.connect(), try driver.connect())
        let share = try first.beginSharedSnapshot()
        // The journal is not hot, because a live transaction owns it.
        try writer.begin()
        try writer.execute("INSERT INTO t VALUES (2)")
        #expect(FileManager.default.fileExists(atPath: folder("a.db-journal")))
        try second.beginSnapshot(joining: share)
        try first.endSharing()
        #expect(databaseError { try writer.commit() }?.kind == .locked)
        #expect(second.readingRemarks.contains { $0.contains("had to wait until everything was read") })
        try first.commit()
        #expect(databaseError { try writer.commit() }?.kind == .locked)
        #expect(try second.queryValue("SELECT count(*) FROM t") == 1)
        try second.commit()
        try writer.commit()
        let third = try SQLiteDriver(path: folder("a.db"), options: ConnectionOptions(access: .readOnly)).connect()
        #expect(try third.queryValue("SELECT count(*) FROM t") == 2)
        for connection in [first, second, third, writer] { connection.close() }
    }

    @Test func readersThatCloseLastLeaveTheWAL() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase(journalMode: "wal")
        let writer = try folder.open("a.db", .readWrite)
        try writer.execute("INSERT INTO t VALUES (2)")
        let reader = try folder.open("a.db", .readOnly)
        _ = try reader.beginSharedSnapshot()
        writer.close()
        let before = try folder.contents()
        try reader.endSharing()
        #expect(try reader.queryValue("SELECT sum(a) FROM t") == 3)
        reader.close()
        let after = try folder.contents()
        #expect(after["a.db"] == before["a.db"])
        #expect(after["a.db-wal"] == before["a.db-wal"])
        #expect(after.keys.sorted() == before.keys.sorted())
    }

    @Test func aFingerprintChangesWithEachCommitAndWithNothingElse() throws {
        for journalMode in ["wal", "delete"] {
            let folder = try SQLiteFolder()
            try folder.makeDatabase(journalMode: journalMode)
            let writer = try folder.open("a.db", .readWrite)
            try writer.execute("INSERT INTO t VALUES (2)")
            let first = try Self.fingerprint(folder)
            #expect(try Self.fingerprint(folder) == first)
            try writer.execute("UPDATE t SET a = a + 1")
            let second = try Self.fingerprint(folder)
            #expect(second != first)
            // Moving data from the -wal into the file does not change the database.
            _ = try writer.values("PRAGMA wal_checkpoint")
            #expect(try Self.fingerprint(folder) == second)
            writer.close()
        }
    }

    private static func fingerprint(_ folder: SQLiteFolder) throws -> String {
        let reader = try folder.open("a.db", .readOnly)
        defer { reader.close() }
        return try reader.sharedSnapshot { _ in try reader.sourceFingerprint() }
    }

    @Test func aFingerprintIsOfASharedSnapshotOnly() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        let reader = try folder.open("a.db", .readOnly)
        try reader.beginSnapshot()
        #expect(databaseError { _ = try reader.sourceFingerprint() }?.message.contains("shared snapshot") == true)
        reader.close()
    }

    /// A program that writes to a quiet file can work beside its readers, including checkpoints. The file does not change meanwhile.
    @Test func quietFileStaysAsItIsWhileItIsRead() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase(journalMode: "wal")
        // Only the database file is read: closing a descriptor of another file would drop this process's locks on that file.
        func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder("a.db"))) }
        let before = try bytes()
        let reader = try folder.open("a.db", .readOnly)
        _ = try reader.beginSharedSnapshot()
        #expect(reader.readingRemarks.isEmpty)
        // A short visit of a writer: the checkpoint of the last connection that closes would need the file for itself.
        #expect(try shell(folder("a.db"), "INSERT INTO t VALUES (2)") == 0)
        #expect(try bytes() == before)
        // A long visit in this process, which makes a checkpoint as soon as it is possible.
        try waitUntilJoined(folder("a.db-shm"))
        let newcomer = try folder.open("a.db", .readWrite, lockTimeout: 0)
        try newcomer.execute("INSERT INTO t VALUES (3)")
        try newcomer.execute("INSERT INTO t SELECT zeroblob(4096) FROM t a, t b, t c, t d, t e, t f, t g")
        #expect(try newcomer.values("PRAGMA wal_checkpoint(TRUNCATE)")[0][0] == 1)
        #expect(try reader.queryValue("SELECT count(*) FROM t") == 1)
        #expect(reader.readingRemarks.contains { $0.contains("began to write") })
        newcomer.close()
        #expect(try bytes() == before)
        try reader.commit()
        reader.close()
        // The written rows are there, and nothing hinders a checkpoint any more.
        let later = try folder.open("a.db", .readWrite)
        #expect(try later.queryValue("SELECT count(*) FROM t") == 2_190)
        #expect(try later.values("PRAGMA wal_checkpoint(TRUNCATE)")[0][0] == 0)
        later.close()
        #expect(try folder.contents().keys.sorted() == ["a.db"])
    }

    /// Waits until the lock on byte 123 is held, which belongs to a reader of the file alone (https://www.sqlite.org/walformat.html).
    private func waitUntilJoined(_ walIndex: String) throws {
        let facts = try FileManager.default.attributesOfItem(atPath: walIndex)
        let place = ":\(try #require(facts[.systemFileNumber] as? Int)) 123 123"
        let deadline = ContinuousClock.now + .seconds(30)
        while try !String(contentsOfFile: "/proc/locks", encoding: .utf8).contains(place) {
            try #require(ContinuousClock.now < deadline)
        }
    }

    @Test func quietFileThatIsWrittenByNobodysRulesIsAnError() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase(journalMode: "wal")
        let reader = try folder.open("a.db", .readOnly)
        try reader.beginSnapshot()
        #expect(try reader.queryValue("SELECT count(*) FROM t") == 1)
        try reader.confirmSnapshot()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder("a.db")))
        try file.seekToEnd()
        try file.write(contentsOf: Data(count: 4096))
        #expect(databaseError { try reader.confirmSnapshot() }?.kind == .changedMeanwhile)
        #expect(databaseError { try reader.commit() }?.message.contains(folder("a.db")) == true)
        reader.close()
    }

    /// Several readers may read a quiet file at once. None of them takes another one for a program that has the database open.
    @Test func readersOfAQuietFileLeaveItQuiet() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase(journalMode: "wal")
        usleep(100_000)
        let before = try folder.contents()
        let readers = try (0..<3).map { _ in try folder.open("a.db", .readOnly) }
        for reader in readers { #expect(try reader.queryValue("SELECT count(*) FROM t") == 1) }
        #expect(try folder.contents() == before)
        for reader in readers { reader.close() }
        #expect(try folder.contents() == before)
    }

    /// Closing any descriptor of a file would drop all of the process's locks on the file, including SQLite's.
    @Test func lookingAtAFileDropsNoLockOfThisProcess() async throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        let writer = try folder.open("a.db", .readWrite)
        try writer.begin()
        let reader = try folder.open("a.db", .readOnly)
        _ = try SQLiteFingerprint(of: SQLiteFile(existing: folder("a.db")))
        #expect(try shell(folder("a.db"), "BEGIN IMMEDIATE") != 0)
        reader.close()
        #expect(try shell(folder("a.db"), "BEGIN IMMEDIATE") != 0)
        try writer.commit()
        #expect(try shell(folder("a.db"), "BEGIN IMMEDIATE") == 0)
        writer.close()
    }

    /// Runs SQL in SQLite's shell, which is another process, and returns its exit code.
    private func shell(_ path: String, _ sql: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-bail", path, sql]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
