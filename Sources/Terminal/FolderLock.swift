import TCPOSIX

/// Keeps other commands that write to a folder waiting. The system takes it back when the process ends.
public struct FolderLock {
    private let descriptor: Int32

    /// Waits until nobody else has it.
    ///
    /// - Throws: `TextFile.Failure` when the folder can't be opened.
    public init(_ folder: String) throws(TextFile.Failure) {
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TextFile.Failure(
                message: "the folder \(folder) can't be read: \(String(cString: strerror(errno)))",
                remedy: "name a folder that is there")
        }
        // Some file systems have no locks; there nobody is kept waiting.
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }

    public func release() { close(descriptor) }
}
