import Glibc

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
        isInUse = Self.isLocked(descriptor.number, against: F_WRLCK)
        isBeingWritten = Self.isLocked(descriptor.number, against: F_RDLCK)
        var versions: [UInt8] = [0, 0]
        isInWALMode = pread(descriptor.number, &versions, 2, 18) == 2 && versions == [2, 2]
    }

    /// `F_OFD_GETLK`, which `<fcntl.h>` shows to programs in GNU C only.
    private static let getOFDLock: Int32 = 36

    /// Whether a lock of this kind couldn't be had on the bytes that SQLite locks: PENDING at 1 GiB, RESERVED, and 510
    /// bytes for SHARED and EXCLUSIVE (https://www.sqlite.org/src/file/src/os.h). The lock of an open file description
    /// conflicts with those of this process too (fcntl(2)); a plain one would not.
    private static func isLocked(_ descriptor: Int32, against kind: Int32) -> Bool {
        var lock = flock()
        lock.l_type = Int16(kind)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = 0x4000_0000
        lock.l_len = 512
        // A file system without locks has no holders either.
        guard fcntl(descriptor, Self.getOFDLock, &lock) == 0 else { return false }
        return lock.l_type != Int16(F_UNLCK)
    }
}
