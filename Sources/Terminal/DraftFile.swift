import TCPOSIX

/// A file beside another one, which gets the other's name when it is complete.
///
/// It is locked as long as somebody works on it. So the next draft of the same file knows those that killed programs have left, and removes
/// them, but none of another program at work. A file system without locks keeps what was left.
final class DraftFile: Sendable {
    let file: Descriptor
    private let path: String
    private let draft: String

    /// Makes an empty draft; `nil` if that fails, with the reason in `errno`.
    init?(of path: String, mode: mode_t = 0o600) {
        let folder = Path.folder(of: path)
        // A name may take 255 bytes, and a scalar four of them.
        let beginning = ".\(String(String.UnicodeScalarView(Path.name(of: path).unicodeScalars.prefix(50)))).tc-"
        Self.removeAbandoned(beginning, in: folder)
        guard let (draft, file) = Self.make("\(folder)/\(beginning)", mode) else { return nil }
        (self.path, self.draft, self.file) = (path, draft, file)
    }

    deinit { unlink(draft) }

    /// Gives the draft the file's name. Returns false if that fails, also if there is such a file and `replaces` is false; the reason is in
    /// `errno`, and the place is as it was.
    func place(replacing replaces: Bool) -> Bool {
        if replaces { return rename(draft, path) == 0 }
        if link(draft, path) == 0 { return true }
        // A file system without links has no other way to take a name that must be free.
        guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(errno),
            Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL) != nil
        else { return false }
        if rename(draft, path) == 0 { return true }
        let reason = errno
        unlink(path)
        errno = reason
        return false
    }

    private static let ending = ".part"

    private static func make(_ beginning: String, _ mode: mode_t) -> (draft: String, file: Descriptor)? {
        while true {
            let draft = "\(beginning)\(UInt64.random(in: 0 ... .max))\(ending)"
            guard let file = Descriptor.open(draft, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode) else {
                return nil
            }
            // Before it was locked, another program may have taken it for one that was left.
            let isTaken = flock(file.number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
            var facts = stat()
            if !isTaken, lstat(draft, &facts) == 0 { return (draft, file) }
        }
    }

    private static func removeAbandoned(_ beginning: String, in folder: String) {
        guard let names = try? FolderNames(in: folder) else { return }
        while let name = try? names.next() {
            guard name.hasPrefix(beginning), name.hasSuffix(ending) else { continue }
            let draft = "\(folder)/\(name)"
            guard let file = Descriptor.open(draft, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY), file.isRegularFile,
                flock(file.number, LOCK_EX | LOCK_NB) == 0
            else { continue }
            // Without the lock, its maker could take the file for its own before the name is gone.
            _ = withExtendedLifetime(file) { unlink(draft) }
        }
    }
}
