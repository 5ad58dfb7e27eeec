import Dialects
import TCPOSIX
import Synchronization

/// The lock that makes one daemon the only one on its database, held on a connection of its own.
///
/// The server ends that connection's session when it has received nothing from it for `Term.server`. A daemon that was stopped,
/// or whose machine has vanished, is therefore replaced. A daemon considers itself the serving one for no longer than
/// `Term.own` after it asked for a confirmation that it then received. A new holder of the lock begins to serve no sooner than
/// `Term.successor` after it got the lock. The second time is longer, so no two daemons ever serve at once, whatever the
/// server's clock does and for whatever reason the lock was lost.
///
/// When the connection is lost, the lease opens another, however long that takes. Other daemons may have served in between; the
/// epoch tells whether they did.
final class InstanceLease: Sendable {
    enum Term {
        static let heartbeat = Duration.milliseconds(400)
        /// The interval at which a waiting daemon asks for the lock.
        static let poll = Duration.milliseconds(200)
        /// How long a confirmation counts, from the moment at which it was requested. The clock goes on while the machine
        /// sleeps.
        static let own = Duration.milliseconds(1_500)
        /// How long a new holder of the lock waits for its predecessor to notice the loss.
        static let successor = Duration.milliseconds(1_600)
        /// How long a request waits for a confirmation that is late.
        static let grace = Duration.seconds(2)
        static let server = 2.5
        static let answer = 1.5
    }

    /// A change in the state of the lock, for those who report it.
    enum News: Sendable {
        /// Somebody else holds the lock, or the database can't be asked; the text gives the reason.
        case waiting(String)
        /// The lock was held and is not confirmed at present; the text gives the reason.
        case lost(String)
        /// The lock is held again, and nobody else has worked meanwhile.
        case regained
    }

    private struct State {
        /// When the lock was first got. The next flag says whether its last holder may be unaware of that.
        var takenAt: ContinuousClock.Instant?
        var hasUnawarePredecessor = false
        var isTaken: Bool { takenAt != nil }
        var confirmedAt: ContinuousClock.Instant?
        var epoch: Epoch?
        var databases: [Database] = []
        /// Whether somebody waits for the next confirmation, which then does not wait for the heartbeat.
        var isWanted = false
        var isReleased = false
        /// Whether the lease's connection is closed.
        var isGone = false
        /// The error that ended the lease: another daemon has taken over.
        var end: RuntimeError?
        var lastNews: String?
        /// Whether the database itself can't be asked.
        var isAway = false
    }

    static let lock = AdvisoryLock.daemon
    static let silence = Silence(ofClient: Term.server, ofServer: Term.answer)

    private let database: Database
    private let isPatient: Bool
    private let onNews: @Sendable (News) -> Void
    private let state = Mutex(State())

    /// Makes a lease. `database` is for the lease alone and is opened with `silence`. `isPatient` says that the lease waits for
    /// the lock's holder, and for the database, as a standby does.
    init(_ database: Database, isPatient: Bool, onNews: @escaping @Sendable (News) -> Void) {
        self.database = database
        self.isPatient = isPatient
        self.onNews = onNews
    }

    /// Takes the lock, which is then kept until `release`. Returns when it is held.
    ///
    /// - Throws: `RuntimeError` of code `alreadyRunning`, or `DatabaseError`.
    func take() async throws {
        let (taken, continuation) = AsyncThrowingStream<Void, any Error>.makeStream()
        Task.detached { await self.hold(continuation) }
        for try await _ in taken { return }
        throw CancellationError()
    }

    /// Binds the lock to this epoch: another epoch in the database means that somebody else holds the lock. When the lease's
    /// connection was lost, idle connections in `databases` are considered lost, too.
    func keep(in epoch: Epoch, with databases: [Database]) {
        state.withLock { ($0.epoch, $0.databases) = (epoch, databases) }
    }

    /// Waits until the lock's previous holder is sure to have noticed the loss.
    func waitForPredecessor() async throws {
        let (takenAt, isNeeded) = state.withLock { ($0.takenAt, $0.hasUnawarePredecessor) }
        guard isNeeded, let takenAt else { return }
        try await Task.sleep(until: takenAt + Term.successor, clock: .continuous)
    }

    func release() { state.withLock { $0.isReleased = true } }

