import Foundation
import Testing

@testable import Dialects

@Suite("The data of a SQLite database, compared by a digest")
struct SQLiteContentTests {
    @Test("readers and checkpoints leave it as it is, and each write changes it", arguments: [512, 4_096, 65_536])
    func digest(_ pageSize: Int) throws {
        let folder = try SQLiteFolder()
        let path = folder("a.db")
        let writer = try folder.open()
        try writer.executeScript(
            """
            PRAGMA page_size = \(pageSize); PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;
            CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB);
            """)
        var seen: Set<String> = []
        for round in 0..<12 {
            try writer.executeScript(
                "INSERT INTO t (b) VALUES (randomblob(\(100 + 3_000 * round))); DELETE FROM t WHERE id = (SELECT max(id) FROM t) - 3;"
            )
            let written = try #require(SQLiteContent.digest(of: path))
            #expect(seen.insert(written).inserted)
            _ = try writer.query("SELECT count(*) FROM t")
            if round % 3 == 0 { _ = try writer.query("PRAGMA wal_checkpoint(PASSIVE)") }
            if round % 5 == 4 { _ = try writer.query("PRAGMA wal_checkpoint(TRUNCATE)") }
            #expect(SQLiteContent.digest(of: path) == written)
        }
        writer.close()
        let closed = try #require(SQLiteContent.digest(of: path))
        #expect(seen.contains(closed))
        let reader = try folder.open("a.db", .readWrite)
        _ = try reader.query("SELECT count(*) FROM t")
        #expect(SQLiteContent.digest(of: path) == closed)
        _ = try reader.query("PRAGMA journal_mode = delete")
        reader.close()
        #expect(SQLiteContent.digest(of: path) == closed)
    }

    @Test("what no transaction has completed does not count; what can't be read has no digest")
    func incomplete() throws {
        let folder = try SQLiteFolder()
        try folder.makeOrphanWAL()
        let (path, written) = (folder("a.db"), SQLiteContent.digest(of: folder("a.db")))
        #expect(written != nil)
        let wal = try #require(FileHandle(forWritingAtPath: "\(path)-wal"))
        try wal.seekToEnd()
        try wal.write(contentsOf: Data(repeating: 7, count: 5_000))
        try wal.close()
        #expect(SQLiteContent.digest(of: path) == written)
        try FileManager.default.removeItem(atPath: "\(path)-wal")
        #expect(SQLiteContent.digest(of: path) != written)
        #expect(SQLiteContent.digest(of: folder("none.db")) == nil)
        try Data("no database".utf8).write(to: URL(fileURLWithPath: folder("text")))
        #expect(SQLiteContent.digest(of: folder("text")) == nil)
    }

    @Test("a database whose interrupted transaction is still to be rolled back has no digest")
    func hotJournal() throws {
        let folder = try SQLiteFolder()
        try folder.makeHotJournal()
        #expect(SQLiteContent.digest(of: folder("a.db")) == nil)
        let reader = try folder.open("a.db", .readWrite)
        _ = try reader.query("SELECT count(*) FROM t")
        reader.close()
        #expect(SQLiteContent.digest(of: folder("a.db")) != nil)
    }

    /// A folder can be opened as a file can, and every read of it fails, as on a damaged disk.
    @Test("a companion that can't be read may hold anything, so there is no digest", arguments: ["-wal", "-journal"])
    func unreadable(suffix: String) throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        #expect(SQLiteContent.digest(of: folder("a.db")) != nil)
        let companion = folder("a.db\(suffix)")
        try FileManager.default.createDirectory(atPath: companion, withIntermediateDirectories: false)
        #expect(SQLiteContent.digest(of: folder("a.db")) == nil)
    }

    @Test("an empty file is a database without data, until its first table")
    func empty() throws {
        let folder = try SQLiteFolder()
        try Data().write(to: URL(fileURLWithPath: folder("a.db")))
        let empty = try #require(SQLiteContent.digest(of: folder("a.db")))
        #expect(SQLiteContent.digest(of: folder("a.db")) == empty)
        try folder.makeDatabase()
        let filled = try #require(SQLiteContent.digest(of: folder("a.db")))
        #expect(filled != empty)
    }

    @Test("a link to a database has the database's data, with those in the -wal beside the database")
    func link() throws {
        let (folder, links) = (try SQLiteFolder(), try SQLiteFolder())
        try folder.makeOrphanWAL()
        try FileManager.default.createSymbolicLink(atPath: links("a.db"), withDestinationPath: folder("a.db"))
        let written = try #require(SQLiteContent.digest(of: folder("a.db")))
        #expect(SQLiteContent.digest(of: links("a.db")) == written)
        try FileManager.default.removeItem(atPath: folder("a.db-wal"))
        #expect(SQLiteContent.digest(of: links("a.db")) != written)
    }
}
