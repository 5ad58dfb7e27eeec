import CSQLite
import Glibc

/// Opens connections to one SQLite file, or each its own database in memory for the path `:memory:`.
struct SQLiteDriver: Driver {
    private let path: String
    private let options: ConnectionOptions
    private let copies = SQLitePrivateCopy.Shared()

    init(path: String, options: ConnectionOptions) {
        self.path = path
        self.options = options
    }

    var dialect: any TransferDialect { SQLiteDialect() }

    func connect() throws(DatabaseError) -> any Connection {
        let handle = try open()
        let connection = SQLiteConnection(handle)
        do {
            try configure(connection, handle)
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    private func open() throws(DatabaseError) -> SQLiteHandle {
        if path == ":memory:" { return try openHandle(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY) }
        if options.access == .create { try SQLiteFile.create(path) }
        let file = try SQLiteFile(existing: path)
        switch options.access {
        case .create, .readWrite:
            try file.checkAccess(writing: true)
            return try openHandle(file.path, SQLITE_OPEN_READWRITE)
        case .readOnly:
            try file.checkAccess(writing: false)
            return try openForReading(file)
        }
    }

    /// Reads without a trace. Our own database is read where it lies when somebody works on it: what SQLite then leaves
    /// beside it is there already. A stranger's is read from a copy when its file alone does not tell all.
    private func openForReading(_ file: SQLiteFile) throws(DatabaseError) -> SQLiteHandle {
        if options.isOwned && file.hasWALCompanions && !file.hasHotJournal {
            return try openHandle(file.path, SQLITE_OPEN_READONLY)
        }
        let copy = try copies.copy { () throws(DatabaseError) in
            file.hasWAL || file.hasHotJournal ? try SQLitePrivateCopy.make(of: file, in: options.temporaryFolder) : nil
        }
        // Nobody writes it, so nothing need be locked and no file is made
        // (https://www.sqlite.org/uri.html#uriimmutable).
        return try openHandle((copy?.file ?? file).immutableURI, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, copy)
    }

    private func openHandle(
        _ file: String, _ flags: Int32, _ copy: SQLitePrivateCopy? = nil
    ) throws(DatabaseError) -> SQLiteHandle {
        try SQLiteHandle(file, flags: flags, path: path, options: options, keepingAlive: copy)
    }

    private func configure(_ connection: SQLiteConnection, _ handle: SQLiteHandle) throws(DatabaseError) {
        // SQLite opens anything; only the first read tells that a file is no database.
        _ = try connection.query("PRAGMA schema_version")
        try connection.execute("PRAGMA foreign_keys = ON")
        guard options.access != .readOnly else { return }
        // A file that may not be written is opened read-only without a word (https://www.sqlite.org/c3ref/open.html).
        guard !handle.isReadOnly else {
            throw DatabaseError(
                .permission, "\(path) may not be written by this user",
                remedy: "let this user write the file, or use a user who may")
        }
        guard options.isOwned else { return }
        try enterWAL(connection)
        try connection.execute("PRAGMA synchronous = NORMAL")
    }

    /// Several processes may do so at once with a new file; SQLite then answers "locked" without waiting, so we wait.
    private func enterWAL(_ connection: SQLiteConnection) throws(DatabaseError) {
        let deadline = ContinuousClock.now + .seconds(options.lockTimeout)
        while true {
            do {
                _ = try connection.query("PRAGMA journal_mode = WAL")
                return
            } catch {
                guard error.kind == .locked, ContinuousClock.now < deadline else { throw error }
                usleep(10_000)
            }
        }
    }
}
