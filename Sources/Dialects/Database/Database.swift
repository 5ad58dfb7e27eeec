import Dispatch

/// A database that can be connected to: a dialect, a way in, and a pool of connections, each on a thread of its own.
public final class Database: Sendable {
    public let url: DatabaseURL
    public let dialect: any TransferDialect
    let driver: any Driver
    private let pool: ConnectionPool

    /// Nothing is opened yet: the first lease connects. Throws `DatabaseError` of kind `invalidURL`.
    public init(_ url: DatabaseURL, options: ConnectionOptions = ConnectionOptions()) throws(DatabaseError) {
        let driver = try url.driver(options)
        self.url = url
        self.dialect = driver.dialect
        self.driver = driver
        self.pool = ConnectionPool(driver: driver, limit: options.poolSize)
    }

    /// Lends one connection to `body`, on that connection's own thread, until it returns. Statements of two leases never mix.
    ///
    /// A transaction that `body` leaves open is rolled back, and an error of kind `lost` drops the connection.
    public func withConnection<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        try await pool.withConnection(body)
    }

    /// Lends a connection to each of two databases to `body`, both on one thread: rows then go from one to the other without a
    /// copy. Both are opened for this and closed afterwards.
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

    /// Closes every idle connection; leased ones close when they come back.
    public func close() async { await pool.close() }

    /// Lets go of the connections that idle now: to be called when the server has gone away, so that nobody is lent one whose
    /// other end is no more. What is lent out finds out by itself.
    public func dropIdleConnections() { pool.dropIdle() }
}

/// How connections are opened.
public struct ConnectionOptions: Sendable {
    /// What the caller means to do.
    public enum Access: Sendable {
        /// Never changes what a database holds, and leaves no file behind. Who writes it may have to wait
        /// (`Connection.readingRemarks`).
        case readOnly
        /// Writes into a database that exists.
        case readWrite
        /// Writes, and creates the file of a SQLite database that does not exist yet.
        case create
    }

    public var access: Access
    /// How long a statement waits for another connection's lock, in seconds.
    public var lockTimeout: Double
    /// Longest time of one statement, in seconds; none when `nil`.
    public var statementTimeout: Double?
    public var applicationName: String
    /// Most connections that are open at once.
    public var poolSize: Int
    /// The database is the project's own: SQLite then runs in WAL mode.
    public var isOwned: Bool
    /// A commit that has returned is on the disk: a crash of the machine takes nothing back.
    public var isDurable: Bool
    /// Where a private copy of a SQLite database may lie for a while: a folder with room for it.
    public var temporaryFolder: String
    /// After how long of saying nothing either end takes the other for gone.
    public var silence: Silence

    public init(
        access: Access = .readWrite, lockTimeout: Double = 10, statementTimeout: Double? = nil,
        applicationName: String = "tc-migrate", poolSize: Int = 4, isOwned: Bool = false,
        isDurable: Bool = false, temporaryFolder: String = "/tmp", silence: Silence = Silence()
    ) {
        self.access = access
        self.lockTimeout = lockTimeout
        self.statementTimeout = statementTimeout
        self.applicationName = applicationName
        self.poolSize = poolSize
        self.isOwned = isOwned
        self.isDurable = isDurable
        self.temporaryFolder = temporaryFolder
        self.silence = silence
    }
}

/// How long one end of a connection waits for the other, in seconds; `nil` is without end. The kernel answers for a program that
/// was stopped, and nobody for a machine that has gone, so that neither is ever seen to hang up. A SQLite database has no other
/// end.
public struct Silence: Sendable, Equatable {
    /// The server ends a session that asks nothing for so long, and what it held is free. Takes PostgreSQL 14.
    public var ofClient: Double?
    /// The same inside a transaction, where rows may be locked.
    public var inTransaction: Double?
    /// A server that takes so long to go on with its answer counts as lost.
    public var ofServer: Double?

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
