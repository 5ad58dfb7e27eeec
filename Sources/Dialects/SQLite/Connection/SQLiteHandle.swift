import TCSQLite

/// An open SQLite database. It owns the C handle and turns SQLite's answers into errors.
final class SQLiteHandle {
    /// The database's file as the caller wrote it, for messages.
    let path: String
    let limits: SQLiteLimits
    let interrupter: SQLiteInterrupter
    private var pointer: OpaquePointer?
    /// The way in which the file is read; `nil` for a database that no other process can open.
    private(set) var source: SQLiteSource?
    /// The use of the file. It lasts until the last statement is gone, which is when SQLite gives up its locks.
    private let use: SQLiteFileUse?

    /// Opens `file` (a path or, with `SQLITE_OPEN_URI` among the flags, a URI). Throws `DatabaseError`.
    init(
        _ file: String, flags: Int32, path: String, options: ConnectionOptions, source: SQLiteSource? = nil
    ) throws(DatabaseError) {
        use = SQLiteFileUse(file)
        var opened: OpaquePointer?
        // Only the connection's thread uses the handle, so that SQLite's own mutexes are not needed
        // (https://www.sqlite.org/threadsafe.html).
        let code = sqlite3_open_v2(file, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard let opened, code == SQLITE_OK else {
            let error = DatabaseError(
                sqlite: opened.map(sqlite3_extended_errcode) ?? code, String(cString: sqlite3_errstr(code)), path: path,
                systemError: opened.map(sqlite3_system_errno) ?? 0)
            sqlite3_close_v2(opened)
            throw error
        }
        sqlite3_extended_result_codes(opened, 1)
        self.path = path
        pointer = opened
        self.source = source
        interrupter = SQLiteInterrupter(opened)
        limits = SQLiteLimits(
            lockTimeout: options.lockTimeout, statementTimeout: options.statementTimeout, interrupter: interrupter)
        limits.install(on: opened)
    }

    deinit { close() }

    /// Closes the handle. Statements that still run are finalized by their owners; SQLite closes the file with the last of
    /// them.
    func close() {
        guard let pointer else { return }
        interrupter.retire()
        self.pointer = nil
        sqlite3_close_v2(pointer)
        source = nil
    }

    /// Returns the open handle. Throws if the connection is closed.
    func live() throws(DatabaseError) -> OpaquePointer {
        guard let pointer else { throw DatabaseError(.lost, "the connection to \(path) is closed") }
        return pointer
    }

    var isOpen: Bool { pointer != nil }
    var isInTransaction: Bool { pointer.map { sqlite3_get_autocommit($0) == 0 } ?? false }
    /// Whether SQLite opened the file read-only, whatever access was requested.
    var isReadOnly: Bool { pointer.map { sqlite3_db_readonly($0, "main") == 1 } ?? false }
    /// The version of the SQLite library, as in `3.40.1`.
    var version: String { String(cString: sqlite3_libversion()) }

    /// The number of rows that were changed since the connection was opened, including changes by triggers and cascades.
    var totalChanges: Int64 { pointer.map(sqlite3_total_changes64) ?? 0 }
    /// The number of rows that the last INSERT, UPDATE or DELETE changed directly.
    var changes: Int { pointer.map { Int(sqlite3_changes64($0)) } ?? 0 }

    /// Ends every query that is still being read, so that none of them can hinder a rollback.
    func resetStatements() {
        guard let pointer else { return }
        var statement = sqlite3_next_stmt(pointer, nil)
        while let current = statement {
            sqlite3_reset(current)
            statement = sqlite3_next_stmt(pointer, current)
        }
    }

    /// Returns the error of the last call.
    func error(_ code: Int32, statement: String?) -> DatabaseError {
        let message = pointer.map { String(cString: sqlite3_errmsg($0)) } ?? ""
        if SQLiteResult.mayBeStop(code, message), let reason = limits.reasonForStopping() {
            return DatabaseError(.interrupted, reason, statement: statement, code: SQLiteResult.name(of: code))
        }
        guard let pointer else {
            return DatabaseError(.lost, "the connection to \(path) is closed", statement: statement)
        }
        // A file that looks damaged may only have been written while it was read.
        if code & 0xFF == SQLITE_CORRUPT, let change = source?.change() { return change }
        return DatabaseError(
            sqlite: code, message, path: path, systemError: sqlite3_system_errno(pointer), statement: statement)
    }

    /// Switches foreign keys on or off, also inside a transaction, where the pragma does nothing.
    func enforceForeignKeys(_ enforced: Bool) throws(DatabaseError) {
        let code = csqlite_enforce_foreign_keys(try live(), enforced ? 1 : 0)
        guard code == SQLITE_OK else { throw error(code, statement: nil) }
    }

    /// Makes the close of this handle leave the -wal file unchanged, even if it is the last connection to the file
    /// (https://www.sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfignockptonclose).
    func leaveWALOnClose() throws(DatabaseError) {
        let code = csqlite_no_checkpoint_on_close(try live())
        guard code == SQLITE_OK else { throw error(code, statement: nil) }
    }
}
