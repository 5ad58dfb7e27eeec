import TCPOSIX

/// The state folder into which recordings are restored. New files in it get the folder's owner.
struct StatePlace {
    let folder: String

    private static let recordings = "transcripts"
    /// The suffix of a recording that is not complete yet.
    private static let draft = ".restoring"

    /// Checks that the folder holds nothing except the remains of an unfinished restore of the same backup.
    func requireFree(for sums: Sums) throws {
        guard try Files.isThere("\(folder)/\(Self.recordings)") else { return }
        let recordings = try Files.OpenFolder(Self.recordings, in: Files.OpenFolder(folder))
        var present: Set<String> = []
        try recordings.each { name in if !name.hasSuffix(Self.draft) { present.insert(name) } }
        guard !present.isEmpty else { return }
        try sums.each { line in
            guard let name = Self.name(of: line), present.contains(name),
                try Files.Handle(reading: name, in: recordings).digest() == line.digest
            else { return }
            present.remove(name)
        }
        guard let first = present.first else { return }
        throw BackupError(
            "not_empty", "\(recordings.path) holds \(first), which is not part of this backup",
            remedy: "name another state folder with TELECLAUDE_STATE_PATH, or move its contents away")
    }

    func fill(from paths: BackupPaths, _ onCount: (Int) -> Void) throws {
        let recordings = try make()
        var count = 0
        try Sums(path: paths.sums).each { line in
            guard let name = Self.name(of: line) else { return }
            guard !Task.isCancelled else {
                throw BackupError("interrupted", "the restore was interrupted", remedy: "run it again to continue")
            }
            try copy("\(paths.folder)/\(line.path)", name, line.digest, into: recordings)
            count += 1
            onCount(count)
        }
        sync()
    }

    /// Returns the name of the recording in this line; `nil` if it names another file.
    private static func name(of line: Sums.Line) -> String? {
        let prefix = "\(recordings)/"
        return line.path.hasPrefix(prefix) ? String(line.path.dropFirst(prefix.count)) : nil
    }

    private func copy(
        _ source: String, _ name: String, _ digest: String, into recordings: Files.OpenFolder
    ) throws(BackupError) {
        guard !recordings.holds(name) else { return }
        recordings.remove(name + Self.draft)
        let copy = try Files.Handle(making: name + Self.draft, in: recordings)
        try Files.Handle(reading: source).blocks { block throws(BackupError) in try copy.append(block) }
        guard try copy.digest() == digest else {
            throw BackupError(
                "copy_differs", "the copy of \(source) differs from it",
                remedy: "try again; check the disk")
        }
        try giveAway(copy.path) { fchown(copy.number, $0, $1) }
        try recordings.rename(name + Self.draft, to: name)
    }

    /// Makes the state folder and the folder of recordings in it, if they are missing, and opens the latter.
    private func make() throws(BackupError) -> Files.OpenFolder {
        if try !Files.isThere(folder) {
            try Self.requireFolder(of: folder)
            try Files.makeFolder(folder)
        }
        let state = try Files.OpenFolder(folder)
        let isNew = try state.makeFolder(Self.recordings)
        let recordings = try Files.OpenFolder(Self.recordings, in: state)
        if isNew { try giveAway(recordings.path) { fchown(recordings.number, $0, $1) } }
        return recordings
    }

    /// Gives the database's file to the folder's owner. It is not opened for that: closing it would end the locks of a connection.
    func giveAway(_ path: String) throws(BackupError) { try giveAway(path) { lchown(path, $0, $1) } }

    /// Gives something to the folder's owner, because root restores for the service's user.
    private func giveAway(_ path: String, _ give: (uid_t, gid_t) -> Int32) throws(BackupError) {
        var owner = stat()
        guard geteuid() == 0, stat(folder, &owner) == 0, owner.st_uid != 0 else { return }
        guard give(owner.st_uid, owner.st_gid) == 0 else {
            throw Files.failure("\(path) can't be given to uid \(owner.st_uid)")
        }
    }

    static func requireFolder(of path: String) throws(BackupError) {
        let above = Path.folder(of: path)
        guard access(above, F_OK) == 0 else {
            throw BackupError(
                "no_folder", "there is no folder \(above)",
                remedy: "install first (telec system install), or create it, and run this again")
        }
    }
}
