import Dispatch

/// A database: its URL, its dialect, and a pool of connections, each on a thread of its own.
public final class Database: Sendable {
    /// The place that this database was made for.
    public let url: DatabaseURL
    /// The translator of this kind of database.
    public var dialect: any Dialect { transferDialect }
    /// The same, for a transfer.
    package let transferDialect: any TransferDialect
    let driver: any Driver
    private let pool: ConnectionPool

    /// Makes a pool for this URL. Nothing is opened yet: the first lease connects.
    ///
    /// - Throws: ``DatabaseError`` of kind `invalidURL`.
    public init(_ url: DatabaseURL, options: ConnectionOptions = ConnectionOptions()) throws(DatabaseError) {
        let driver = try url.driver(options)
        self.url = url
        self.transferDialect = driver.dialect
        self.driver = driver
        self.pool = ConnectionPool(driver: driver, limit: options.poolSize)
    }

    /// Lends one connection to `body`, on that connection's own thread, until it returns. Statements of two leases never mix.
    ///
    /// A transaction that `body` leaves open is rolled back, and an error of kind `lost` drops the connection.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError`` when no connection can be opened.
    public func withConnection<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        try await pool.withConnection(body)
    }

    /// Lends a connection to each of two databases to `body`, both on one thread: rows then go from one to the other without a
    /// copy. Both are opened for this and closed afterwards.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError`` when one of them can't be opened.
    public static func withConnections<T: Sendable>(
        _ first: Database, _ second: Database,
        _ body: @escaping @Sendable (any Connection, any Connection) throws -> T
    ) async throws -> T {
        let pair = try await ConnectionPair.open(first, second)
        do {
            let result = try await pair.run(body)
            await pair.close()
            return result
        } catch {
            await pair.close()
            throw error
        }
    }

    /// Runs `body` while nobody else who asks for the same lock can (`Connection.withLock`). A session of its own holds the lock,
    /// so `body` may use as many others as it likes.
    ///
    /// - Throws: What `body` throws, and ``DatabaseError``; of kind `locked` when somebody else keeps the lock.
    public func withLock<T: Sendable>(
        _ lock: AdvisoryLock, waiting seconds: Double, _ body: @Sendable () async throws -> T
    ) async throws -> T {
        let done = DispatchSemaphore(value: 0)
        let (acquired, continuation) = AsyncStream<Void>.makeStream()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await self.withConnection { connection in
                    try connection.withLock(lock, waiting: seconds) {
                        continuation.yield()
                        // This is the connection's own thread, and nobody else waits for it.
                        done.wait()
                    }
                }
            }
            for await _ in acquired {
                defer { done.signal() }
                return try await body()
            }
            // The lock was not to be had, and this throws why; or the caller was cancelled while it was waited for, and whoever has
            // it by now, or will have it in a moment, lets go of it.
            done.signal()
            try await group.waitForAll()
            throw CancellationError()
        }
    }

    /// How many connections are open, how many of them idle, and how many tasks wait for one.
    package var poolFigures: (open: Int, idle: Int, waiting: Int) { pool.figures }

    /// Closes every idle connection; leased ones close when they come back.
    public func close() async { await pool.close() }

    /// Closes the connections that are idle now. Call it when the server has gone away; a leased connection finds out by itself.
    public func dropIdleConnections() { pool.dropIdle() }
}

/// How connections are opened.
public struct ConnectionOptions: Sendable {
    /// What the connections may do.
    public enum Access: Sendable {
        /// Reads only: changes nothing and leaves no file behind. Programs that write the database may have to wait
        /// (`Connection.readingRemarks`).
        case readOnly
        /// Writes into a database that exists.
        case readWrite
        /// Writes, and creates the file of a SQLite database that does not exist yet.
        case create
    }

    /// Whether the connections only read, write, or make the file as well.
    public var access: Access
    /// How long a statement waits for another connection's lock, in seconds.
    public var lockTimeout: Double
    /// The longest time that one statement may take, in seconds; `nil` for no limit.
    public var statementTimeout: Double?
    /// The name that PostgreSQL shows for these sessions (`pg_stat_activity.application_name`).
    public var applicationName: String
    /// The most connections that are open at once.
    public var poolSize: Int
    /// Whether the database belongs to this program: SQLite then runs in WAL mode.
    public var isOwned: Bool
    /// Whether a commit waits for the disk, so that a crash of the machine takes nothing back.
    public var isDurable: Bool
    /// The folder for private copies of a SQLite source. It needs room for the whole database.
    public var temporaryFolder: String
    /// How long either end may be silent before the other takes it for gone.
    public var silence: Silence

    /// Options for a database; times are in seconds.
    ///
    /// Without arguments: reading and writing, 10 seconds for a lock, no limit for a statement, 4 connections, and sessions that
    /// PostgreSQL shows under the program's file name.
    public init(
        access: Access = .readWrite, lockTimeout: Double = 10, statementTimeout: Double? = nil,
        applicationName: String? = nil, poolSize: Int = 4, isOwned: Bool = false,
        isDurable: Bool = false, temporaryFolder: String = "/tmp", silence: Silence = Silence()
    ) {
        self.access = access
        self.lockTimeout = lockTimeout
        self.statementTimeout = statementTimeout
        self.applicationName = applicationName ?? Self.programName
        self.poolSize = poolSize
        self.isOwned = isOwned
        self.isDurable = isDurable
        self.temporaryFolder = temporaryFolder
        self.silence = silence
    }

    private static var programName: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? ""
    }
}

/// Limits for a silent connection, in seconds; `nil` sets none. They find a stopped program, for which the kernel still answers,
/// and a machine that vanished. A SQLite database has no other end.
public struct Silence: Sendable, Equatable {
    /// The server ends a session that has been idle for this long, and frees its locks. Needs PostgreSQL 14.
    public var ofClient: Double?
    /// The server ends a session that has been idle for this long inside a transaction.
    public var inTransaction: Double?
    /// A server that needs longer than this for the next part of an answer counts as lost.
    public var ofServer: Double?

    /// Limits in seconds; each end waits for ever where nothing is said.
    public init(ofClient: Double? = nil, inTransaction: Double? = nil, ofServer: Double? = nil) {
        self.ofClient = ofClient
        self.inTransaction = inTransaction
        self.ofServer = ofServer
    }
}

/// What a dialect's folder brings so that `Database` can connect.
package protocol Driver: Sendable {
    var dialect: any TransferDialect { get }
    /// Opens a connection. Called on the thread that will own it.
    func connect() throws(DatabaseError) -> any Connection
}
