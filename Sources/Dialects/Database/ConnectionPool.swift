import Synchronization

/// A pool that lends out connections: an idle one if there is one, or a new one up to the limit. Further requests wait in the
/// order in which they came. Connections that nobody needs for a while are closed, except for the one that was used last.
final class ConnectionPool: Sendable {
    /// An open connection, and the object that stops its statements.
    private struct Member: Sendable {
        var host: ConnectionHost
        var interrupter: any Interrupter

        /// Runs a lease. Cancelling the task interrupts the running statement.
        func run<T: Sendable>(
            _ body: @escaping @Sendable (any Connection) throws -> T
        ) async -> ConnectionHost.Outcome<T> {
            await withTaskCancellationHandler {
                await host.run(body)
            } onCancel: {
                interrupter.interrupt()
            }
        }
    }

    private struct Idle {
        var member: Member
        var since: ContinuousClock.Instant
    }

    /// The answer to a request for a connection.
    private enum Grant: Sendable {
        case idle(Member)
        /// Permission to open one more connection.
        case open
    }

    private struct Waiter: Sendable {
        var ticket: UInt64
        var continuation: CheckedContinuation<Grant, any Error>
    }

    private struct State {
        /// The idle connections, the one that was used last at the end.
        var idle: [Idle] = []
        /// Whether a task waits to close connections that stay idle.
        var isClosingLater = false
        /// The number of connections that are idle, lent out or being opened. It never exceeds the limit.
        var count = 0
        /// The waiting requests, in the order in which they came. Nobody waits while a connection is idle or another one may be
        /// opened.
        var waiters: [Waiter] = []
        var nextTicket: UInt64 = 0
        var isClosed = false
    }

    private let driver: any Driver
    private let limit: Int
    private let idleTimeout: Duration
    private let state = Mutex(State())

    /// Makes a pool that opens nothing yet.
    ///
    /// - Parameters:
    ///   - limit: The largest number of connections that are open at once, at least 1.
    ///   - idleTimeout: How long a connection stays open at least while nobody needs it.
    init(driver: any Driver, limit: Int, idleTimeout: Duration) {
        self.driver = driver
        self.limit = max(1, limit)
        self.idleTimeout = idleTimeout
    }

    var figures: (open: Int, idle: Int, waiting: Int) {
        state.withLock { ($0.count, $0.idle.count, $0.waiters.count) }
    }

    /// Lends one connection to `body` on that connection's thread. A transaction that `body` leaves open is rolled back. An error
    /// of kind `lost` drops the connection. Cancelling the task ends the wait, or interrupts the running statement.
    func withConnection<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        let member = try await lease()
        let outcome = await member.run(body)
        if outcome.isReusable {
            await giveBack(member)
        } else {
            await member.host.close()
            giveUpPlace()
        }
        return try outcome.result.get()
    }

    /// Closes the idle connections and refuses new leases. A leased connection closes when it comes back.
    func close() async {
        let (idle, waiters) = state.withLock { state in
            state.isClosed = true
            state.count -= state.idle.count
            defer {
                state.idle.removeAll()
                state.waiters.removeAll()
            }
            return (state.idle, state.waiters)
        }
        for waiter in waiters { waiter.continuation.resume(throwing: Self.closed) }
        for connection in idle { await connection.member.host.close() }
    }

    /// Lends `body` a connection beside those of the pool, on that connection's own thread, and closes it afterwards.
    func withOwnConnection<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        try Task.checkCancellation()
        if state.withLock({ $0.isClosed }) { throw Self.closed }
        let member = try await open()
        let outcome = await member.run(body)
        await member.host.close()
        return try outcome.result.get()
    }

    /// Closes the connections that are idle now.
    func dropIdle() {
        let idle = state.withLock { state in
            state.count -= state.idle.count
            defer { state.idle.removeAll() }
            return state.idle
        }
        // Each connection closes on its own thread, because a dead connection may take its time.
        for connection in idle { Task { await connection.member.host.close() } }
    }

    private static let closed = DatabaseError(.other, "the database was closed by this program")
}

extension ConnectionPool {
    private func lease() async throws -> Member {
        switch try await grant() {
        case .idle(let member): return member
        case .open:
            do { return try await open() } catch {
                giveUpPlace()
                throw error
            }
        }
    }

    private func open() async throws -> Member {
        let host = try ConnectionHost()
        return Member(host: host, interrupter: try await host.connect(driver))
    }

    private func grant() async throws -> Grant {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                ask(Waiter(ticket: ticket, continuation: continuation))
            }
        } onCancel: {
            withdraw(ticket)
        }
    }

    /// Answers a request at once, or puts its waiter at the end of the queue.
    private func ask(_ waiter: Waiter) {
        let answer: Result<Grant, any Error>? = state.withLock { state in
            // This is checked under the lock, because an earlier cancellation found no waiter to withdraw.
            if Task.isCancelled { return .failure(CancellationError()) }
            if state.isClosed { return .failure(Self.closed) }
            // The connection that was used last comes first: its caches are warm.
            if let connection = state.idle.popLast() { return .success(.idle(connection.member)) }
            guard state.count < limit else {
                state.waiters.append(waiter)
                return nil
            }
            state.count += 1
            return .success(.open)
        }
        if let answer { waiter.continuation.resume(with: answer) }
    }

    private func withdraw(_ ticket: UInt64) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    private func giveBack(_ member: Member) async {
        let (waiter, isClosed): (Waiter?, Bool) = state.withLock { state in
            if state.isClosed {
                state.count -= 1
                return (nil, true)
            }
            guard !state.waiters.isEmpty else {
                state.idle.append(Idle(member: member, since: .now))
                closeLater(&state)
                return (nil, false)
            }
            return (state.waiters.removeFirst(), false)
        }
        if isClosed { await member.host.close() }
        waiter?.continuation.resume(returning: .idle(member))
    }

    /// Gives up the place of a connection that is gone, so that the task that has waited longest may open another one.
    private func giveUpPlace() {
        let waiter: Waiter? = state.withLock { state in
            guard !state.waiters.isEmpty else {
                state.count -= 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        waiter?.continuation.resume(returning: .open)
    }
}

extension ConnectionPool {
    /// Lets a task close what is idle for too long, unless there is such a task already. It keeps neither the pool alive nor the
    /// task-local values of whoever used the connection.
    private func closeLater(_ state: inout State) {
        guard state.idle.count > 1, !state.isClosingLater else { return }
        state.isClosingLater = true
        Task.detached { [weak self, idleTimeout] in
            try await Task.sleep(for: idleTimeout)
            await self?.closeUnneeded()
        }
    }

    private func closeUnneeded() async {
        let unneeded = state.withLock { state in
            let start = ContinuousClock.now - idleTimeout
            let unneeded = state.idle.dropLast().prefix { $0.since <= start }
            state.idle.removeFirst(unneeded.count)
            state.count -= unneeded.count
            state.isClosingLater = false
            closeLater(&state)
            return unneeded
        }
        for connection in unneeded { await connection.member.host.close() }
    }
}
