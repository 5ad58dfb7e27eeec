/// The owner of one connection. The connection is opened, used and closed here, on a thread of its own.
actor ConnectionHost {
    /// The result of a lease.
    struct Outcome<T: Sendable>: Sendable {
        var result: Result<T, any Error>
        /// Whether the connection can be lent out again.
        var isReusable: Bool
    }

    private let thread: ConnectionThread
    private var connection: (any Connection)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Starts the thread. Throws `DatabaseError` if no thread can be started.
    init() throws(DatabaseError) { thread = try ConnectionThread() }

    deinit { thread.stop() }

    /// Connects, and returns an object that stops the connection's statements from another thread.
    func connect(_ driver: any Driver) throws(DatabaseError) -> any Interrupter {
        let connection = try driver.connect()
        self.connection = connection
        return connection.interrupter
    }

    /// Runs a whole lease in one hop, and leaves no transaction open behind it.
    func run<T: Sendable>(_ body: @Sendable (any Connection) throws -> T) -> Outcome<T> {
        guard let connection else {
            return Outcome(result: .failure(DatabaseError(.lost, "the connection is closed")), isReusable: false)
        }
        do {
            // A task that was cancelled before its turn has nothing to interrupt yet.
            try Task.checkCancellation()
            let value = try body(connection)
            return Outcome(result: .success(value), isReusable: leavesNoTransaction(connection))
        } catch {
            let isLost = (error as? DatabaseError)?.kind == .lost
            return Outcome(result: .failure(error), isReusable: !isLost && leavesNoTransaction(connection))
        }
    }

    func close() {
        connection?.close()
        connection = nil
    }

    /// Rolls the open transaction back. Returns false if even that fails, or if the connection is gone. The connection itself is
    /// asked whether it is gone, because `body` may have wrapped the error that said so.
    private func leavesNoTransaction(_ connection: any Connection) -> Bool {
        guard !connection.isLost else { return false }
        guard connection.isInTransaction else { return true }
        do {
            try connection.rollback()
            return !connection.isInTransaction
        } catch {
            return false
        }
    }
}
