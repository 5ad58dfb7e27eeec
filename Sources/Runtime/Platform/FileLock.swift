import TCPOSIX

/// A lock on a file. The kernel releases it when the process that holds it ends, for whatever reason.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, and makes the file if it is missing; `nil` if another process holds the lock.
    ///
    /// - Throws: `RuntimeError` if the file can't be opened.
    init?(_ path: String) throws(RuntimeError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw RuntimeError(.failed, "\(path) can't be created: \(SystemError.last)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }

    /// Writes a note about the lock's holder into the file, for people and for tests.
    func note(_ text: String) {
        ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    /// Returns whether a process holds the lock. A file that does not exist is not locked.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
