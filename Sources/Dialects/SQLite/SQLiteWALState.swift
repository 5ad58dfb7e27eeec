import CSQLite

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

    /// Of the moment that this is: as long as frames lie in the -wal they and its salts tell, and otherwise the file does.
    func fingerprint(of file: SQLiteFile) throws(DatabaseError) -> String {
        guard frames > 0 else { return try SQLiteFingerprint(of: file).databaseText }
        return "wal:\(frames):\(SQLiteFingerprint.hexadecimal(identity))"
    }

    /// The first 96 bytes, through SQLite's own mapping: a descriptor of ours would drop its locks when it is closed.
    private static func header(of handle: SQLiteHandle) throws(DatabaseError) -> [UInt8] {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(try handle.live(), "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard code == SQLITE_OK, let file, let methods = file.pointee.pMethods?.pointee, methods.iVersion >= 2,
            let map = methods.xShmMap
        else { throw handle.error(code, statement: nil) }
        var region: UnsafeMutableRawPointer?
        let mapped = map(file, 0, 32 * 1024, 0, &region)
        guard mapped == SQLITE_OK, let region else { throw handle.error(mapped, statement: nil) }
        return Array(UnsafeRawBufferPointer(start: region, count: 96))
    }
}
