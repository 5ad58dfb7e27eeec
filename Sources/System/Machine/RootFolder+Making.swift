import TCPOSIX

/// Making files, folders and links.
extension RootFolder {
    /// Creates a folder. From the first moment on, no account has more rights to the folder than in the end. A folder that a run which
    /// was killed has made gets its rights; another's folder, and what is none, is an error.
    package func makeFolder(_ path: String, uid: UInt32, gid: UInt32, mode: UInt32) throws(MachineError) {
        let (folder, name) = try reach(path)
        let isNew = mkdirat(folder.number, name, 0o700) == 0
        guard isNew || errno == EEXIST else { throw .ofCall("\(path) can't be created") }
        guard let made = Descriptor.open(name, in: folder, Self.folderFlags) else {
            throw .ofCall("\(path) can't be opened as a folder")
        }
        let owner = try Self.facts(made).owner
        guard isNew || [0, geteuid(), uid].contains(owner) else {
            throw MachineError(
                .foreignFile, "\(path) belongs to uid \(owner)", remedy: "give it to its owner, or remove it")
        }
        try Self.setRights(made, path, uid: uid, gid: gid, mode: mode)
    }

    /// Writes the text to a temporary file beside, makes it durable and renames it, so that no reader sees a partial file. With
    /// `isNew`, a file that has appeared at the path in the meantime stays, and is an error.
    package func write(
        _ path: String, _ bytes: [UInt8], uid: UInt32, gid: UInt32, mode: UInt32, isNew: Bool
    ) throws(MachineError) {
        let (folder, name) = try reach(path)
        let temporary = Self.temporary(name)
        unlinkat(folder.number, temporary, 0)
        guard let file = Descriptor.open(temporary, in: folder, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW) else {
            throw .ofCall("\(path) can't be written")
        }
        guard fchown(file.number, uid, gid) == 0, fchmod(file.number, mode_t(mode)) == 0, file.write(bytes), file.sync()
        else {
            let error = MachineError.ofCall("\(path) can't be written")
            unlinkat(folder.number, temporary, 0)
            throw error
        }
        try giveName(temporary, name, in: folder, isNew: isNew, path)
    }

    private func giveName(
        _ temporary: String, _ name: String, in folder: Descriptor, isNew: Bool, _ path: String
    ) throws(MachineError) {
        let isDone =
            isNew
            ? linkat(folder.number, temporary, folder.number, name, 0) == 0
            : renameat(folder.number, temporary, folder.number, name) == 0
        let error = isDone ? nil : MachineError.ofCall("\(path) can't be renamed to its final name")
        if isNew || !isDone { unlinkat(folder.number, temporary, 0) }
        if let error { throw error }
        guard folder.sync() else { throw .ofCall("\(path) may not outlast a power cut") }
    }

    package func link(_ path: String, to target: String) throws(MachineError) {
        let (folder, name) = try reach(path)
        guard symlinkat(target, folder.number, name) == 0 else { throw .ofCall("\(path) can't be linked") }
    }

    package func setRights(_ path: String, uid: UInt32, gid: UInt32, mode: UInt32) throws(MachineError) {
        let (folder, name) = try reach(path)
        guard let file = Descriptor.open(name, in: folder, Self.fileFlags) else {
            throw .ofCall("\(path) can't be opened")
        }
        try Self.setRights(file, path, uid: uid, gid: gid, mode: mode)
    }

    private static func setRights(
        _ file: Descriptor, _ path: String, uid: UInt32, gid: UInt32, mode: UInt32
    ) throws(MachineError) {
        // Rights are removed first and granted last, so that the old owner never has the rights of the new mode.
        guard fchmod(file.number, mode_t(mode & 0o700)) == 0, fchown(file.number, uid, gid) == 0,
            fchmod(file.number, mode_t(mode)) == 0
        else { throw .ofCall("owner and mode of \(path) can't be set") }
    }
}
