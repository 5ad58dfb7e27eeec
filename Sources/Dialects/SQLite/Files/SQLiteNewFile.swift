import TCSQLite
import Synchronization

/// The fact whether one of a database's connections has created its file.
final class SQLiteNewFile: Sendable {
    private let flag = Mutex(false)

    var isOurs: Bool {
        get { flag.withLock { $0 } }
        set { flag.withLock { $0 = newValue } }
    }
}

extension SQLiteConnection {
    /// Removes the database's file and closes the connection, if one of the database's connections created the file and its
    /// schema is still empty. Does nothing inside a transaction.
    func discardIfNew() {
        guard newFile?.isOurs == true else { return }
        _ = try? discardIfEmpty()
    }

    /// Removes the database's file and closes the connection, if the schema is empty but for SQLite's own tables of statistics and
    /// counters. Does nothing inside a transaction.
    ///
    /// The check holds the write lock, so nobody can write during it, and a program that waits for that lock finds out that the
    /// file is gone (`requireFile`). Throws `DatabaseError` if a file can't be removed; the connection is closed then, too.
    func discardIfEmpty() throws(DatabaseError) -> Bool {
        guard handle.isOpen, !isInTransaction, beginsWhereEmpty() else { return false }
        defer { close() }
        try FileRemoval.remove(handle.filePath)
        newFile?.isOurs = false
        return true
    }

    /// Begins a transaction, if the schema is empty. Returns whether one is open.
    private func beginsWhereEmpty() -> Bool {
        do throws(DatabaseError) {
            try begin()
            let objects = try queryValue(
                "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
            guard objects?.integer == 0 else {
                try rollback()
                return false
            }
            try handle.leaveWALOnClose()
            return true
        } catch {
            // A transaction that can't be rolled back is left alone.
            if isInTransaction { try? rollback() }
            return false
        }
    }

    /// Throws if the file's name refers to another file by now: whatever is written through this connection would be lost with
    /// it.
    func requireFile() throws(DatabaseError) {
        guard handle.hasMoved else { return }
        throw .fileGone(handle.path)
    }
}

extension DatabaseError {
    /// The error of a connection whose file has another name by now, or none.
    static func fileGone(_ path: String) -> DatabaseError {
        DatabaseError(
            .lost, "\(path) was removed or replaced while it was open",
            remedy: "try again: the file is then opened again")
    }
}

extension SQLiteHandle {
    /// Whether the file was moved or removed
    /// (https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlhasmoved).
    var hasMoved: Bool {
        guard let pointer = try? live() else { return false }
        var answer: Int32 = 0
        let code = sqlite3_file_control(pointer, "main", SQLITE_FCNTL_HAS_MOVED, &answer)
        return code == SQLITE_OK && answer != 0
    }

    /// The file's absolute path, as SQLite reports it.
    var filePath: String {
        guard let pointer = try? live(), let name = sqlite3_db_filename(pointer, "main") else { return path }
        return String(cString: name)
    }
}
