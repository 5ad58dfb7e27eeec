import TCSQLite
import Dispatch
import TCPOSIX
import Synchronization

/// A database in WAL mode, or with an empty -wal, that nobody has open. It is protected from changes while it is read without
/// SQLite's locks and companion files.
///
/// A newcomer that writes the database writes into a -wal. The file itself changes only when the -wal is brought back into it.
/// The last connection does so when it is closed, for which it needs an EXCLUSIVE lock; an earlier checkpoint does so too, for
/// which it needs `WAL_READ_LOCK(0)` (https://www.sqlite.org/walformat.html). Therefore a byte of SHARED is locked from the
/// beginning, which leaves no trace, and `WAL_READ_LOCK(0)` as soon as a newcomer's -wal and wal-index exist: to SQLite this
/// process is then one more reader, which reads only the file and not the -wal. The file's fingerprint is the only proof that
/// nobody wrote it: on some file systems the locks prevent nothing.
final class SQLiteQuietFile: Sendable {
    /// The interval between two looks for newcomers. The first checkpoint comes 1,000 pages after a newcomer's first commit
    /// (https://www.sqlite.org/wal.html#automatic_checkpoint).
    private static let pause = DispatchTimeInterval.milliseconds(5)
    /// A queue apart from the threads that tasks share: while those are busy, a checkpoint would come first.
    private static let queue = DispatchQueue(label: "quiet SQLite files")

    let fingerprint: SQLiteFingerprint
    private let file: SQLiteFile
    private let descriptor: SQLiteDescriptor
    /// An additional connection beside the newcomer's, which only holds the lock.
    private let companion = Mutex<SQLiteConnection?>(nil)

    /// Locks the file; returns `nil` if somebody holds an EXCLUSIVE lock on it.
    ///
    /// - Throws: `DatabaseError` if the file can't be read.
    init?(_ file: SQLiteFile) throws(DatabaseError) {
        guard let descriptor = SQLiteDescriptor(reading: file.path) else {
            throw SQLiteFile.error(errno, opening: file.name)
        }
        guard SQLiteFileLocks.keepExclusiveBack(descriptor.number) else { return nil }
        self.file = file
        self.descriptor = descriptor
        fingerprint = try SQLiteFingerprint(of: file)
        watch()
    }

    deinit {
        companion.withLock { $0?.close() }
        // The descriptor may stay open for other handles of this process.
        SQLiteFileLocks.letExclusiveIn(descriptor.number)
    }

    /// Returns the error if the file was written in spite of the locks; otherwise `nil`.
    func change() -> DatabaseError? {
        if let now = try? SQLiteFingerprint(of: file), now.hasSameDatabase(as: fingerprint) { return nil }
        return file.writtenMeanwhile
    }

    /// The remarks about newcomers, for messages.
    var remarks: [String] {
        guard file.walSize > 0 else { return [] }
        return [
            "another program began to write \(file.name) while it was read: the earlier snapshot was read, and the -wal file stays"
        ]
    }

    private func watch() {
        Self.queue.asyncAfter(deadline: .now() + Self.pause) { [weak self] in
            guard let self, isToBeWatched() else { return }
            watch()
        }
    }

    /// Joins the newcomer, if there is one. Returns false if nothing remains to be done.
    private func isToBeWatched() -> Bool {
        // Without a -wal and a wal-index there is nobody to join, and SQLite would create both files.
        guard file.walSize >= 0, file.hasWALIndex, file.walSize > 0 || isInUse else { return true }
        return companion.withLock { companion in
            companion = try? Self.join(file)
            return companion == nil
        }
    }

    private var isInUse: Bool { (try? SQLiteLockProbe(of: file).isInUse) ?? false }

    private static func join(_ file: SQLiteFile) throws(DatabaseError) -> SQLiteConnection {
        let options = ConnectionOptions(access: .readOnly, lockTimeout: 0)
        let handle = try SQLiteHandle(file.path, flags: SQLITE_OPEN_READONLY, path: file.name, options: options)
        try handle.leaveWALOnClose()
        let connection = SQLiteConnection(handle)
        // The first read opens the wal-index.
        _ = try connection.query("PRAGMA schema_version")
        try handle.keepCheckpointsBack()
        return connection
    }
}
