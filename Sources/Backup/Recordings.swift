import TCPOSIX
import TCRuntime

/// The recordings of a state folder, while the daemon may be writing them.
struct Recordings {
    let folder: String

    /// Returns the number of recordings and their present size in bytes.
    func count() throws(BackupError) -> (files: Int, bytes: Int64) {
        var (files, bytes) = (0, Int64(0))
        guard try Files.isThere(folder) else { return (0, 0) }
        try Files.each(in: folder) { name throws(BackupError) in
            guard TranscriptStore.isRecording(name), let file = try Files.Handle.existing("\(folder)/\(name)") else {
                return
            }
            (files, bytes) = (files + 1, bytes + Int64(file.facts.st_size))
        }
        return (files, bytes)
    }

    /// Copies a recording up to its last whole chunk, and compares the copy. Returns the size and digest of the copy; `nil` if
    /// the recording has disappeared.
    func copy(_ name: String, to target: String) throws(BackupError) -> (bytes: Int64, digest: String)? {
        guard let source = try Files.Handle.existing("\(folder)/\(name)") else { return nil }
        guard source.facts.st_mode & S_IFMT == S_IFREG else {
            throw BackupError(
                "file", "\(source.path) is not a file", remedy: "move it away: it does not belong to the daemon")
        }
        let copy = try Files.Handle(making: target)
        try source.blocks(upTo: Int64(source.facts.st_size)) { block throws(BackupError) in try copy.append(block) }
        // The bytes behind the last whole chunk are still being written, or were never acknowledged.
        do { _ = try TranscriptFile(target) } catch {
            throw BackupError("file", "\(target): \(error.message)", remedy: "check the path and its permissions")
        }
        let size = Int64(copy.facts.st_size)
        let digest = try copy.digest()
        // A recording only grows, so its beginning must equal the copy.
        guard try source.digest(upTo: size) == digest else {
            throw BackupError(
                "copy_differs", "the copy of \(source.path) differs from it",
                remedy: "try again; check the disk")
        }
        return (size, digest)
    }
}
