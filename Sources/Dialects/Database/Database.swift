import Dispatch
import TCPOSIX

/// A database: its URL, its dialect, and a pool of connections, each on a thread of its own.
public final class Database: Sendable {
    /// The URL that this database was made for.
    public let url: DatabaseURL
    /// The translator of this kind of database.
    public var dialect: any Dialect { transferDialect }
    /// The translator of this kind of database, with the parts that a transfer needs.
    package let transferDialect: any TransferDialect
    let driver: any Driver
    /// Whether opening the database makes its file.
    let makesMissingFile: Bool
    let pool: ConnectionPool
    /// How often a session that only holds a lock has to ask something, so that the server does not end it as idle; `nil` if it
    /// need not.
    private let keepalive: Double?

    /// Makes a pool for this URL. Nothing is opened yet: the first lease connects.
    ///
    /// - Throws: ``DatabaseError`` of kind `invalidURL`.
    public init(_ url: DatabaseURL, options: ConnectionOptions = ConnectionOptions()) throws(DatabaseError) {
        let driver = try url.driver(options)
        self.url = url
        self.transferDialect = driver.dialect
        self.driver = driver
        makesMissingFile = options.access == .create
        keepalive = options.silence.ofClient.map { max($0 / 3, 0.1) }
        self.pool = ConnectionPool(
            driver: driver, limit: min(options.poolSize, driver.connectionLimit),
            idleTimeout: .wait(seconds: options.idleTimeout))
    }

    /// Lends one connection to `body`, on that connection's own thread, until `body` returns. Statements of two leases never mix.
    ///
    /// A transaction that `body` leaves open is rolled back. An error of kind `lost` drops the connection.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError`` when no connection can be opened.
    public func withConnection<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        try await pool.withConnection(body)
    }

    /// Lends `body` a connection to each of two databases, both on one thread, so that rows go from one to the other without a
    /// copy. Both connections are opened for this call and closed afterwards, so that a database in memory is a new one.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError`` when one of the connections can't be opened.
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

    /// Runs `body` while a session of its own holds the lock (`Connection.withLock`). The session is none of the pool's, so `body` may
    /// use all of those.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError``. It is of kind `locked` when somebody else keeps the lock, and of kind
    ///   `lost` when the session ended before `body` did, so that another program may have had the lock meanwhile.
    public func withLock<T: Sendable>(
        _ lock: AdvisoryLock, waiting seconds: Double, _ body: @Sendable () async throws -> T
    ) async throws -> T {
        try await holding(body) { connection, wait in
            try connection.withLock(lock, waiting: seconds) {
                wait()
                // The first answer may be that the caller was cancelled meanwhile.
                for _ in 0..<2 where (try? connection.queryValue("SELECT 1")) != nil { return }
                guard connection.isLost else { return }
                throw DatabaseError(
                    .lost, "the session that held the lock \(lock.name) ended before the work under the lock did",
                    remedy: "check the work: another program may have had the lock meanwhile")
            }
        }
    }

    /// Runs `body` while a connection of its own keeps other transfers away (`Connection.withTransferLock`).
    package func withTransferLock<T: Sendable>(
        waiting seconds: Double, _ body: @Sendable () async throws -> T
    ) async throws -> T {
        try await holding(body) { try $0.withTransferLock(waiting: seconds, $1) }
    }

    /// Runs `body` while a connection of its own keeps other transfers of its kind away (`Connection.withFillingLock`).
    package func withFillingLock<T: Sendable>(
        waiting seconds: Double, _ body: @Sendable () async throws -> T
    ) async throws -> T {
        try await holding(body) { try $0.withFillingLock(waiting: seconds, $1) }
    }

    /// Runs `body` while `take`, on a connection of its own, holds a lock around the function that it is given.
    private func holding<T: Sendable>(
        _ body: @Sendable () async throws -> T,
        _ take: @escaping @Sendable (any Connection, () -> Void) throws -> Void
    ) async throws -> T {
        let keepalive = keepalive
        let done = DispatchSemaphore(value: 0)
        let (acquired, continuation) = AsyncStream<Void>.makeStream()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await self.pool.withOwnConnection { connection in
                    try take(connection) {
                        continuation.yield()
                        // This is the connection's own thread, and nobody else waits for it.
                        while done.wait(timeout: keepalive.map { .now() + $0 } ?? .distantFuture) == .timedOut {
                            _ = try? connection.queryValue("SELECT 1")
                        }
                    }
                }
            }
            for await _ in acquired {
                let result: T
                do { result = try await body() } catch {
                    done.signal()
                    throw error
                }
                done.signal()
                try await group.waitForAll()
                return result
            }
            // Either the lock could not be had, and `waitForAll` throws the reason; or the caller was cancelled while it waited
            // for the lock. In the second case the session that has the lock by now, or will have it in a moment, releases it.
            done.signal()
            try await group.waitForAll()
            throw CancellationError()
        }
    }

    /// The number of open connections, how many of them are idle, and how many tasks wait for one.
    package var poolFigures: (open: Int, idle: Int, waiting: Int) { pool.figures }

    /// Closes every idle connection; leased ones close when they come back.
    public func close() async { await pool.close() }

    /// Closes the connections that are idle now. Call it when the server has gone away. A leased connection notices that by
    /// itself. A database in memory has no server, and stays.
    public func dropIdleConnections() { if driver.connectionLimit > 1 { pool.dropIdle() } }
}

/// The part of a dialect's folder that lets `Database` connect.
package protocol Driver: Sendable {
    var dialect: any TransferDialect { get }
    /// The largest number of connections that are connections to one database.
    var connectionLimit: Int { get }
    /// Opens a connection. Called on the thread that will own it.
    func connect() throws(DatabaseError) -> any Connection
    /// Opens a connection that the caller can do without. If it is kept waiting, the error is one for want of connections
    /// (`DatabaseError.isForWantOfConnections`). Called on the thread that will own it.
    func connectFurther() throws(DatabaseError) -> any Connection
}
