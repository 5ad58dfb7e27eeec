import TCPOSIX

/// The locks on the bytes of a database's file that SQLite locks, asked and set beside SQLite.
///
/// They belong to an open file description: so they conflict with those of this process too, and stay when another descriptor of
/// the file is closed (fcntl(2)). A plain lock would not.
enum SQLiteFileLocks {
    /// PENDING at 1 GiB, RESERVED, and 510 bytes of which a reader locks all, and a writer too
    /// (https://www.sqlite.org/src/file/src/os.h).
    private static let first = 0x4000_0000
    private static let count = 512

    /// `F_OFD_GETLK` and `F_OFD_SETLK`, which `<fcntl.h>` shows to programs in GNU C only.
    private static let ask: Int32 = 36
    private static let set: Int32 = 37

    /// Whether a lock of this kind couldn't be had. The last byte does not count: it is for those who read a quiet file.
    static func isLocked(_ descriptor: Int32, against kind: Int32) -> Bool {
        var lock = bytes(kind, at: first, count: count - 1)
        // A file system without locks has no holders either.
        guard fcntl(descriptor, ask, &lock) == 0 else { return false }
        return lock.l_type != Int16(F_UNLCK)
    }

    /// Keeps everybody from an EXCLUSIVE lock, and from nothing else: one byte is enough for that. False when somebody has one
    /// now. A file system without locks keeps nobody back.
    static func keepExclusiveBack(_ descriptor: Int32) -> Bool {
        var lock = bytes(F_RDLCK, at: first + count - 1, count: 1)
        return fcntl(descriptor, set, &lock) == 0 || (errno != EAGAIN && errno != EACCES)
    }

    static func letExclusiveIn(_ descriptor: Int32) {
        var lock = bytes(F_UNLCK, at: first + count - 1, count: 1)
        _ = fcntl(descriptor, set, &lock)
    }

    private static func bytes(_ kind: Int32, at start: Int, count: Int) -> flock {
        var lock = flock()
        lock.l_type = Int16(kind)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = start
        lock.l_len = count
        return lock
    }
}
