import Foundation
import TestSupport
import Testing

@testable import Dialects

/// Tests that a foreign database is read completely, and that its folder does not change by a byte.
@Suite struct SQLiteReadOnlyTests {

    private func check(_ folder: SQLiteFolder, name: String = "a.db", expecting: [[Value]]) throws {
        // After this pause, a change would also show in the files' times.
        usleep(20_000)
        let before = try folder.contents()
        let connection = try folder.open(name, .readOnly)
        let rows = try connection.values("SELECT count(*), sum(a) FROM t")
        let write = databaseError { try connection.execute("INSERT INTO t (a) VALUES (9)") }
        let during = try folder.contents()
        connection.close()
        #expect(rows == expecting)
        #expect(write?.kind == .permission)
        #expect(during == before)
        #expect(try folder.contents() == before)
    }

    @Test func cleanDatabaseInRollbackMode() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        try check(folder, expecting: [[1, 1]])
    }

    @Test func cleanWALDatabase() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase(journalMode: "wal")
        #expect(try folder.contents().keys.sorted() == ["a.db"])
        try check(folder, expecting: [[1, 1]])
    }

    @Test func rowsThatAreOnlyInAnOrphanWAL() throws {
        let folder = try SQLiteFolder()
        try folder.makeOrphanWAL()
        try check(folder, expecting: [[2, 3]])
    }

    @Test func hotJournalIsRolledBackInTheCopy() throws {
        let folder = try SQLiteFolder()
        try folder.makeHotJournal()
        try check(folder, expecting: [[500, 125250]])
    }

    @Test func coldJournalOfPersistModeIsNoReasonToCopy() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase(journalMode: "persist")
        #expect(try folder.contents().keys.sorted() == ["a.db", "a.db-journal"])
        #expect(try SQLiteFile(existing: folder("a.db")).hasHotJournal == false)
        try check(folder, expecting: [[1, 1]])
    }

    @Test func databaseThatAnotherProgramHasOpen() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase(journalMode: "wal")
        let writer = try folder.open("a.db", .readWrite)
        try writer.execute("INSERT INTO t VALUES (2)")
        usleep(100_000)
        try check(folder, expecting: [[2, 3]])
        try writer.execute("INSERT INTO t VALUES (3)")
        #expect(try writer.queryValue("SELECT count(*) FROM t") == 3)
        writer.close()
    }

    @Test func pathWithSignsThatMeanSomethingInAURI() throws {
        let folder = try SQLiteFolder()
        let name = "50% of #1? ü&x=y.db"
        try folder.makeDatabase(name)
        try check(folder, name: name, expecting: [[1, 1]])
    }

    @Test func companionsLieBesideWhatALinkPointsTo() throws {
        let folder = try SQLiteFolder()
        try folder.makeOrphanWAL("real.db")
        let links = try SQLiteFolder()
        try FileManager.default.createSymbolicLink(atPath: links("link.db"), withDestinationPath: folder("real.db"))
        let before = try folder.contents()
        let connection = try links.open("link.db", .readOnly)
        #expect(try connection.queryValue("SELECT count(*) FROM t") == 2)
        connection.close()
        #expect(try folder.contents() == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: links.path) == ["link.db"])
    }

    @Test func connectionsOfOneDriverShareTheCopyAndTheLastRemovesIt() throws {
        let folder = try SQLiteFolder()
        try folder.makeOrphanWAL()
        usleep(100_000)
        let copies = try SQLiteFolder()
        let options = ConnectionOptions(access: .readOnly, temporaryFolder: copies.path)
        let driver = SQLiteDriver(path: folder("a.db"), options: options)
        let first = try driver.connect()
        let second = try driver.connect()
        let file = try first.values("PRAGMA database_list")[0][2].text ?? ""
        #expect(try second.values("PRAGMA database_list")[0][2].text == file)
        #expect(file.hasPrefix(copies.path))
        let copyFolder = String(file.dropLast("/copy".count))
        let mode = try FileManager.default.attributesOfItem(atPath: copyFolder)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        first.close()
        #expect(try second.queryValue("SELECT count(*) FROM t") == 2)
        second.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: copies.path).isEmpty)
    }

    @Test func copyOfAKilledProcessIsRemovedByTheNext() throws {
        let (folder, copies) = (try SQLiteFolder(), try SQLiteFolder())
        try folder.makeOrphanWAL()
        func leave(_ name: String, mode: Int = 0o700, file: String = "copy") throws {
            try FileManager.default.createDirectory(
                atPath: copies(name), withIntermediateDirectories: false, attributes: [.posixPermissions: mode])
            try "rows".write(toFile: "\(copies(name))/\(file)", atomically: false, encoding: .utf8)
        }
        try leave("tc-migrate-copy-killed")
        let others = ["alive1", "public", "filled", "longer1"].map { "tc-migrate-copy-\($0)" }
        try leave(others[0])
        try leave(others[1], mode: 0o755)
        try leave(others[2], file: "notes")
        try leave(others[3])
        let lock = open(copies(others[0]), O_RDONLY)
        defer { close(lock) }
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
        usleep(100_000)
        let options = ConnectionOptions(access: .readOnly, temporaryFolder: copies.path)
        let reader = try SQLiteDriver(path: folder("a.db"), options: options).connect()
        let second = try SQLiteDriver(path: folder("a.db"), options: options).connect()
        #expect(try reader.queryValue("SELECT count(*) FROM t") == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: copies.path).count == others.count + 2)
        reader.close()
        second.close()
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: copies.path)) == Set(others))
        for (name, file) in zip(others, ["copy", "copy", "notes", "copy"]) {
            #expect(FileManager.default.fileExists(atPath: "\(copies(name))/\(file)"))
        }
    }

    @Test func writerThatNeverRestsIsNamedAsTheReason() throws {
        let folder = try SQLiteFolder()
        try folder.makeOrphanWAL()
        let path = folder("a.db-wal")
        let isDone = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            while isDone.wait(timeout: .now() + .milliseconds(1)) == .timedOut { utimes(path, nil) }
        }
        usleep(20_000)
        var error: DatabaseError?
        // On a busy machine, the other thread may pause for too long, so this tries several times.
        for _ in 0..<10 where error == nil { error = databaseError { try folder.open("a.db", .readOnly).close() } }
        isDone.signal()
        #expect(error?.kind == .locked)
        #expect(error?.message.contains("keeps writing") == true)
        #expect(error?.message.contains(folder("a.db")) == true)
    }

    @Test func whoeverMayNotHoldWritersBackReadsACopyOfOneMoment() throws {
        let folder = try SQLiteFolder()
        let writer = try LiveWriter(folder("live.db"), journalMode: "wal")
        defer { writer.stop() }
        for _ in 0..<5 {
            let file = try SQLiteFile(existing: folder("live.db"))
            let copy = try SQLitePrivateCopy.backup(of: file, ConnectionOptions(access: .readOnly))
            let source = SQLiteSource(file, .copy(copy), ConnectionOptions(access: .readOnly))
            let reader = SQLiteConnection(try source.open())
            let share = try reader.beginSharedSnapshot()
            let other = SQLiteConnection(try source.open())
            try other.beginSnapshot(joining: share)
            #expect(try other.queryValue(LiveWriter.invariant) == 1)
            #expect(try reader.queryValue("SELECT n FROM total") == other.queryValue("SELECT n FROM total"))
            #expect(try reader.sourceFingerprint().hasPrefix("wal:"))
            #expect(reader.readingRemarks.contains { $0.contains("private copy") })
            reader.close()
            other.close()
            try writer.waitForProgress()
        }
    }

    /// The -wal ends within the frame of the table's page, which SQLite finds out only when it copies that page.
    @Test func faultWhileTheCopyIsMadeNamesTheOriginal() throws {
        let (folder, copies) = (try SQLiteFolder(), try SQLiteFolder())
        try folder.makeDatabase(journalMode: "wal")
        let writer = try folder.open("a.db", .readWrite)
        defer { writer.close() }
        try writer.execute("INSERT INTO t VALUES (2)")
        try #require(truncate(folder("a.db-wal"), 100) == 0)
        let options = ConnectionOptions(access: .readOnly, temporaryFolder: copies.path)
        let error = databaseError {
            _ = try SQLitePrivateCopy.backup(of: SQLiteFile(existing: folder("a.db")), options)
        }
        #expect(error?.message.hasPrefix(folder("a.db")) == true)
        #expect(error?.message.contains(copies.path) == false)
        #expect(try FileManager.default.contentsOfDirectory(atPath: copies.path).isEmpty)
    }

    @Test func whoHasItOpenDecidesHowItIsRead() throws {
        let folder = try SQLiteFolder()
        func way(_ name: String) throws -> String {
            let source = try SQLiteSource.reading(
                SQLiteFile(existing: folder(name)), ConnectionOptions(access: .readOnly))
            switch source.way {
            case .inPlace: return "in place"
            case .untouched: return "untouched"
            case .copy: return "copy"
            }
        }
        try folder.makeDatabase("rollback.db")
        #expect(try way("rollback.db") == "in place")
        try folder.makeDatabase("quiet.db", journalMode: "wal")
        #expect(try way("quiet.db") == "untouched")
        let writer = try folder.open("quiet.db", .readWrite)
        #expect(try way("quiet.db") == "in place")
        writer.close()
        #expect(try way("quiet.db") == "untouched")
        try folder.makeOrphanWAL("orphan.db")
        #expect(try way("orphan.db") == "copy")
        try folder.makeHotJournal("hot.db")
        #expect(try way("hot.db") == "copy")
    }

    @Test func ourOwnDatabaseIsReadWhereItLiesWhileTheDaemonRuns() throws {
        let folder = try SQLiteFolder()
        let daemon = try folder.open("a.db", .create, owned: true)
        try daemon.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        let reader = try folder.open("a.db", .readOnly, owned: true)
        #expect(try reader.queryValue("SELECT count(*) FROM t") == 1)
        try daemon.execute("INSERT INTO t VALUES (2)")
        #expect(try reader.queryValue("SELECT count(*) FROM t") == 2)
        #expect(databaseError { try reader.execute("DELETE FROM t") }?.kind == .permission)
        reader.close()
        daemon.close()
    }

    @Test func ourOwnQuietDatabaseIsReadWithoutATrace() throws {
        let folder = try SQLiteFolder()
        let daemon = try folder.open("a.db", .create, owned: true)
        try daemon.execute("CREATE TABLE t (a)")
        daemon.close()
        let before = try folder.contents()
        let reader = try folder.open("a.db", .readOnly, owned: true)
        #expect(try reader.queryValue("SELECT count(*) FROM t") == 0)
        #expect(try folder.contents() == before)
        reader.close()
        #expect(try folder.contents() == before)
    }
}
