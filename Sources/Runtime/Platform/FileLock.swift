import TCPOSIX

/// A lock on a file. The kernel releases it when the process that holds it ends, for whatever reason.
final class FileLock: Sendable {
    private let file: Descriptor

    /// Takes the lock, and makes the file if it is missing; `nil` if another process holds the lock.
    ///
    /// - Throws: `RuntimeError` if the file can't be opened, or the system can't lock it.
    init?(_ path: String) throws(RuntimeError) {
        guard let file = Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW) else {
            throw RuntimeError(.failed, "\(path) can't be created: \(SystemError.last)")
        }
        guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
            let reason = SystemError.last
            guard reason.number == EWOULDBLOCK else {
                throw RuntimeError(.failed, "\(path) can't be locked: \(reason)")
            }
            return nil
        }
        self.file = file
    }

    /// Writes a note about the lock's holder into the file, for people and for tests.
    func note(_ text: String) {
        ftruncate(file.number, 0)
        _ = file.write(Array(text.utf8), at: 0)
    }

    /// Returns whether a process holds the lock. A file that does not exist is not locked.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
