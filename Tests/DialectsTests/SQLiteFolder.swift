import Foundation

@testable import Dialects

/// A folder of the test's own, removed with it, and ways to make databases there.
final class SQLiteFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "sqlite-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        _ = chmod(path, 0o700)
        try? FileManager.default.removeItem(atPath: path)
    }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// A connection to a database in the folder, on the calling thread.
    func open(
        _ name: String = "a.db", _ access: ConnectionOptions.Access = .create, owned: Bool = false,
        lockTimeout: Double = 5, statementTimeout: Double? = nil
    ) throws -> any Connection {
        let options = ConnectionOptions(
            access: access, lockTimeout: lockTimeout, statementTimeout: statementTimeout, isOwned: owned)
        return try SQLiteDriver(path: self(name), options: options).connect()
    }

    /// A database with one table `t(a)` that holds 1, closed.
    func makeDatabase(_ name: String = "a.db", journalMode: String = "delete") throws {
        let connection = try open(name)
        try connection.executeScript(
            "PRAGMA journal_mode = \(journalMode); CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        connection.close()
    }

    /// A database whose second row, 2, lies in a -wal that nobody has brought back.
    func makeOrphanWAL(_ name: String = "a.db") throws {
        let other = try SQLiteFolder()
        try other.makeDatabase(journalMode: "wal")
        let writer = try other.open("a.db", .readWrite)
        try writer.execute("INSERT INTO t VALUES (2)")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: other("a.db") + suffix, toPath: self(name) + suffix)
        }
        writer.close()
    }

    /// A database that was cut off while every row was being overwritten: the journal holds what they were.
    func makeHotJournal(_ name: String = "a.db") throws {
        let other = try SQLiteFolder()
        let writer = try other.open()
        try writer.executeScript(
            """
            CREATE TABLE t (a, filler); PRAGMA cache_size = 5;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
            INSERT INTO t SELECT i, zeroblob(1000) FROM n;
            BEGIN; UPDATE t SET a = -a, filler = zeroblob(1000);
            """)
        for suffix in ["", "-journal"] {
            try FileManager.default.copyItem(atPath: other("a.db") + suffix, toPath: self(name) + suffix)
        }
        writer.close()
    }

    struct Entry: Equatable {
        var bytes: Data
        var changed: Date?
        var mode: Int?
    }

    /// Every file with its bytes, time of change and mode.
    func contents() throws -> [String: Entry] {
        var entries: [String: Entry] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            let facts = try FileManager.default.attributesOfItem(atPath: self(name))
            entries[name] = Entry(
                bytes: try Data(contentsOf: URL(fileURLWithPath: self(name))),
                changed: facts[.modificationDate] as? Date, mode: facts[.posixPermissions] as? Int)
        }
        return entries
    }
}

/// The error that `body` throws, when it is a `DatabaseError`.
func databaseError(_ body: () throws -> Void) -> DatabaseError? {
    do {
        try body()
        return nil
    } catch {
        return error as? DatabaseError
    }
}
