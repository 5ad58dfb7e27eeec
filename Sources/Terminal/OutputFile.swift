import TCPOSIX

/// A file that exists, and whose text a command replaces when its work is done, whole or not at all. That it can be written is found out
/// at the beginning, before anything else is.
package final class OutputFile: Sendable {
    private let file: WholeFile
    private let mode: mode_t
    private let owner: (user: uid_t, group: gid_t)

    /// Prepares the replacement. A link is followed: what it points to is replaced.
    /// - Throws: `TextFile.Failure` if the file or its folder can't be written.
    package init(_ path: String) throws(TextFile.Failure) {
        var facts = stat()
        guard access(path, W_OK) == 0, stat(path, &facts) == 0, let found = Path.resolved(path) else {
            throw TextFile.Failure(
                message: "\(path) can't be written: \(SystemError.last)",
                remedy: "name a file in a folder that you may write to")
        }
        (mode, owner) = (facts.st_mode & 0o7777, (facts.st_uid, facts.st_gid))
        file = try WholeFile(found, replaces: true)
    }

    /// Replaces the file's contents with the text.
    /// - Throws: `TextFile.Failure`; the file is then as it was.
    package func finish(_ text: String) throws(TextFile.Failure) {
        try file.fill(text, mode: mode, owner: owner)
        try file.place()
    }
}
