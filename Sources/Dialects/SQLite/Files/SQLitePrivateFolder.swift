import TCPOSIX

/// A folder of this user for a private copy, which is removed with this object. A process that is killed leaves its folder behind, and the
/// next private copy there removes it. The folder is locked as long as its process lives (flock(2)).
final class SQLitePrivateFolder: Sendable {
    private static let prefix = "tc-migrate-copy-"
    private static let random = "XXXXXX"
    private static let file = "copy"

    private let path: String
    private let descriptor: Descriptor

    /// The place for the database's file.
    var target: String { "\(path)/\(Self.file)" }

    init(in parent: String) throws(DatabaseError) {
        Self.sweep(parent)
        while true {
            let path = try Self.make(in: parent)
            // Another process may have taken the folder for one that was left behind, before it was locked.
            guard let folder = Self.opened(path) else {
                if errno == ENOENT { continue }
                throw SQLiteFile.error(errno, creating: path)
            }
            // On a file system without such locks, nobody finds a folder unlocked.
            if flock(folder.number, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { continue }
            guard Self.isNamed(path, folder) else { continue }
            self.path = path
            descriptor = folder
            return
        }
    }

    deinit { Self.remove(path, descriptor) }

    private static func make(in parent: String) throws(DatabaseError) -> String {
        var template = Array("\(parent)/\(prefix)\(random)".utf8CString)
        guard mkdtemp(&template) != nil else { throw SQLiteFile.error(errno, creating: "\(parent)/\(prefix)…") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes the folders that processes of this user left here when they were killed.
    private static func sweep(_ parent: String) {
        let length = prefix.utf8.count + random.utf8.count
        guard let names = try? FolderNames(in: parent) else { return }
        while let name = try? names.next() {
            guard name.hasPrefix(prefix), name.utf8.count == length else { continue }
            let path = "\(parent)/\(name)"
            guard let folder = opened(path), isPrivate(folder), flock(folder.number, LOCK_EX | LOCK_NB) == 0,
                isNamed(path, folder)
            else { continue }
            remove(path, folder)
        }
    }

    private static func opened(_ path: String) -> Descriptor? {
        Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    }

    private static func isPrivate(_ folder: Descriptor) -> Bool {
        var status = stat()
        return fstat(folder.number, &status) == 0 && status.st_uid == geteuid() && status.st_mode & 0o777 == 0o700
    }

    private static func isNamed(_ path: String, _ folder: Descriptor) -> Bool {
        var (held, named) = (stat(), stat())
        return fstat(folder.number, &held) == 0 && lstat(path, &named) == 0 && held.st_dev == named.st_dev
            && held.st_ino == named.st_ino
    }

    /// Removes the folder while it is locked, unless it has other files than a private copy's.
    private static func remove(_ path: String, _ folder: Descriptor) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlinkat(folder.number, file + suffix, 0) }
        rmdir(path)
    }
}
