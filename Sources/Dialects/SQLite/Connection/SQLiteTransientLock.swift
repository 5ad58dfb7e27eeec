import TCPOSIX

/// A lock on a file beside the database that is there only while somebody holds the lock: `shop.db.tc_migrations`. Who has opened the
/// file of a lock that was released meanwhile sees that the name stands for another file, or for none, and tries again.
final class SQLiteTransientLock {
    private static let pause: useconds_t = 50_000

    private let path: String
    private let descriptor: Int32

    /// Takes the lock. Throws `DatabaseError` of kind `locked` if another process holds it for longer than `seconds`.
    init(_ lock: AdvisoryLock, beside database: String, waiting seconds: Double) throws(DatabaseError) {
        path = SQLiteHeldLock.path(of: lock, beside: database)
        let deadline = ContinuousClock.now + .wait(seconds: seconds)
        while true {
            let opened = SQLiteHeldLock.opened(path, for: database)
            guard opened >= 0 || errno == ENOENT else { throw SQLiteHeldLock.failure(path) }
            if opened >= 0, flock(opened, LOCK_EX | LOCK_NB) == 0, Self.isNamed(path, opened) {
                descriptor = opened
                return
            }
            if opened >= 0 { close(opened) }
            guard ContinuousClock.now < deadline else { throw Self.held(path, database) }
            guard !Task.isCancelled else {
                throw DatabaseError(.interrupted, "the wait for another program's work on \(database) was interrupted")
            }
            usleep(Self.pause)
        }
    }

    private static func isNamed(_ path: String, _ descriptor: Int32) -> Bool {
        var (held, named) = (stat(), stat())
        return fstat(descriptor, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino
            && held.st_dev == named.st_dev
    }

    private static func held(_ path: String, _ database: String) -> DatabaseError {
        DatabaseError(
            .locked, "another transfer works on \(database): it holds \(path)", remedy: "wait until it has finished")
    }

    /// Removes the file while the lock is still held, so that nobody can remove one that another process has locked.
    deinit {
        unlink(path)
        close(descriptor)
    }
}