    /// Releases the lock, and returns when its connection is closed, or does not close in time. Of a SQLite file it is the last
    /// connection: closing it leaves one file with everything in it (https://www.sqlite.org/wal.html#the_wal_file).
    func end() async {
        release()
        for _ in 0..<120 where !state.withLock({ $0.isGone }) { try? await Task.sleep(for: .milliseconds(25)) }
    }

    /// Whether nobody else can serve at this moment.
    var isConfirmed: Bool {
        state.withLock { state in
            guard state.end == nil, let confirmedAt = state.confirmedAt else { return false }
            return ContinuousClock.now - confirmedAt < Term.own
        }
    }

    /// Waits a short time for a confirmation that is late.
    ///
    /// - Throws: `RuntimeError` when none comes; no request may then be answered.
    func requireConfirmed() async throws {
        guard !isConfirmed else { return }
        let limit = ContinuousClock.now + Term.grace
        while ContinuousClock.now < limit {
            if let end = state.withLock({ $0.end }) { throw end }
            try await Task.sleep(for: .milliseconds(50))
            if isConfirmed { return }
        }
        throw unconfirmed
    }

    /// Requires a confirmation without waiting for it, for callers that can't wait.
    func requireConfirmedNow() throws(RuntimeError) {
        guard !isConfirmed else { return }
        throw state.withLock { $0.end } ?? unconfirmed
    }

    /// Waits, on a connection's own thread, until the lock was confirmed once more: what was confirmed before may be lost by now.
    ///
    /// - Throws: `RuntimeError` if it is not confirmed.
    func confirmAnew() throws(RuntimeError) {
        let asked = ContinuousClock.now
        state.withLock { $0.isWanted = true }
        while ContinuousClock.now < asked + Term.own {
            let (end, confirmedAt) = state.withLock { ($0.end, $0.confirmedAt) }
            if let end { throw end }
            if let confirmedAt, confirmedAt >= asked { return }
            usleep(2_000)
        }
        throw unconfirmed
    }

    /// Waits a short time until the lock was confirmed once more, and returns why the lease is over; `nil` if it is not known to be over.
    func endAfterLook() async throws -> RuntimeError? {
        let asked = ContinuousClock.now
        state.withLock { $0.isWanted = true }
        while ContinuousClock.now < asked + Term.grace {
            let (end, confirmedAt) = state.withLock { ($0.end, $0.confirmedAt) }
            if let end { return end }
            if let confirmedAt, confirmedAt >= asked { return nil }
            try await Task.sleep(for: .milliseconds(20))
        }
        return nil
    }

    private static let lostWhileStarting = RuntimeError(
        .databaseUnavailable, "the daemon has lost its lock while it was starting", remedy: "start it again")

    private var unconfirmed: RuntimeError {
        guard state.withLock({ $0.isAway }) else {
            return RuntimeError(
                .databaseUnavailable, "the database does not confirm that this daemon holds its lock",
                remedy: "try again soon")
        }
        return RuntimeError(
            .databaseUnavailable, "the daemon can't reach its database",
            remedy: "try again once the database's server runs; the daemon's log has the reason")
    }

    /// Returns when another daemon has taken over; `nil` when the lock was released.
    func waitUntilOver() async -> RuntimeError? {
        while true {
            let (end, isReleased) = state.withLock { ($0.end, $0.isReleased) }
            if let end { return end }
            if isReleased { return nil }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { return nil }
        }
    }
}

extension InstanceLease {
    /// Holds the lock, on one connection after the other, until it is released or taken by somebody else.
    private func hold(_ taken: AsyncThrowingStream<Void, any Error>.Continuation) async {
        do {
            try await keepHolding { taken.yield() }
            await database.close()
            taken.finish()
        } catch {
            await database.close()
            taken.finish(throwing: error)
        }
        state.withLock { $0.isGone = true }
    }

    private func keepHolding(onTaken: @escaping @Sendable () -> Void) async throws {
        while !isOver {
            do {
                try await database.withConnection { connection in
                    guard let held = try self.acquire(connection) else { return }
                    onTaken()
                    defer { held.release() }
                    try self.confirm(held, on: connection)
                }
            } catch {
                guard goesOn(after: error) else { throw error }
                try? await Task.sleep(for: Term.poll / 2)
            }
        }
    }

