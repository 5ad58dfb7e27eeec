import TCPOSIX

/// Settings for opening connections.
public struct ConnectionOptions: Sendable {
    /// The kind of access that the connections have.
    public enum Access: Sendable {
        /// Only reads: changes nothing and leaves no file behind. Programs that write the database may have to wait
        /// (`Connection.readingRemarks`).
        case readOnly
        /// Writes into an existing database.
        case readWrite
        /// Writes, and creates the file of a SQLite database that does not exist yet.
        case create
    }

    /// The kind of access: whether the connections only read, also write, or also make the file.
    public var access: Access
    /// How long a statement waits for another connection's lock, in seconds.
    public var lockTimeout: Double
    /// The longest time that one statement may take, in seconds; `nil` for no limit.
    public var statementTimeout: Double?
    /// The name that PostgreSQL shows for these sessions (`pg_stat_activity.application_name`).
    public var applicationName: String
    /// The largest number of connections that are open at once.
    public var poolSize: Int
    /// How long a connection stays open while nobody needs it, in seconds; infinity for ever. The one that was used last stays open
    /// longer.
    public var idleTimeout: Double
    /// Whether the database belongs to this program: SQLite then runs in WAL mode.
    public var isOwned: Bool
    /// Whether a commit waits for the disk, so that a crash of the machine undoes no commit.
    public var isDurable: Bool
    /// The folder for private copies of a SQLite source. It needs room for the whole database.
    public var temporaryFolder: String
    /// How long either end may be silent before the other end treats it as gone.
    public var silence: Silence

    /// Makes options for a database. All times are in seconds.
    ///
    /// The defaults are reading and writing, 10 seconds for a lock, no limit for a statement, 4 connections, of which those but
    /// one close after a minute without work, and sessions that PostgreSQL shows under the program's file name.
    public init(
        access: Access = .readWrite, lockTimeout: Double = 10, statementTimeout: Double? = nil,
        applicationName: String? = nil, poolSize: Int = 4, idleTimeout: Double = 60, isOwned: Bool = false,
        isDurable: Bool = false, temporaryFolder: String = "/tmp", silence: Silence = Silence()
    ) {
        self.access = access
        self.lockTimeout = lockTimeout
        self.statementTimeout = statementTimeout
        self.applicationName = applicationName ?? Self.programName
        self.poolSize = poolSize
        self.idleTimeout = idleTimeout
        self.isOwned = isOwned
        self.isDurable = isDurable
        self.temporaryFolder = temporaryFolder
        self.silence = silence
    }

    private static var programName: String {
        CommandLine.arguments.first.map(Path.name) ?? ""
    }
}

/// Limits for a silent connection, in seconds; `nil` sets none. They detect a stopped program, for which the kernel still
/// answers, and a machine that vanished. A SQLite database has no other end.
public struct Silence: Sendable, Equatable {
    /// The time after which the server ends an idle session and frees its locks. Needs PostgreSQL 14.
    public var ofClient: Double?
    /// The time after which the server ends a session that is idle inside a transaction.
    public var inTransaction: Double?
    /// The longest time that the server may take for the next part of an answer. After it, the connection counts as lost.
    public var ofServer: Double?

    /// Makes limits in seconds. An end without a limit waits for ever.
    public init(ofClient: Double? = nil, inTransaction: Double? = nil, ofServer: Double? = nil) {
        self.ofClient = ofClient
        self.inTransaction = inTransaction
        self.ofServer = ofServer
    }
}
