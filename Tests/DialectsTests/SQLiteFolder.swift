import Foundation

@testable import Dialects

/// A folder for one test, which is removed with this object, and methods that make databases in it.
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

    /// Opens a connection to a database in the folder, on the calling thread.
    func open(
        _ name: String = "a.db", _ access: ConnectionOptions.Access = .create, owned: Bool = false,
        lockTimeout: Double = 5, statementTimeout: Double? = nil
    ) throws -> any Connection {
        let options = ConnectionOptions(
            access: access, lockTimeout: lockTimeout, statementTimeout: statementTimeout, isOwned: owned)
        return try SQLiteDriver(path: self(name), options: options).connect()
    }

    /// Makes a database with a table `t(a)` that holds 1, and closes it.
    func makeDatabase(_ name: String = "a.db", journalMode: String = "delete") throws {
        let connection = try open(name)
        try connection.executeScript(
            "PRAGMA journal_mode = \(journalMode); CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        connection.close()
    }

    /// Makes a database whose second row, 2, is in a -wal that was not checkpointed.
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

    /// Makes a database whose writer was interrupted while it overwrote every row. The journal holds the old rows.
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

    /// Returns every file with its bytes, time of change and mode.
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

/// Returns the error that `body` throws if it is a `DatabaseError`, and `nil` otherwise.
func databaseError(_ body: () throws -> Void) -> DatabaseError? {
    do {
        try body()
        return nil
    } catch {
        return error as? DatabaseError
    }
}
