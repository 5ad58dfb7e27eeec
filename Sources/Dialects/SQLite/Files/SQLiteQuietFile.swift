import TCSQLite
import Dispatch
import TCPOSIX
import Synchronization

/// A database in WAL mode that nobody has open, kept as it is while it is read without SQLite's locks and companions.
///
/// Who comes to write it writes into a -wal. The file itself changes when that is brought back into it: by whoever leaves last,
/// who needs an EXCLUSIVE lock, or by a checkpoint before, which needs `WAL_READ_LOCK(0)` for itself
/// (https://www.sqlite.org/walformat.html). So a byte of SHARED is locked from the beginning, which leaves no trace, and that
/// other lock as soon as there is a wal-index: we are then one more reader, who reads the file alone. Whether it helped is told
/// by the file's fingerprint, and by nothing else.
final class SQLiteQuietFile: Sendable {
    /// After how long newcomers are looked for again: the first checkpoint comes 1,000 pages after its first commit
    /// (https://www.sqlite.org/wal.html#automatic_checkpoint).
    private static let pause = DispatchTimeInterval.milliseconds(5)
    /// None of the threads that tasks share: while these are busy, a checkpoint would come first.
    private static let queue = DispatchQueue(label: "quiet SQLite files")

    let fingerprint: SQLiteFingerprint
    private let file: SQLiteFile
    private let descriptor: SQLiteDescriptor
    /// One more connection beside the newcomer's, which holds the lock and does nothing else.
    private let companion = Mutex<SQLiteConnection?>(nil)

    /// `nil` when somebody is just about to have the file for himself. Throws `DatabaseError`.
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

    /// What is wrong when the file was written in spite of everything. `nil` when all is well.
    func change() -> DatabaseError? {
        if let now = try? SQLiteFingerprint(of: file), now.hasSameDatabase(as: fingerprint) { return nil }
        return DatabaseError(
            .changedMeanwhile, "another program wrote \(file.name) while it was read",
            remedy: "stop that program meanwhile, or let it have the database open from the beginning: then both go on")
    }

    /// For people.
    var remarks: [String] {
        guard file.walSize > 0 else { return [] }
        return [
            "another program began to write \(file.name) while it was read: what was read is the snapshot before, and the -wal stays"
        ]
    }

    private func watch() {
        Self.queue.asyncAfter(deadline: .now() + Self.pause) { [weak self] in
            guard let self, isToBeWatched() else { return }
            watch()
        }
    }

    /// Joins the newcomer, if there is one. False when no more is to be done.
    private func isToBeWatched() -> Bool {
        // Without a -wal and a wal-index there is nobody to join, and SQLite would make them.
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
