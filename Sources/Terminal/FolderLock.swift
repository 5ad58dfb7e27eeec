import TCPOSIX

/// A lock that makes other commands wait before they write to the same folder. The system releases it when the process ends.
package struct FolderLock {
    private let descriptor: Int32

    /// Takes the lock, and waits while another process holds it.
    ///
    /// - Throws: `TextFile.Failure` if the folder can't be opened.
    package init(_ folder: String) throws(TextFile.Failure) {
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TextFile.Failure(
                message: "the folder \(folder) can't be read: \(SystemError.last)",
                remedy: "name a folder that exists")
        }
        // Some file systems have no locks; on those, no command waits.
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }

    package func release() { close(descriptor) }
}
