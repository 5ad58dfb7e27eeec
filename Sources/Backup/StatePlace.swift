import TCPOSIX

/// The state folder into which recordings are restored. New files in it get the folder's owner.
struct StatePlace {
    let folder: String

    private var recordings: String { "\(folder)/transcripts" }
    /// The suffix of a recording that is not complete yet.
    private static let draft = ".restoring"

    /// Checks that the folder holds nothing except the remains of an unfinished restore of the same backup.
    func requireFree(for sums: Sums) throws {
        guard Files.isThere(recordings), try !Files.isEmpty(recordings) else { return }
        var present: Set<String> = []
        try Files.each(in: recordings) { name in if !name.hasSuffix(Self.draft) { present.insert(name) } }
        try sums.each { line in
            guard line.path.hasPrefix("transcripts/") else { return }
            let name = String(line.path.dropFirst("transcripts/".count))
            guard present.contains(name), try Files.digest(of: "\(recordings)/\(name)") == line.digest else { return }
            present.remove(name)
        }
        guard let first = present.first else { return }
        throw BackupError(
            "not_empty", "\(recordings) holds \(first), which is not part of this backup",
            remedy: "name another state folder with TELECLAUDE_STATE_PATH, or move its contents away")
    }

    func fill(from paths: BackupPaths, _ onCount: (Int) -> Void) throws {
        try make(folder)
        try make(recordings)
        var count = 0
        try Sums(path: paths.sums).each { line in
            guard line.path.hasPrefix("transcripts/") else { return }
            guard !Task.isCancelled else {
                throw BackupError("interrupted", "the restore was interrupted", remedy: "run it again to continue")
            }
            try copy("\(paths.folder)/\(line.path)", String(line.path.dropFirst("transcripts/".count)), line.digest)
            count += 1
            onCount(count)
        }
        sync()
    }

    private func copy(_ source: String, _ name: String, _ digest: String) throws(BackupError) {
        let target = "\(recordings)/\(name)"
        guard !Files.isThere(target) else { return }
        unlink(target + Self.draft)
        let copy = try Files.Handle(making: target + Self.draft)
        try Files.Handle(reading: source).blocks { block throws(BackupError) in try copy.append(block) }
        guard try copy.digest() == digest else {
            throw BackupError(
                "copy_differs", "the copy of \(source) differs from it",
                remedy: "try again; check the disk")
        }
        try giveAway(copy.path)
        guard rename(copy.path, target) == 0 else { throw Files.failure("\(target) can't be created") }
    }

    private func make(_ path: String) throws(BackupError) {
        guard !Files.isThere(path) else { return }
        try Self.requireFolder(of: path)
        if try Files.makeFolder(path) { try giveAway(path) }
    }

    /// Gives the file to the folder's owner, because root restores for the service's user.
    func giveAway(_ path: String) throws(BackupError) {
        var owner = stat()
        guard geteuid() == 0, stat(folder, &owner) == 0, owner.st_uid != 0 else { return }
        guard lchown(path, owner.st_uid, owner.st_gid) == 0 else {
            throw Files.failure("\(path) can't be given to uid \(owner.st_uid)")
        }
    }

    static func requireFolder(of path: String) throws(BackupError) {
        let above = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        guard above.isEmpty || access(String(above), F_OK) == 0 else {
            throw BackupError(
                "no_folder", "there is no folder \(above)",
                remedy: "install first (telec system install), or create it, and run this again")
        }
    }
}
