import Synchronization

/// Two connections on one thread that stay open between leases. So rows go from one to the other without a copy, and a snapshot
/// outlasts a lease.
///
///     let pair = try await ConnectionPair.open(source, target)
///     let rows = try await pair.run { reading, writing in … }
///     await pair.close()
package actor ConnectionPair {
    private let thread: ConnectionThread
    private var connections: (first: any Connection, second: any Connection)?
    private nonisolated let interrupters = Mutex<[any Interrupter]>([])

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init() throws(DatabaseError) { thread = try ConnectionThread() }

    deinit { thread.stop() }

    /// Opens both connections. Throws `DatabaseError` if one of them can't be opened; then neither stays open. A pair `isFurther` if the
    /// caller can do without it (`Driver.connectFurther`).
    package static func open(
        _ first: Database, _ second: Database, isFurther: Bool = false
    ) async throws(DatabaseError) -> ConnectionPair {
        let pair = try ConnectionPair()
        try await pair.connect(first.driver, second.driver, isFurther)
        return pair
    }

    private func connect(_ first: any Driver, _ second: any Driver, _ isFurther: Bool) throws(DatabaseError) {
        let one = try isFurther ? first.connectFurther() : first.connect()
        do throws(DatabaseError) {
            let other = try isFurther ? second.connectFurther() : second.connect()
            connections = (one, other)
            interrupters.withLock { $0 = [one.interrupter, other.interrupter] }
        } catch {
            one.close()
            throw error
        }
    }

    /// Lends both connections to `body`, on their own thread. Transactions that `body` leaves open stay open. Cancelling the task
    /// interrupts the statements that run.
    package nonisolated func run<T: Sendable>(
        _ body: @Sendable (any Connection, any Connection) throws -> T
    ) async throws -> T {
        try await withTaskCancellationHandler {
            try await perform(body)
        } onCancel: {
            for interrupter in interrupters.withLock({ $0 }) { interrupter.interrupt() }
        }
    }

    private func perform<T: Sendable>(_ body: @Sendable (any Connection, any Connection) throws -> T) throws -> T {
        guard let connections else { throw DatabaseError(.lost, "the connections are closed") }
        // A task that was cancelled before its turn has nothing to interrupt yet.
        try Task.checkCancellation()
        return try body(connections.first, connections.second)
    }

    /// Closes both connections. The databases roll back open transactions.
    package func close() {
        interrupters.withLock { $0 = [] }
        connections?.first.close()
        connections?.second.close()
        connections = nil
    }
}
