import TCPOSIX

/// A lock on a file beside the database: `teleclaude.db.lock`. The database file itself is never locked in this way, because
/// SQLite keeps its own locks there (`SQLiteDescriptor`). The kernel frees the lock when the process ends, in whatever way. The
/// file stays, because after its removal two processes could lock two files of the same name.
final class SQLiteHeldLock: HeldLock {
    private let path: String
    private var descriptor: Int32

    /// Always false: the kernel frees the lock only when the process ends.
    var isLostUnnoticed: Bool { false }

    /// Takes the lock; returns `nil` if another process holds it.
    init?(_ lock: AdvisoryLock, beside database: String) throws(DatabaseError) {
        path = Self.path(of: lock, beside: database)
        descriptor = Self.opened(path, for: database)
        guard descriptor >= 0 else { throw Self.failure(path) }
        // Whoever asks whether the lock is held takes it for a moment.
        guard Self.repeatedly({ flock(descriptor, LOCK_EX | LOCK_NB) == 0 }) else {
            close(descriptor)
            descriptor = -1
            return nil
        }
    }

    deinit { release() }

    /// Returns whether another process holds the lock. A file that does not exist is not made, because nobody holds its lock.
    static func isHeld(_ lock: AdvisoryLock, beside database: String) throws(DatabaseError) -> Bool {
        let path = path(of: lock, beside: database)
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure(path) }
            return false
        }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    static func path(of lock: AdvisoryLock, beside database: String) -> String {
        // SQLite follows symbolic links too (https://www.sqlite.org/howtocorrupt.html, section 2.5). Resolving them gives each
        // database a single lock.
        "\(Path.withoutLinks(database)).\(lock.name)"
    }

    /// Opens the lock's file, and makes it where there is none, with the database's permissions: who may read the database may ask
    /// whether it is locked. Root makes it for the database's owner, who could not open root's file later. SQLite treats its own files
    /// so. A file that is there already keeps its owner: it may be another name of one that is not the database's.
    static func opened(_ path: String, for database: String) -> Int32 {
        let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard made >= 0 else {
            guard errno == EEXIST else { return made }
            // Its maker may not have set the permissions yet.
            var found: Int32 = -1
            _ = repeatedly {
                found = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
                return found >= 0 || errno != EACCES
            }
            return found
        }
        var file = stat()
        guard stat(database, &file) == 0 else { return made }
        if geteuid() == 0, file.st_uid != 0 { fchown(made, file.st_uid, file.st_gid) }
        fchmod(made, file.st_mode & 0o666)
        return made
    }

    /// Tries for a tenth of a second what another process may prevent for a moment only; returns whether an attempt succeeded.
    private static func repeatedly(_ attempt: () -> Bool) -> Bool {
        for _ in 0..<5 {
            if attempt() { return true }
            usleep(20_000)
        }
        return attempt()
    }

    static func failure(_ path: String) -> DatabaseError {
        let reason = SystemError.last
        return DatabaseError(
            .permission, "\(path) can't be opened: \(reason)",
            remedy: SQLiteFile.remedy(reason.number) ?? "give this user write access to the database's folder")
    }

    /// Checks that the lock still protects the database. The lock lasts as long as the descriptor, but if a program replaced
    /// the file, others would lock the new one.
    func confirm() throws(DatabaseError) {
        var (held, named) = (stat(), stat())
        guard fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino,
            held.st_dev == named.st_dev
        else {
            throw DatabaseError(.lost, "\(path) is no longer the file that was locked")
        }
    }

    func release() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
    }
}

/// The lock of a database in memory, which no other connection can reach.
final class SQLiteMemoryLock: HeldLock {
    var isLostUnnoticed: Bool { false }
    func confirm() throws(DatabaseError) {}
    func release() {}
}
