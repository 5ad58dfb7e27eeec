import CSQLite
import Glibc
import Synchronization

/// A stranger's database, copied whole into a folder of ours, because reading it where it lies would change it: SQLite
/// rolls a hot journal back, and leaves a -shm and a -wal behind (https://www.sqlite.org/wal.html#read_only_databases).
///
/// The folder is removed when the last connection that reads it is closed.
final class SQLitePrivateCopy: Sendable {
    /// A clean database: what lay in the companion files is in it.
    let file: SQLiteFile
    private let folder: String

    /// Copies `file` with its companions at one moment. Throws `DatabaseError`, of kind `locked` when somebody keeps
    /// writing.
    static func make(of file: SQLiteFile, in parent: String) throws(DatabaseError) -> SQLitePrivateCopy {
        for _ in 0..<10 {
            if let copy = try attempt(file, in: parent) { return copy }
            usleep(100_000)
        }
        throw DatabaseError(
            .locked, "\(file.name) can't be copied, because another program keeps writing it",
            remedy: "stop the program that writes it, then try again")
    }

    /// `nil` when somebody wrote meanwhile.
    private static func attempt(
        _ file: SQLiteFile, in parent: String
    ) throws(DatabaseError) -> SQLitePrivateCopy? {
        let before = try SQLiteFingerprint(of: file)
        guard before.isSettled else { return nil }
        let folder = try makeFolder(in: parent)
        // From here on the folder is removed, whatever happens.
        let copy = try SQLitePrivateCopy(of: file, in: folder)
        guard try SQLiteFingerprint(of: file) == before else { return nil }
        try copy.recover()
        return copy
    }

    private init(of source: SQLiteFile, in folder: String) throws(DatabaseError) {
        do {
            let target = folder + "/copy"
            try FileCopy.copy(source.path, to: target, isOptional: false)
            try FileCopy.copy(source.wal, to: target + "-wal", isOptional: true)
            try FileCopy.copy(source.journal, to: target + "-journal", isOptional: true)
            file = try SQLiteFile(existing: target).named(source.name)
        } catch {
            Self.remove(folder)
            throw error
        }
        self.folder = folder
    }

    deinit { Self.remove(folder) }

    /// Brings what lies in the companion files into the file itself, so that it can be read as a quiet one.
    private func recover() throws(DatabaseError) {
        let options = ConnectionOptions(lockTimeout: 0)
        let handle = try SQLiteHandle(file.path, flags: SQLITE_OPEN_READWRITE, path: file.name, options: options)
        let connection = SQLiteConnection(handle)
        defer { connection.close() }
        // The first read rolls a hot journal back.
        _ = try connection.query("PRAGMA schema_version")
        _ = try connection.query("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private static func makeFolder(in parent: String) throws(DatabaseError) -> String {
        var template = Array("\(parent)/tc-migrate-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SQLiteFile.error(errno, creating: "\(parent)/tc-migrate-…") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func remove(_ folder: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink("\(folder)/copy\(suffix)") }
        rmdir(folder)
    }
}

extension SQLitePrivateCopy {
    /// The one copy that all connections of a pool read, so that they see the same moment. It does not keep the copy
    /// alive.
    final class Shared: Sendable {
        private struct Weak: Sendable {
            weak var copy: SQLitePrivateCopy?
        }

        private let held = Mutex(Weak())

        /// The copy that is there; else `make` makes one, while others who ask wait for it.
        func copy(
            otherwise make: () throws(DatabaseError) -> SQLitePrivateCopy?
        ) throws(DatabaseError) -> SQLitePrivateCopy? {
            try held.withLock { held throws(DatabaseError) in
                if let copy = held.copy { return copy }
                let copy = try make()
                held.copy = copy
                return copy
            }
        }
    }
}
