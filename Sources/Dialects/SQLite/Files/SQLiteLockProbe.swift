import TCPOSIX

/// The facts that a database's file shows before SQLite opens it: its locks, and the kind of its journal.
struct SQLiteLockProbe: Equatable {
    /// Whether anybody reads or writes the file, or has it open in WAL mode. The other handles of this process count too.
    let isInUse: Bool
    /// Whether anybody writes the file or is about to. Its journal is then not hot
    /// (https://www.sqlite.org/lockingv3.html#hot_journals).
    let isBeingWritten: Bool
    /// Whether the file's header says that it is in WAL mode (https://www.sqlite.org/fileformat2.html, section 1.3.3).
    let isInWALMode: Bool

    init(of file: SQLiteFile) throws(DatabaseError) {
        guard let descriptor = SQLiteDescriptor(reading: file.path) else {
            throw SQLiteFile.error(errno, opening: file.name)
        }
        isInUse = SQLiteFileLocks.isLocked(descriptor.number, against: F_WRLCK)
        isBeingWritten = SQLiteFileLocks.isLocked(descriptor.number, against: F_RDLCK)
        var versions: [UInt8] = [0, 0]
        let count = pread(descriptor.number, &versions, 2, 18)
        guard count >= 0 else { throw SQLiteFile.error(errno, opening: file.name) }
        isInWALMode = count == 2 && versions == [2, 2]
    }
}
