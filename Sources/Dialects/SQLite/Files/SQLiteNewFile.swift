import TCSQLite
import TCPOSIX
import Synchronization

/// Whether one of a database's connections has made its file.
final class SQLiteNewFile: Sendable {
    private let flag = Mutex(false)

    var isOurs: Bool {
        get { flag.withLock { $0 } }
        set { flag.withLock { $0 = newValue } }
    }
}

extension SQLiteConnection {
    /// Nobody can write while we look, and whoever waits to finds out that the file is gone (`requireFile`). What lies beside it
    /// goes first: a file that somebody else makes in the meantime must not meet it.
    func discardIfNew() {
        guard newFile?.isOurs == true, handle.isOpen, !isInTransaction else { return }
        do throws(DatabaseError) {
            try begin()
            guard try queryValue("SELECT count(*) FROM sqlite_schema")?.integer == 0 else { return try rollback() }
            try handle.leaveWALOnClose()
            for suffix in ["-wal", "-shm", "-journal", ""] { unlink(handle.filePath + suffix) }
            newFile?.isOurs = false
            close()
        } catch {
            // What can't be taken back stays.
            if isInTransaction { try? rollback() }
        }
    }

    /// Throws when the file is no longer the one that its name names: what is written to it would be gone with this connection.
    func requireFile() throws(DatabaseError) {
        guard handle.hasMoved else { return }
        throw DatabaseError(
            .lost, "\(handle.path) was removed or replaced while it was open",
            remedy: "try again: it is then opened anew")
    }
}

extension SQLiteHandle {
    /// https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlhasmoved
    var hasMoved: Bool {
        guard let pointer = try? live() else { return false }
        var answer: Int32 = 0
        let code = sqlite3_file_control(pointer, "main", SQLITE_FCNTL_HAS_MOVED, &answer)
        return code == SQLITE_OK && answer != 0
    }

    /// As SQLite has it: absolute.
    var filePath: String {
        guard let pointer = try? live(), let name = sqlite3_db_filename(pointer, "main") else { return path }
        return String(cString: name)
    }
}
