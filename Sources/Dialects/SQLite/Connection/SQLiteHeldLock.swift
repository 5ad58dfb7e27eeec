import TCPOSIX

/// A lock on a file beside the database: `teleclaude.db.lock`. Never on the database itself, where SQLite keeps its own locks
/// (`SQLiteDescriptor`). The kernel frees it with the process, however that ends; the file stays, because removing it would let
/// two processes lock two files of one name.
final class SQLiteHeldLock: HeldLock {
    private let path: String
    private var descriptor: Int32

    /// The kernel frees it with the process, and not before.
    var isLostUnnoticed: Bool { false }

    /// `nil` when somebody else holds it.
    init?(_ lock: AdvisoryLock, beside database: String) throws(DatabaseError) {
        // SQLite follows links too (https://www.sqlite.org/howtocorrupt.html, section 2.5): one database, one lock.
        let resolved = realpath(database, nil)
        defer { free(resolved) }
        path = "\(resolved.map { String(cString: $0) } ?? database).\(lock.name)"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw DatabaseError(
                .permission, "\(path) can't be opened: \(String(cString: strerror(errno)))",
                remedy: "let this user write the folder of the database")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            descriptor = -1
            return nil
        }
    }

    deinit { release() }

    /// The lock lasts as long as the descriptor. A program that replaced the file would lock another one.
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

/// The lock of a database in memory, which nobody else can reach.
final class SQLiteMemoryLock: HeldLock {
    var isLostUnnoticed: Bool { false }
    func confirm() throws(DatabaseError) {}
    func release() {}
}
