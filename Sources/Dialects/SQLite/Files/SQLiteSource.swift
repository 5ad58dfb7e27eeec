import TCSQLite
import TCPOSIX
import Synchronization

/// How one database is read: the same way by all connections of a `Database`, so that they can share a snapshot.
final class SQLiteSource: Sendable {
    enum Way: Sendable {
        /// Where it lies, under SQLite's own locks. In rollback-journal mode that leaves no trace; in WAL mode it is for a
        /// database that somebody has open, whose companions are there anyway.
        case inPlace
        /// Where it lies, without locks or companions: in WAL mode, and nobody has it open
        /// (https://www.sqlite.org/uri.html#uriimmutable). It must stay as it was found.
        case untouched(SQLiteQuietFile)
        case copy(SQLitePrivateCopy)
    }

    let file: SQLiteFile
    let options: ConnectionOptions
    let way: Way
    let sharing = Mutex(SQLiteSharing())

    init(_ file: SQLiteFile, _ way: Way, _ options: ConnectionOptions) {
        self.file = file
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

    /// What is wrong when the file was written although it was to stay as it was found: what was read is then worth
    /// nothing. `nil` when all is well.
    func change() -> DatabaseError? {
        switch way {
        case .inPlace, .copy: nil
        case .untouched(let quiet): quiet.change()
        }
    }

    /// What is to be said of those who came while it was read.
    var newcomersRemarks: [String] {
        switch way {
        case .inPlace, .copy: []
        case .untouched(let quiet): quiet.remarks
        }
    }
}

extension SQLiteSource {
    /// Looks at a file that is to be read without a trace, and decides. Throws `DatabaseError`, of kind `locked` when
    /// somebody keeps writing.
    static func reading(_ file: SQLiteFile, _ options: ConnectionOptions) throws(DatabaseError) -> SQLiteSource {
        for _ in 0..<20 {
            if let way = try way(of: file, options) { return SQLiteSource(file, way, options) }
            usleep(50_000)
        }
        throw DatabaseError(
            .locked, "\(file.name) can't be copied, because another program keeps writing it",
            remedy: "stop the program that writes it, then try again")
    }

    /// `nil` when somebody wrote while we looked.
    private static func way(of file: SQLiteFile, _ options: ConnectionOptions) throws(DatabaseError) -> Way? {
        // What SQLite leaves beside our own database is there already, and belongs there.
        if options.isOwned && file.hasWALCompanions && !file.hasHotJournal { return .inPlace }
        let hasJournal = file.hasHotJournal
        let probe = try SQLiteLockProbe(of: file)
        // Asked again, because the writer whose journal it was may have ended before its lock was looked for.
        if hasJournal && !probe.isBeingWritten && file.hasHotJournal { return try copy(file, options) }
        // SQLite opens a -wal that is there whatever the header says.
        guard probe.isInWALMode || file.walSize >= 0 else { return .inPlace }
        if probe.isInUse {
            if file.letsWritersBeHeldBack { return .inPlace }
            return .copy(try SQLitePrivateCopy.backup(of: file, options))
        }
        if file.walSize > 0 { return try copy(file, options) }
        // Asked again: who came before the fingerprint was taken would not be told by it.
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
    /// The one source that all connections of a driver read. It does not keep the source alive: handles do.
    final class Shared: Sendable {
        private struct Weak: Sendable {
            weak var source: SQLiteSource?
        }

        private let held = Mutex(Weak())

        /// The source that is there; else `make` makes one, while others who ask wait for it.
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
