import TCPOSIX

/// The locks on those bytes of a database's file that SQLite locks, examined and set without SQLite.
///
/// The locks belong to an open file description. They therefore conflict with other locks of this process too, and remain when
/// another descriptor of the file is closed (fcntl(2)). A plain lock would do neither.
enum SQLiteFileLocks {
    /// The first byte that SQLite locks: PENDING at 1 GiB. RESERVED follows, and then 510 bytes of which both a reader and a
    /// writer lock all (https://www.sqlite.org/src/file/src/os.h).
    static let first = 0x4000_0000
    private static let count = 512

    /// `F_OFD_GETLK` and `F_OFD_SETLK`, which `<fcntl.h>` declares only for programs in GNU C.
    private static let ask: Int32 = 36
    private static let set: Int32 = 37

    /// Returns whether a lock of this kind could not be obtained. The last byte does not count: it belongs to readers of a
    /// quiet file.
    static func isLocked(_ descriptor: Int32, against kind: Int32) -> Bool {
        var lock = bytes(kind, at: first, count: count - 1)
        // If the file system has no locks, nobody holds one.
        guard fcntl(descriptor, ask, &lock) == 0 else { return false }
        return lock.l_type != Int16(F_UNLCK)
    }

    /// Prevents EXCLUSIVE locks, and no other ones, for which locking a single byte suffices. Returns false if somebody holds
    /// an EXCLUSIVE lock already. On a file system without locks it prevents nothing.
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
