import TCPOSIX

/// A lock on a file, which the kernel frees with the process that holds it, however that ends.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, and makes the file where it is missing. `nil` when another process has it. Throws `RuntimeError` when the
    /// file can't be had.
    init?(_ path: String) throws(RuntimeError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw RuntimeError(.failed, "\(path) can't be made: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }

    /// Notes who has the lock, for people and for tests.
    func note(_ text: String) {
        ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    /// Whether somebody has it. A file that is not there is nobody's.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
