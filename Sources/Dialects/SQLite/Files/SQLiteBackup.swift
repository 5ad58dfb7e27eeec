import TCSQLite

extension SQLitePrivateCopy {
    /// Copies a database that others have open in WAL mode and that this user may not write, as a single reader sees it.
    /// Several readers could not be brought to one snapshot. The writers continue meanwhile
    /// (https://www.sqlite.org/backup.html).
    static func backup(of file: SQLiteFile, _ options: ConnectionOptions) throws(DatabaseError) -> SQLitePrivateCopy {
        let remark = "read from a private copy of \(file.name), because this user may not lock out its writers"
        return try SQLitePrivateCopy(of: file, in: options.temporaryFolder, remark) { target throws(DatabaseError) in
            let handle = try SQLiteHandle(file.path, flags: SQLITE_OPEN_READONLY, path: file.name, options: options)
            let reader = SQLiteConnection(handle)
            defer { reader.close() }
            let fingerprint = try beginKnownSnapshot(reader, file)
            do throws(DatabaseError) { try copy(reader, to: target, named: file.name) } catch {
                throw fault(error, writing: target)
            }
            return fingerprint
        }
    }

    /// Begins a snapshot beside a writer, and returns the fingerprint that identifies it.
    private static func beginKnownSnapshot(
        _ reader: SQLiteConnection, _ file: SQLiteFile
    ) throws(DatabaseError) -> String {
        for _ in 0..<1_000 {
            try reader.beginSnapshot()
            let before = try SQLiteWALState(of: reader.handle)
            try reader.rollback()
            try reader.beginSnapshot()
            // The state is the same before and after the beginning, so nothing was committed in between.
            if try SQLiteWALState(of: reader.handle) == before { return try before.fingerprint(of: file) }
            try reader.rollback()
        }
        throw DatabaseError(
            .locked, "\(file.name) can't be copied, because another program keeps writing to it",
            remedy: "run this as a user who may write the file, or stop the program that writes it")
    }

    /// Copies what the reader sees. SQLite reports the original's faults as those of the copy, which therefore has the original's name.
    private static func copy(
        _ reader: SQLiteConnection, to target: String, named name: String
    ) throws(DatabaseError) {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let handle = try SQLiteHandle(target, flags: flags, path: name, options: ConnectionOptions(lockTimeout: 0))
        let writer = SQLiteConnection(handle)
        defer { writer.close() }
        // The copy of a run that was interrupted is of no use, so it need not survive a crash.
        try writer.executeScript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        guard let backup = sqlite3_backup_init(try handle.live(), "main", try reader.handle.live(), "main") else {
            throw handle.error(sqlite3_errcode(try handle.live()), statement: nil)
        }
        let code = sqlite3_backup_step(backup, -1)
        sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE else { throw handle.error(code, statement: nil) }
    }
}
