import TCSQLite
import TCPOSIX
import Synchronization

/// The way in which one database is read. All connections of a `Database` read it in the same way, so that they can share a
/// snapshot.
final class SQLiteSource: Sendable {
    enum Way: Sendable {
        /// The database is read in place, under SQLite's own locks. In rollback-journal mode that leaves no trace. In WAL mode
        /// this way serves a database that somebody has open, so that its companion files exist anyway.
        case inPlace
        /// The database is read in place, without locks or companion files: it is in WAL mode, and nobody has it open
        /// (https://www.sqlite.org/uri.html#uriimmutable). It must stay as it was found.
        case untouched(SQLiteQuietFile)
        case copy(SQLitePrivateCopy)
    }

    let file: SQLiteFile
    let options: ConnectionOptions
    let way: Way
    let sharing = Mutex(SQLiteSharing())
    /// The file that stood at the path when this way was chosen.
    private let status: SQLiteFileStatus?

    init(_ file: SQLiteFile, _ way: Way, _ options: ConnectionOptions) {
        self.file = file
        status = SQLiteFileStatus(of: file)
        self.way = way
        self.options = options
    }

    func open() throws(DatabaseError) -> SQLiteHandle {
        let handle = try openItsWay()
        switch options.access {
        case .readOnly: handle.standInForCollations()
        // What is sorted by another order than its own can't be found again.
        case .readWrite, .create: break
        }
        return handle
    }

    private func openItsWay() throws(DatabaseError) -> SQLiteHandle {
        switch way {
        case .inPlace:
            try SQLiteHandle(file.path, flags: inPlaceFlags, path: file.name, options: options, source: self)
        case .untouched: try openImmutable(file)
        case .copy(let copy): try openImmutable(copy.file)
        }
    }

    private var inPlaceFlags: Int32 {
        switch options.access {
        case .readOnly: SQLITE_OPEN_READONLY
        case .readWrite, .create: SQLITE_OPEN_READWRITE
        }
    }

    private func openImmutable(_ file: SQLiteFile) throws(DatabaseError) -> SQLiteHandle {
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
        return try SQLiteHandle(file.immutableURI, flags: flags, path: file.name, options: options, source: self)
    }

    /// Returns the error if the file was written although it had to stay as it was found; the data that were read are then
    /// worthless. Returns `nil` if the file is unchanged.
    func change() -> DatabaseError? {
        switch way {
        case .inPlace, .copy: nil
        case .untouched(let quiet): quiet.change()
        }
    }

    /// The remark on a path that leads to another file by now, or to none; `nil` if it leads to the one that is read.
    var remarkOnMove: String? {
        guard let status, let change = status.replacement(of: file) else { return nil }
        return "\(file.name) \(change): what was read is the file that stood there when the reading began"
    }

    /// The remarks about programs that opened the database while it was read.
    var newcomersRemarks: [String] {
        switch way {
        case .inPlace, .copy: []
        case .untouched(let quiet): quiet.remarks
        }
    }
}

extension SQLiteSource {
    /// Examines a file that is to be read without a trace, and chooses the way to read it. Throws `DatabaseError`, of kind
    /// `corrupt` if its end is missing, and `locked` if somebody keeps writing.
    static func reading(_ file: SQLiteFile, _ options: ConnectionOptions) throws(DatabaseError) -> SQLiteSource {
        if let cutOff = file.cutOff() { throw cutOff }
        for _ in 0..<20 {
            if let way = try way(of: file, options) { return SQLiteSource(file, way, options) }
            usleep(50_000)
        }
        throw DatabaseError(
            .locked, "\(file.name) can't be copied, because another program keeps writing to it",
            remedy: "stop the program that writes it, then try again")
    }

    /// Returns the way to read the file; `nil` if somebody wrote it during the examination.
    private static func way(of file: SQLiteFile, _ options: ConnectionOptions) throws(DatabaseError) -> Way? {
        // The companion files of the project's own database exist already, and belong there.
        if options.isOwned && file.hasWALCompanions && !file.hasHotJournal { return .inPlace }
        let hasJournal = file.hasHotJournal
        let probe = try SQLiteLockProbe(of: file)
        // The journal is examined again, because its writer may have ended before its lock was looked for.
        if hasJournal && !probe.isBeingWritten && file.hasHotJournal { return try copy(file, options) }
        // SQLite opens an existing -wal, whatever the header says.
        guard probe.isInWALMode || file.walSize >= 0 else { return .inPlace }
        if probe.isInUse {
            if file.letsWritersBeHeldBack { return .inPlace }
            return .copy(try SQLitePrivateCopy.backup(of: file, options))
        }
        if file.walSize > 0 { return try copy(file, options) }
        // The locks are examined again: the fingerprint would not show a program that came before it was taken.
        guard let quiet = try SQLiteQuietFile(file), quiet.fingerprint.isSettled,
            try SQLiteLockProbe(of: file) == probe, file.walSize <= 0
        else { return nil }
        return .untouched(quiet)
    }

    private static func copy(_ file: SQLiteFile, _ options: ConnectionOptions) throws(DatabaseError) -> Way? {
        try SQLitePrivateCopy.attempt(file, in: options.temporaryFolder).map { .copy($0) }
    }
}

extension SQLiteSource {
    /// The source that all connections of a driver read. This object does not keep the source alive; handles do.
    final class Shared: Sendable {
        private struct Weak: Sendable {
            weak var source: SQLiteSource?
        }

        private let held = Mutex(Weak())

        /// Returns the existing source. Otherwise `make` creates one, while other callers wait for it.
        func source(
            otherwise make: () throws(DatabaseError) -> SQLiteSource
        ) throws(DatabaseError) -> SQLiteSource {
            try held.withLock { held throws(DatabaseError) in
                if let source = held.source { return source }
                let source = try make()
                held.source = source
                return source
            }
        }
    }
}
