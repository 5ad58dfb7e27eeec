import TCPOSIX

/// A file that is either complete or absent, and that only its owner may read unless it is filled with another mode.
///
/// The text is written to a draft in the same folder (`DraftFile`), which then gets the final name. The initializer creates that draft, so
/// that a folder that can't be written to is found out before the work begins, not after it.
package final class WholeFile: Sendable {
    private let path: String
    private let draft: DraftFile
    private let replaces: Bool

    /// Creates the draft.
    /// - Parameter replaces: Whether `finish` may replace a regular file at the path. Anything else there is never replaced, and a database
    ///   neither.
    /// - Throws: `TextFile.Failure` if the draft can't be created, or if the path is taken.
    package init(_ path: String, replaces: Bool) throws(TextFile.Failure) {
        var facts = stat()
        let isThere = lstat(path, &facts) == 0
        if isThere, !replaces {
            throw TextFile.Failure(
                message: "\(path) exists", remedy: "name another file, or pass --force to replace it")
        }
        guard !isThere || facts.st_mode & S_IFMT == S_IFREG else {
            throw TextFile.Failure(message: "\(path) is not a file", remedy: "name a file that does not exist")
        }
        guard !Self.isOfDatabase(path) else {
            throw TextFile.Failure(
                message: "\(path) is a SQLite database, or a part of one, and is not replaced",
                remedy: "name another file")
        }
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw TextFile.Failure(message: "\"\(path)\" names no file", remedy: "name a file that does not exist")
        }
        guard let draft = DraftFile(of: path) else { throw Self.failure("\(path) can't be written") }
        (self.path, self.replaces, self.draft) = (path, replaces, draft)
    }

    /// Writes the text and moves the file to its place.
    /// - Throws: `TextFile.Failure`; the place is then as it was.
    package func finish(_ text: String) throws(TextFile.Failure) {
        try fill(text)
        try place()
    }

    /// Writes the text to the draft, which then gets the mode. `place` follows; in between, other files can be written that belong
    /// to this one.
    /// - Throws: `TextFile.Failure` if there is no room.
    /// - Parameter owner: The user and the group that the file gets; `nil` for those of this process.
    package func fill(
        _ text: String, mode: mode_t = 0o600, owner: (user: uid_t, group: gid_t)? = nil
    ) throws(TextFile.Failure) {
        let file = draft.file
        let isOwned = owner.map { fchown(file.number, $0.user, $0.group) == 0 } ?? true
        let isWritten =
            isOwned && file.write(Array(text.utf8)) && fchmod(file.number, mode) == 0 && file.sync()
        guard isWritten else { throw Self.failure("\(path) was not written") }
    }

    /// Moves the file to its place.
    /// - Throws: `TextFile.Failure`; the place is then as it was.
    package func place() throws(TextFile.Failure) {
        guard draft.place(replacing: replaces) else { throw Self.failure("\(path) was not written") }
    }

    /// Whether the file is a SQLite database, or one that SQLite keeps beside a database.
    private static func isOfDatabase(_ path: String) -> Bool {
        ["", "-wal", "-shm", "-journal"].contains { ending in
            path.hasSuffix(ending) && beginsAsDatabase(String(path.dropLast(ending.count)))
        }
    }

    /// Whether the file begins as every SQLite database does (https://www.sqlite.org/fileformat.html, 1.3.1).
    private static func beginsAsDatabase(_ path: String) -> Bool {
        guard let file = Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY) else { return false }
        let magic = Array("SQLite format 3\0".utf8)
        var head = [UInt8](repeating: 0, count: magic.count)
        return read(file.number, &head, head.count) == magic.count && head == magic
    }

    private static func failure(_ message: String) -> TextFile.Failure {
        TextFile.Failure(
            message: "\(message): \(SystemError.last)",
            remedy: "name a file in a folder that you may write to, with room for it")
    }
}