    private var isOver: Bool { state.withLock { $0.isReleased || $0.end != nil } }

    /// Acquires the lock; `nil` when the lease was released meanwhile.
    private func acquire(_ connection: any Connection) throws -> (any HeldLock)? {
        while !isOver {
            let asked = ContinuousClock.now
            let held = try connection.hold(Self.lock)
            do {
                try look(for: state.withLock { $0.epoch }, on: connection)
            } catch {
                held?.release()
                throw error
            }
            if let held {
                guard !isOver else {
                    held.release()
                    return nil
                }
                note(held, confirmedAt: asked)
                return held
            }
            guard isPatient || state.withLock({ $0.isTaken }) else {
                throw RuntimeError(
                    .alreadyRunning, "another daemon works on this database",
                    remedy: "stop it, or wait for it with --standby")
            }
            tell(.waiting("another daemon works on this database"))
            pause(for: Term.poll)
        }
        return nil
    }

    /// Compares the database's epoch with ours. Another epoch ends the lease.
    private func look(for epoch: Epoch?, on connection: any Connection) throws {
        guard let epoch, try !epoch.isPresent(on: connection) else { return }
        state.withLock { $0.end = Epoch.isOver }
    }

    private func note(_ held: any HeldLock, confirmedAt asked: ContinuousClock.Instant) {
        if state.withLock({ $0.isTaken && $0.confirmedAt == nil }) {
            // Opened, meanwhile, to a server that may be no more.
            dropIdleConnections()
            tell(.regained)
        }
        state.withLock { state in
            (state.confirmedAt, state.isAway) = (asked, false)
            guard state.takenAt == nil else { return }
            (state.takenAt, state.hasUnawarePredecessor) = (.now, held.isLostUnnoticed)
        }
    }

    /// On the connection's own thread, which nobody else waits for. A higher epoch ends the lease also while it has the lock:
    /// nothing could be written any more.
    private func confirm(_ held: any HeldLock, on connection: any Connection) throws {
        while !isOver {
            state.withLock { $0.isWanted = false }
            let asked = ContinuousClock.now
            try held.confirm()
            // A lock that can't be lost unnoticed lets nobody else begin an epoch.
            if held.isLostUnnoticed { try look(for: state.withLock { $0.epoch }, on: connection) }
            state.withLock { $0.confirmedAt = asked }
            pause(for: Term.heartbeat)
        }
    }

    /// Returns whether the lease tries again after `error`, which is reported once. A lock that is lost before an epoch has begun
    /// ends the lease: others may have worked, and migrated, before it was got again, and nothing would tell.
    private func goesOn(after error: any Error) -> Bool {
        let isTaken = state.withLock { state in
            state.confirmedAt = nil
            state.isAway = (error as? DatabaseError)?.kind == .unreachable
            if state.isTaken, state.epoch == nil { state.end = Self.lostWhileStarting }
            return state.isTaken
        }
        if isTaken {
            dropIdleConnections()
            tell(.lost("\(error)"))
        } else {
            guard isPatient, (error as? DatabaseError)?.mayPass == true else { return false }
            tell(.waiting("\(error)"))
        }
        return true
    }

    private func dropIdleConnections() {
        for database in state.withLock({ $0.databases }) { database.dropIdleConnections() }
    }

    private func tell(_ news: News) {
        let text = "\(news)"
        let isNew = state.withLock { state in
            defer { state.lastNews = text }
            return state.lastNews != text
        }
        if isNew { onNews(news) }
    }

    /// Sleeps in slices, so that a release is noticed soon.
    private func pause(for duration: Duration) {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end, !isOver, !state.withLock({ $0.isWanted }) { usleep(25_000) }
    }
}

extension DatabaseError {
    /// Whether the error may disappear without a change of the request: the server is not there yet, or busy.
    var mayPass: Bool {
        switch kind {
        case .locked, .lost, .unreachable, .authentication, .permission, .diskFull, .resources, .interrupted: true
        case .unique, .foreignKey, .notNull, .check, .notADatabase, .corrupt, .raised, .transactionEnded, .invalidURL,
            .changedMeanwhile, .pooled, .exists, .syntax, .other:
            false
        }
    }
}

extension AdvisoryLock {
    /// The lock whose holder is the one daemon that serves the database.
    package static let daemon = AdvisoryLock("daemon")
}
