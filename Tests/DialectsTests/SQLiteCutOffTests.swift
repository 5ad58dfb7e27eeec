import Foundation
import TestSupport
import Testing

@testable import Dialects

@Suite("A SQLite file whose end is missing is refused before a row is read")
struct SQLiteCutOffTests {
    private static let insertion = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
        INSERT INTO t SELECT i, printf('%.500c', 'x') FROM n;
        """
    private static let table = "CREATE TABLE t (a INTEGER, filler); \(insertion)"
    private static let pageSize = 4_096

    private func make(_ folder: SQLiteFolder, _ script: String = SQLiteCutOffTests.table) throws {
        let writer = try folder.open()
        try writer.executeScript(script)
        writer.close()
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func write(_ bytes: Data, _ path: String) throws { try bytes.write(to: URL(fileURLWithPath: path)) }

    private func rows(_ folder: SQLiteFolder) throws -> [[Value]] {
        let reader = try folder.open("a.db", .readOnly)
        defer { reader.close() }
        return try reader.values("SELECT count(*), sum(length(filler)) FROM t")
    }

    @Test("of the last page, or more", arguments: [1, 100, 4_095, 4_096, 10_000], ["delete", "wal"])
    func cutOff(missing: Int, mode: String) throws {
        let folder = try SQLiteFolder()
        try make(folder, "PRAGMA journal_mode = \(mode); \(Self.table)")
        let whole = try bytes(folder("a.db"))
        try write(whole.dropLast(missing), folder("a.db"))
        let error = databaseError { _ = try rows(folder) }
        #expect(error?.kind == .corrupt)
        let sizes = "cut off after \(whole.count - missing) of \(whole.count) bytes"
        #expect(error?.message == "\(folder("a.db")) is damaged: it is \(sizes)")
        #expect(error?.remedy?.contains("copy it again") == true)
    }

    @Test("a file that is longer than its header says is whole, and so is one whose header counts nothing")
    func notCutOff() throws {
        let folder = try SQLiteFolder()
        try make(folder)
        let whole = try bytes(folder("a.db"))
        try write(whole + Data(repeating: 0, count: 9_000), folder("a.db"))
        #expect(try rows(folder) == [[500, 250_000]])
        // The count is out of date: the last program to write the file did not know it.
        var old = whole
        old[30] = 0xFF
        old[95] ^= 1
        try write(old, folder("a.db"))
        #expect(try rows(folder) == [[500, 250_000]])
    }

    private func firstPage(inWALAt path: String) throws -> Int? {
        guard let wal = SQLiteDescriptor(reading: path) else { return nil }
        return try SQLiteWALWalk(wal, isToPassDamage: false)?.pages[1]
    }

    /// Puts a database and its -wal into the state of a checkpoint that has copied the first page only.
    private func interruptCheckpoint(_ folder: SQLiteFolder, before: String, inWAL script: String) throws {
        let other = try SQLiteFolder()
        try make(other, "PRAGMA journal_mode = wal; \(before)")
        let writer = try other.open("a.db", .readWrite)
        defer { writer.close() }
        try writer.executeScript("PRAGMA wal_autocheckpoint = 0; \(script)")
        var file = try bytes(other("a.db"))
        let log = try bytes(other("a.db-wal"))
        let first = try #require(try firstPage(inWALAt: other("a.db-wal")))
        file.replaceSubrange(..<Self.pageSize, with: log[first..<first + Self.pageSize])
        try write(file, folder("a.db"))
        try write(log, folder("a.db-wal"))
    }

    @Test("a file whose last pages are in its -wal is whole")
    func interruptedCheckpoint() throws {
        let folder = try SQLiteFolder()
        try interruptCheckpoint(folder, before: "CREATE TABLE t (a INTEGER, filler)", inWAL: Self.insertion)
        #expect(try bytes(folder("a.db")).count < 10 * Self.pageSize)
        #expect(try rows(folder) == [[500, 250_000]])
    }

    @Test("a -wal that has other pages makes no file whole")
    func otherPages() throws {
        let folder = try SQLiteFolder()
        try interruptCheckpoint(folder, before: Self.table, inWAL: "CREATE TABLE u (a); UPDATE t SET a = 0 WHERE a = 1")
        try write(try bytes(folder("a.db")).prefix(20 * Self.pageSize + 7), folder("a.db"))
        let error = databaseError { _ = try rows(folder) }
        #expect(error?.kind == .corrupt)
        #expect(error?.message.contains("cut off after \(20 * Self.pageSize + 7) of ") == true)
    }

    /// The header is that of the interrupted transaction, which had made the file longer.
    @Test("a file whose header is still to be rolled back is whole")
    func hotJournal() throws {
        let (folder, other) = (try SQLiteFolder(), try SQLiteFolder())
        let writer = try other.open()
        try writer.executeScript("\(Self.table) PRAGMA cache_size = 5; BEGIN; \(Self.insertion)")
        var file = try bytes(other("a.db"))
        let journal = try bytes(other("a.db-journal"))
        writer.close()
        file[29] = 1
        try write(file, folder("a.db"))
        try write(journal, folder("a.db-journal"))
        #expect(try rows(folder) == [[500, 250_000]])
    }
}
