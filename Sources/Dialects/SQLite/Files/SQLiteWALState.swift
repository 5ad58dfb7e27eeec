import TCSQLite

/// How far the -wal goes now, as the wal-index that all connections share tells
/// (https://www.sqlite.org/walformat.html#the_wal_index_header).
struct SQLiteWALState: Equatable {
    /// Frames that are committed; 0 when everything is in the database's file.
    private let frames: UInt32
    /// Pages, checksum over all frames, and salts.
    private let identity: [UInt8]

    /// `handle` must have read the database in WAL mode already. Throws `DatabaseError`.
    init(of handle: SQLiteHandle) throws(DatabaseError) {
        for _ in 0..<100 {
            let header = try Self.header(of: handle)
            // Two copies, written one after the other: equal ones are whole.
            guard header.prefix(48).elementsEqual(header.dropFirst(48)) else { continue }
            frames = header.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: UInt32.self) }
            identity = Array(header[20..<40])
            return
        }
        throw DatabaseError(.locked, "the wal-index of \(handle.path) changes all the time", remedy: "try again")
    }

    /// Of this snapshot: as long as frames lie in the -wal they and its salts tell, and otherwise the file does.
    func fingerprint(of file: SQLiteFile) throws(DatabaseError) -> String {
        guard frames > 0 else { return try SQLiteFingerprint(of: file).databaseText }
        return "wal:\(frames):\(SQLiteFingerprint.hexadecimal(identity))"
    }

    /// The first 96 bytes, through SQLite's own mapping: a descriptor of ours would drop its locks when it is closed.
    private static func header(of handle: SQLiteHandle) throws(DatabaseError) -> [UInt8] {
        let (file, methods) = try handle.walIndex()
        var region: UnsafeMutableRawPointer?
        let mapped = methods.xShmMap?(file, 0, 32 * 1024, 0, &region)
        guard mapped == SQLITE_OK, let region else { throw handle.error(mapped ?? SQLITE_ERROR, statement: nil) }
        return Array(UnsafeRawBufferPointer(start: region, count: 96))
    }
}

extension SQLiteHandle {
    /// Keeps whatever is in a -wal out of the database's file, until this handle is closed: the lock of a reader who reads the
    /// file alone (https://www.sqlite.org/walformat.html, `WAL_READ_LOCK(0)`). The database must have been read in WAL mode
    /// already, and is not to be read again: SQLite would take the lock for its own.
    func keepCheckpointsBack() throws(DatabaseError) {
        let (file, methods) = try walIndex()
        let code = methods.xShmLock?(file, 3, 1, SQLITE_SHM_LOCK | SQLITE_SHM_SHARED)
        guard code == SQLITE_OK else { throw error(code ?? SQLITE_ERROR, statement: nil) }
    }

    /// SQLite's own access to the wal-index (https://www.sqlite.org/c3ref/io_methods.html).
    fileprivate func walIndex() throws(DatabaseError) -> (UnsafeMutablePointer<sqlite3_file>, sqlite3_io_methods) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(try live(), "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard code == SQLITE_OK, let file, let methods = file.pointee.pMethods?.pointee, methods.iVersion >= 2 else {
            throw error(code, statement: nil)
        }
        return (file, methods)
    }
}
