import TCPOSIX

/// The lock that permits one run of `telec system` at a time in a root, held until `release`: a locked file that only root can
/// open. Everybody may open a folder, and could hold a lock on one for ever.
///
/// The file goes with the lock, so that no image contains it. A run that is killed leaves the file, and the next run takes it.
package final class RunLock: Sendable {
    private let folder: Descriptor
    private let name: String
    private let file: Descriptor

    /// Takes the lock.
    ///
    /// - Parameters:
    ///   - name: The name of the file in `folder`.
    ///   - path: The path of the file, and `root` that of the root, for messages.
    /// - Throws: `MachineError`.
    init(_ name: String, in folder: Descriptor, path: String, of root: String) throws(MachineError) {
        (self.folder, self.name) = (folder, name)
        file = try Self.locked(name, in: folder, path, root)
    }

    /// Gives the lock up, once and for all. The file is removed while it is still locked, so that it is the one that this run has made
    /// or taken.
    package func release() { unlinkat(folder.number, name, 0) }

    private static func locked(
        _ name: String, in folder: Descriptor, _ path: String, _ root: String
    ) throws(MachineError) -> Descriptor {
        for _ in 0..<10 {
            let file = try open(name, in: folder, path)
            guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
                guard errno == EWOULDBLOCK else { throw .ofCall("\(path) can't be locked") }
                throw busy(root)
            }
            if isStill(name, in: folder, file) { return file }
        }
        throw busy(root)
    }

    private static func open(_ name: String, in folder: Descriptor, _ path: String) throws(MachineError) -> Descriptor {
        guard let file = Descriptor.open(name, in: folder, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK) else {
            throw .ofCall("the lock \(path) can't be made")
        }
        var status = stat()
        guard fstat(file.number, &status) == 0, UInt32(status.st_mode) & UInt32(S_IFMT) == UInt32(S_IFREG),
            status.st_uid == geteuid(), UInt32(status.st_mode) & 0o077 == 0
        else {
            throw MachineError(
                .foreignFile, "\(path) is not the lock of `telec system`: others may be able to open it",
                remedy: "check it, and remove it")
        }
        return file
    }

    /// Returns whether the file still has its name: the run before removes it at its end.
    private static func isStill(_ name: String, in folder: Descriptor, _ file: Descriptor) -> Bool {
        var (open, named) = (stat(), stat())
        return fstat(file.number, &open) == 0 && fstatat(folder.number, name, &named, AT_SYMLINK_NOFOLLOW) == 0
            && open.st_dev == named.st_dev && open.st_ino == named.st_ino
    }

    private static func busy(_ root: String) -> MachineError {
        MachineError(
            .busy, "another `telec system` is working on \(root)",
            remedy: "wait until it has finished, and run this again")
    }
}
