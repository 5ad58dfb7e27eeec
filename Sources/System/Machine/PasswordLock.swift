import TCPOSIX

/// The lock of the machine's account files (lckpwdf(3)), held until `release`.
///
/// A process loses such a lock when it closes any descriptor of the file, so nothing else here opens it.
package final class PasswordLock {
    private let file: Descriptor

    /// Takes the lock, and waits 15 seconds for a program that has it.
    ///
    /// - Throws: `MachineError`.
    package init(at path: String = "/etc/.pwd.lock") throws(MachineError) {
        guard let file = Descriptor.open(path, O_WRONLY | O_CREAT | O_NOFOLLOW) else {
            throw .ofCall("\(path) can't be opened")
        }
        self.file = file
        for _ in 0..<150 {
            if Self.apply(F_WRLCK, file) { return }
            guard errno == EAGAIN || errno == EACCES || errno == EINTR else {
                throw .ofCall("\(path) can't be locked")
            }
            usleep(100_000)
        }
        throw MachineError(
            .busy, "another program has been changing the accounts for 15 seconds",
            remedy: "wait for it, and run this again")
    }

    package func release() { _ = Self.apply(F_UNLCK, file) }

    private static func apply(_ kind: Int32, _ file: Descriptor) -> Bool {
        var lock = TCPOSIX.flock()
        lock.l_type = Int16(kind)
        lock.l_whence = Int16(SEEK_SET)
        return fcntl(file.number, F_SETLK, &lock) == 0
    }
}
