import TCPOSIX

/// What a database's file tells before SQLite opens it: who has locked it, and which journal it keeps.
struct SQLiteLockProbe: Equatable {
    /// Somebody reads or writes it now, or has it open in WAL mode: this process's other handles count too.
    let isInUse: Bool
    /// Somebody is about to write it, or does so: its journal is then not hot
    /// (https://www.sqlite.org/lockingv3.html#hot_journals).
    let isBeingWritten: Bool
    /// Its header says that it is in WAL mode (https://www.sqlite.org/fileformat2.html, section 1.3.3).
    let isInWALMode: Bool

    init(of file: SQLiteFile) throws(DatabaseError) {
        guard let descriptor = SQLiteDescriptor(reading: file.path) else {
            throw SQLiteFile.error(errno, opening: file.name)
        }
        isInUse = SQLiteFileLocks.isLocked(descriptor.number, against: F_WRLCK)
        isBeingWritten = SQLiteFileLocks.isLocked(descriptor.number, against: F_RDLCK)
        var versions: [UInt8] = [0, 0]
        isInWALMode = pread(descriptor.number, &versions, 2, 18) == 2 && versions == [2, 2]
    }
}
