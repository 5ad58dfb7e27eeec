import TCPOSIX

/// Removing files, folders and whole trees.
extension RootFolder {
    /// Removes a file. A file that is already gone is not an error.
    package func remove(_ path: String) throws(MachineError) { try remove(path, flags: 0) }

    package func removeFolder(_ path: String) throws(MachineError) { try remove(path, flags: AT_REMOVEDIR) }

    /// Removes the temporary file that a `write` of the path left which was killed. The folder may be gone, too.
    package func removeLeftover(of path: String) throws(MachineError) {
        guard try look(path).hasLeftover else { return }
        try remove(TemporaryName.of(path))
    }

    private func remove(_ path: String, flags: Int32) throws(MachineError) {
        let (folder, name) = try reach(path)
        guard unlinkat(folder.number, name, flags) == 0 || errno == ENOENT else {
            throw .ofCall("\(path) can't be removed")
        }
    }

    /// Removes the folder and everything in it. A link is removed and never followed.
    package func removeTree(_ path: String) throws(MachineError) {
        let (folder, name) = try reach(path)
        try removeTree(name, in: folder, path)
    }

    /// Removes the folder in the same way, unless a process holds a lock on it (flock(2)), or it is no folder.
    package func removeAbandonedTree(_ path: String) throws(MachineError) {
        let (folder, name) = try reach(path)
        guard let tree = Descriptor.open(name, in: folder, Self.folderFlags) else { return }
        guard flock(tree.number, LOCK_EX | LOCK_NB) == 0 else { return }
        try removeTree(name, in: folder, path)
    }

    private func removeTree(_ name: String, in folder: Descriptor, _ path: String) throws(MachineError) {
        // The kernel refuses the place of a mount first of all, also of one from the same device, which the devices don't show.
        if unlinkat(folder.number, name, AT_REMOVEDIR) == 0 { return }
        guard errno != EBUSY else { throw Self.mounted(path) }
        guard let tree = Descriptor.open(name, in: folder, Self.folderFlags) else {
            guard errno != ENOENT else { return }
            throw .ofCall("\(path) can't be removed")
        }
        guard try Self.facts(tree).device == Self.facts(folder).device else { throw Self.mounted(path) }
        for entry in try names(dup(tree.number), path) { try removeEntry(entry, in: tree, "\(path)/\(entry)") }
        guard unlinkat(folder.number, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw .ofCall("\(path) can't be removed")
        }
    }

    private func removeEntry(_ name: String, in folder: Descriptor, _ path: String) throws(MachineError) {
        if unlinkat(folder.number, name, 0) == 0 || errno == ENOENT { return }
        let failure = MachineError.ofCall("\(path) can't be removed")
        // Linux and macOS refuse a folder with different errors, and a file that nobody may change with one of them, too.
        var status = stat()
        guard fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
            UInt32(status.st_mode) & UInt32(S_IFMT) == UInt32(S_IFDIR)
        else { throw failure }
        try removeTree(name, in: folder, path)
    }

    private static func mounted(_ path: String) -> MachineError {
        MachineError(
            .mounted, "\(path) is a separate file system: its contents stay",
            remedy: "unmount it, and run this again")
    }
}
