import TCSQLite

/// The extent of the -wal at present, as recorded in the wal-index that all connections share
/// (https://www.sqlite.org/walformat.html#the_wal_index_header).
struct SQLiteWALState: Equatable {
    /// The number of committed frames; 0 if all data are in the database's file.
    private let frames: UInt32
    /// The number of pages, the checksum over all frames, and the salts.
    private let identity: [UInt8]

    /// Reads the state. `handle` must have read the database in WAL mode already. Throws `DatabaseError`.
    init(of handle: SQLiteHandle) throws(DatabaseError) {
        for _ in 0..<100 {
            let header = try Self.header(of: handle)
            // The header exists in two copies, written one after the other. Equal copies are complete.
            guard header.prefix(48).elementsEqual(header.dropFirst(48)) else { continue }
            frames = header.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: UInt32.self) }
            identity = Array(header[20..<40])
            return
        }
        throw DatabaseError(.locked, "the wal-index of \(handle.path) keeps changing", remedy: "try again")
    }

    /// Returns the fingerprint of this snapshot. If the -wal contains frames, their state and its salts identify it; otherwise
    /// the file does.
    func fingerprint(of file: SQLiteFile) throws(DatabaseError) -> String {
        guard frames > 0 else { return try SQLiteFingerprint(of: file).databaseText }
        return "wal:\(frames):\(Hexadecimal.text(identity))"
    }

    /// Returns the first 96 bytes through SQLite's own mapping. Closing a separate descriptor would drop SQLite's locks.
    private static func header(of handle: SQLiteHandle) throws(DatabaseError) -> [UInt8] {
        let (file, methods) = try handle.walIndex()
        var region: UnsafeMutableRawPointer?
        let mapped = methods.xShmMap?(file, 0, 32 * 1024, 0, &region)
        guard mapped == SQLITE_OK, let region else { throw handle.error(mapped ?? SQLITE_ERROR, statement: nil) }
        return Array(UnsafeRawBufferPointer(start: region, count: 96))
    }
}

extension SQLiteHandle {
    /// Keeps the contents of a -wal out of the database's file until this handle is closed, by the lock of a reader that reads
    /// the file alone (https://www.sqlite.org/walformat.html, `WAL_READ_LOCK(0)`). The database must have been read in WAL mode
    /// already, and must not be read again: SQLite would take the lock for its own.
    func keepCheckpointsBack() throws(DatabaseError) {
        let (file, methods) = try walIndex()
        let code = methods.xShmLock?(file, 3, 1, SQLITE_SHM_LOCK | SQLITE_SHM_SHARED)
        guard code == SQLITE_OK else { throw error(code ?? SQLITE_ERROR, statement: nil) }
    }

    /// Returns SQLite's own access to the wal-index (https://www.sqlite.org/c3ref/io_methods.html).
    fileprivate func walIndex() throws(DatabaseError) -> (UnsafeMutablePointer<sqlite3_file>, sqlite3_io_methods) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(try live(), "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard code == SQLITE_OK, let file, let methods = file.pointee.pMethods?.pointee, methods.iVersion >= 2 else {
            throw error(code, statement: nil)
        }
        return (file, methods)
    }
}
