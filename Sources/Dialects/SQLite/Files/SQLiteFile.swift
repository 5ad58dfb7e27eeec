import TCPOSIX

/// A database's file and what lies beside it, asked of the file system only.
///
/// The database itself is not opened here: closing it would drop every lock that this process holds on it through
/// SQLite (https://www.sqlite.org/howtocorrupt.html, section 2.2).
struct SQLiteFile: Sendable {
    /// As the caller wrote it: for messages.
    private(set) var name: String
    /// Absolute, without symbolic links: SQLite's companion files lie beside what a link points to.
    let path: String

    var wal: String { path + "-wal" }
    var sharedMemory: String { path + "-shm" }
    var journal: String { path + "-journal" }

    /// An existing database file. Throws `DatabaseError` with the reason when it is not one.
    init(existing name: String) throws(DatabaseError) {
        var status = stat()
        guard stat(name, &status) == 0, let resolved = realpath(name, nil) else {
            throw Self.error(errno, opening: name)
        }
        defer { free(resolved) }
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
        path = String(cString: resolved)
    }

    /// The same file under another name in messages.
    func named(_ name: String) -> SQLiteFile {
        var file = self
        file.name = name
        return file
    }

    /// Makes an empty file that only this user may read, and its folder, where they are missing. Many may do so at
    /// once: true for the one that made it.
    static func create(_ name: String) throws(DatabaseError) -> Bool {
        if let slash = name.lastIndex(of: "/"), slash > name.startIndex { try makeFolder(String(name[..<slash])) }
        let file = open(name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            if errno == EEXIST { return false }
            throw error(errno, creating: name)
        }
        Glibc.close(file)
        return true
    }

    private static func makeFolder(_ folder: String) throws(DatabaseError) {
        var status = stat()
        guard stat(folder, &status) != 0 else { return }
        if let slash = folder.lastIndex(of: "/"), slash > folder.startIndex { try makeFolder(String(folder[..<slash])) }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw error(errno, creating: folder) }
    }

    /// Throws when this user may not read the file, or not write it and its folder, where SQLite puts its journal.
    func checkAccess(writing: Bool) throws(DatabaseError) {
        guard access(path, R_OK) == 0 else { throw Self.error(errno, opening: name) }
        guard writing else { return }
        guard access(path, W_OK) == 0 else {
            throw DatabaseError(
                .permission, "\(name) may not be written by this user (\(Self.text(errno)))",
                remedy: "let this user write the file, or use a user who may")
        }
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        guard access(folder.isEmpty ? "/" : folder, W_OK | X_OK) == 0 else {
            throw DatabaseError(
                .permission, "the folder of \(name) may not be written by this user (\(Self.text(errno)))",
                remedy: "let this user write the folder: SQLite keeps its journal beside the file")
        }
    }

    /// Bytes of the -wal beside it, which may hold what the file itself lacks; -1 when there is none.
    var walSize: Int { Self.size(wal) }

    /// Whether somebody has it open in WAL mode, or left it so.
    var hasWALCompanions: Bool { walSize >= 0 || hasWALIndex }

    var hasWALIndex: Bool { Self.size(sharedMemory) >= 0 }

    /// Whether this user may write the files of a database in WAL mode, and so can hold its writers back for a moment.
    var letsWritersBeHeldBack: Bool {
        let files: [String] = [path, wal, sharedMemory]
        return files.allSatisfy { access($0, R_OK | W_OK) == 0 }
    }

    /// Whether a transaction was cut off and must be rolled back first: a journal whose first byte is not 0
    /// (https://www.sqlite.org/lockingv3.html#hot_journals).
    var hasHotJournal: Bool {
        let file = open(journal, O_RDONLY | O_CLOEXEC)
        // A journal that can't be read may be hot; the copy reports why it can't be read.
        guard file >= 0 else { return Self.size(journal) > 0 }
        defer { Glibc.close(file) }
        var first: UInt8 = 0
        return read(file, &first, 1) == 1 && first != 0
    }

    /// `file:` with what SQLite would read as something else escaped (https://www.sqlite.org/uri.html).
    var immutableURI: String {
        let plain = path.utf8.map { byte in
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "/-._~".utf8.contains(byte)
            if isPlain { return String(UnicodeScalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        return "file:\(plain.joined())?immutable=1"
    }

    /// -1 when there is no such file.
    private static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : -1
    }

    static func text(_ code: Int32) -> String { String(cString: strerror(code)) }

    static func error(_ code: Int32, opening name: String) -> DatabaseError {
        switch code {
        case ENOENT, ENOTDIR:
            DatabaseError(.unreachable, "there is no SQLite database at \(name)", remedy: "check the path")
        case EACCES, EPERM:
            DatabaseError(
                .permission, "\(name) may not be read by this user (\(text(code)))",
                remedy: "let this user read it and its folder, or use a user who may")
        default: DatabaseError(.unreachable, "\(name) can't be opened (\(text(code)))", remedy: "check the path")
        }
    }

    static func error(_ code: Int32, creating name: String) -> DatabaseError {
        switch code {
        case EACCES, EPERM, EROFS:
            DatabaseError(
                .permission, "\(name) can't be made by this user (\(text(code)))",
                remedy: "let this user write the folder, or use a user who may")
        case ENOSPC, EDQUOT:
            DatabaseError(.diskFull, "no space left to create \(name)", remedy: "free some space there")
        default: DatabaseError(.unreachable, "\(name) can't be made (\(text(code)))", remedy: "check the path")
        }
    }
}
