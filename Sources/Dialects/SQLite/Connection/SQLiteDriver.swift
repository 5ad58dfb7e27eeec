import TCSQLite
import TCPOSIX

/// Opens connections to one SQLite file. With the path `:memory:` each connection has a database in memory of its own.
struct SQLiteDriver: Driver {
    private let path: String
    private let options: ConnectionOptions
    private let sources = SQLiteSource.Shared()
    private let newFile = SQLiteNewFile()

    init(path: String, options: ConnectionOptions) {
        self.path = path
        self.options = options
    }

    var dialect: any TransferDialect { SQLiteDialect() }
    var connectionLimit: Int { path == ":memory:" ? 1 : .max }

    func connect() throws(DatabaseError) -> any Connection {
        let handle = try open()
        let connection = SQLiteConnection(handle)
        connection.newFile = newFile
        do {
            try configure(connection, handle)
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    func connectFurther() throws(DatabaseError) -> any Connection { try connect() }

    private func open() throws(DatabaseError) -> SQLiteHandle {
        if path == ":memory:" {
            let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY
            return try SQLiteHandle(path, flags: flags, path: path, options: options)
        }
        if options.access == .create, try SQLiteFile.create(path) { newFile.isOurs = true }
        let file = try SQLiteFile(existing: path)
        try file.checkAccess(writing: options.access != .readOnly)
        let source = try sources.source { () throws(DatabaseError) in
            switch options.access {
            case .create, .readWrite: SQLiteSource(file, .inPlace, options)
            case .readOnly: try SQLiteSource.reading(file, options)
            }
        }
        return try source.open()
    }

    private func configure(_ connection: SQLiteConnection, _ handle: SQLiteHandle) throws(DatabaseError) {
        // SQLite opens any file; only the first read shows that a file is not a database.
        _ = try connection.query("PRAGMA schema_version")
        try connection.execute("PRAGMA foreign_keys = ON")
        guard options.access != .readOnly else { return }
        // SQLite silently opens a file read-only if the user may not write it (https://www.sqlite.org/c3ref/open.html).
        guard !handle.isReadOnly else {
            throw DatabaseError(
                .permission, "\(path) may not be written by this user",
                remedy: "give this user write access to the file, or run as a user who has it")
        }
        if options.isOwned { try enterWAL(connection) }
        if options.isDurable {
            // In WAL mode only FULL waits for the disk at each commit. On macOS the disk itself also has to be told to write
            // (https://www.sqlite.org/pragma.html#pragma_synchronous, #pragma_fullfsync).
            try connection.executeScript("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON")
        } else if options.isOwned {
            try connection.execute("PRAGMA synchronous = NORMAL")
        }
    }

    /// Switches the file to WAL mode. Several processes may do so at once with a new file. SQLite then answers "locked" without
    /// waiting, so this function waits.
    private func enterWAL(_ connection: SQLiteConnection) throws(DatabaseError) {
        let deadline = ContinuousClock.now + .wait(seconds: options.lockTimeout)
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
