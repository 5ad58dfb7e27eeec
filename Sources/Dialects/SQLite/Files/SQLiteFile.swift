import TCPOSIX

/// A database's file and its companion files, examined only through the file system.
///
/// The database itself is not opened here: closing it would drop every lock that this process holds on it through SQLite
/// (https://www.sqlite.org/howtocorrupt.html, section 2.2).
struct SQLiteFile: Sendable {
    /// The file's name as the caller wrote it, for messages.
    private(set) var name: String
    /// The absolute path without symbolic links: SQLite's companion files lie beside the target of a link.
    let path: String

    var wal: String { path + "-wal" }
    var sharedMemory: String { path + "-shm" }
    var journal: String { path + "-journal" }

    /// Creates the value for an existing database file. Throws `DatabaseError` with the reason if the file is not one.
    init(existing name: String) throws(DatabaseError) {
        var status = stat()
        guard stat(name, &status) == 0, let resolved = Path.resolved(name) else {
            throw Self.error(errno, opening: name)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR:
            throw DatabaseError(
                .notADatabase, "\(name) is a folder, not a SQLite database", remedy: "name a file in it")
        default:
            throw DatabaseError(
                .notADatabase, "\(name) is not a regular file, and so not a SQLite database", remedy: "name a file")
        }
        self.name = name
        path = resolved
    }

    /// Returns the same file with another name for messages.
    func named(_ name: String) -> SQLiteFile {
        var file = self
        file.name = name
        return file
    }

    /// Creates an empty file that only this user may read, and its folder, if they are missing. Several processes may do so at
    /// once; the result is true for the one that created the file.
    static func create(_ name: String) throws(DatabaseError) -> Bool {
        if let slash = name.lastIndex(of: "/"), slash > name.startIndex { try makeFolder(String(name[..<slash])) }
        if Descriptor.open(name, O_CREAT | O_EXCL | O_RDWR) != nil { return true }
        if errno == EEXIST { return false }
        throw error(errno, creating: name)
    }

    private static func makeFolder(_ folder: String) throws(DatabaseError) {
        var status = stat()
        guard stat(folder, &status) != 0 else { return }
        if let slash = folder.lastIndex(of: "/"), slash > folder.startIndex { try makeFolder(String(folder[..<slash])) }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw error(errno, creating: folder) }
    }

    /// Throws if this user may not read the file. With `writing`, it also throws if the user may not write the file and its
    /// folder, in which SQLite puts its journal.
    func checkAccess(writing: Bool) throws(DatabaseError) {
        guard access(path, R_OK) == 0 else { throw Self.error(errno, opening: name) }
        guard writing else { return }
        guard access(path, W_OK) == 0 else {
            let reason = SystemError.last
            throw DatabaseError(
                .permission, "\(name) may not be written by this user (\(reason))",
                remedy: Self.remedy(reason.number)
                    ?? "give this user write access to the file, or run as a user who has it")
        }
        guard access(Path.folder(of: path), W_OK | X_OK) == 0 else {
            let reason = SystemError.last
            throw DatabaseError(
                .permission, "the folder of \(name) may not be written by this user (\(reason))",
                remedy: Self.remedy(reason.number)
                    ?? "give this user write access to the folder: SQLite keeps its journal beside the file")
        }
    }

    /// Returns what helps where no right to write would.
    static func remedy(_ code: Int32) -> String? {
        code == EROFS ? "mount its file system for writing, or name another place" : nil
    }

    /// The number of bytes in the -wal beside the file, which may hold data that the file itself lacks; -1 if there is none.
    var walSize: Int { Self.size(wal) }

    /// Whether another program has the file open in WAL mode, or left its companion files behind.
    var hasWALCompanions: Bool { walSize >= 0 || hasWALIndex }

    var hasWALIndex: Bool { Self.size(sharedMemory) >= 0 }

    /// Whether this user may write the files of a database in WAL mode, and so can hold back its writers for a moment.
    var letsWritersBeHeldBack: Bool {
        let files: [String] = [path, wal, sharedMemory]
        return files.allSatisfy { access($0, R_OK | W_OK) == 0 }
    }

    /// Whether a transaction was interrupted and must be rolled back first: there is a journal whose first byte is not 0
    /// (https://www.sqlite.org/lockingv3.html#hot_journals).
    var hasHotJournal: Bool {
        let file = open(journal, O_RDONLY | O_CLOEXEC)
        // A journal that can't be read may be hot; the copy reports why it can't be read.
        guard file >= 0 else { return Self.size(journal) > 0 }
        defer { TCPOSIX.close(file) }
        var first: UInt8 = 0
        let count = read(file, &first, 1)
        return count < 0 || (count == 1 && first != 0)
    }

    /// The file's `file:` URI, in which the characters that SQLite would interpret are escaped
    /// (https://www.sqlite.org/uri.html).
    var immutableURI: String { "file:\(PercentEncoding.encode(path, keeping: "/"))?immutable=1" }

    /// Returns the size of a file in bytes, or -1 if it does not exist.
    private static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : -1
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    static func error(_ code: Int32, opening name: String) -> DatabaseError {
        switch code {
        case ENOENT where isLink(name):
            DatabaseError(
                .unreachable, "\(name) is a link to a file that does not exist",
                remedy: "name that file itself, or remove the link")
        case ENOENT, ENOTDIR:
            DatabaseError(.unreachable, "there is no SQLite database at \(name)", remedy: "check the path")
        case EACCES, EPERM:
            DatabaseError(
                .permission, "\(name) may not be read by this user (\(SystemError(code)))",
                remedy: "give this user read access to it and its folder, or run as a user who has it")
        default: DatabaseError(.unreachable, "\(name) can't be opened (\(SystemError(code)))", remedy: "check the path")
        }
    }

    static func error(_ code: Int32, creating name: String) -> DatabaseError {
        switch code {
        case EACCES, EPERM, EROFS:
            DatabaseError(
                .permission, "\(name) can't be created by this user (\(SystemError(code)))",
                remedy: remedy(code) ?? "give this user write access to the folder, or run as a user who has it")
        case ENOSPC, EDQUOT:
            DatabaseError(.diskFull, "no space is left to create \(name)", remedy: "free some space there")
        default:
            DatabaseError(.unreachable, "\(name) can't be created (\(SystemError(code)))", remedy: "check the path")
        }
    }
}

extension SQLiteFile {
    /// The error of a read that saw more than one state of the file.
    var writtenMeanwhile: DatabaseError {
        DatabaseError(
            .changedMeanwhile, "another program wrote \(name) while it was read",
            remedy: "stop that program during the read, or start it before the read begins: then both can work")
    }
}
