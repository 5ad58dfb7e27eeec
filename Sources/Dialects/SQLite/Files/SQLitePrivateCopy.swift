import TCSQLite
import TCPOSIX

/// A whole copy of another program's database in a private folder. Reading the database in place would change it: SQLite rolls
/// back a hot journal, and leaves a -shm and a -wal behind (https://www.sqlite.org/wal.html#read_only_databases).
///
/// Its folder is removed when the last connection that reads the copy is closed.
final class SQLitePrivateCopy: Sendable {
    /// The copied database, which includes the data from the companion files.
    let file: SQLiteFile
    private let folder: SQLitePrivateFolder
    /// The fingerprint of the original when it was copied.
    let fingerprint: String
    /// The reason for the copy, for messages.
    let remark: String

    /// Copies `file` with its companions as one snapshot; returns `nil` if it was written meanwhile. Throws `DatabaseError`.
    static func attempt(_ file: SQLiteFile, in parent: String) throws(DatabaseError) -> SQLitePrivateCopy? {
        let before = try SQLiteFingerprint(of: file)
        guard before.isSettled else { return nil }
        let damage = SQLiteWALDamage(ofWALAt: file.wal).map { "; \($0)" } ?? ""
        let remark =
            "read from a private copy of \(file.name) and its -wal or -journal, which hold its latest changes\(damage)"
        let copy = try SQLitePrivateCopy(of: file, in: parent, remark) { target throws(DatabaseError) in
            try FileCopy.copy(file.path, to: target, isOptional: false)
            try FileCopy.copy(file.wal, to: target + "-wal", isOptional: true)
            try FileCopy.copy(file.journal, to: target + "-journal", isOptional: true)
            return before.text
        }
        guard try SQLiteFingerprint(of: file) == before else { return nil }
        do throws(DatabaseError) { try copy.recover() } catch { throw fault(error, writing: copy.file.path) }
        return copy
    }

    /// Creates the folder and fills it. `fill` creates the file and returns the original's fingerprint. If it throws, the
    /// folder is removed.
    init(
        of source: SQLiteFile, in parent: String, _ remark: String,
        filledBy fill: (_ target: String) throws(DatabaseError) -> String
    ) throws(DatabaseError) {
        folder = try SQLitePrivateFolder(in: parent)
        self.remark = remark
        fingerprint = try fill(folder.target)
        file = try SQLiteFile(existing: folder.target).named(source.name)
    }

    /// Transfers the data in the companion files into the file itself, so that it can be read as a quiet file.
    private func recover() throws(DatabaseError) {
        let options = ConnectionOptions(lockTimeout: 0)
        let handle = try SQLiteHandle(file.path, flags: SQLITE_OPEN_READWRITE, path: file.name, options: options)
        let connection = SQLiteConnection(handle)
        defer { connection.close() }
        // The first read rolls a hot journal back.
        _ = try connection.query("PRAGMA schema_version")
        _ = try connection.query("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// Returns the error of a copy that can't be made. It names the copy's place if no space is left there, and otherwise the original: the
    /// user knows no other file, and the copy is gone by then.
    static func fault(_ error: DatabaseError, writing target: String) -> DatabaseError {
        error.kind == .diskFull ? FileCopy.noSpace(for: target) : error
    }
}
