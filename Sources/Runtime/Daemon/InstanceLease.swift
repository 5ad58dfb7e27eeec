import Dialects
import TCPOSIX
import Synchronization

/// The lock that makes one daemon the only one on its database, held on a connection of its own.
///
/// The server ends that connection's session when nothing is heard of it for `Term.server`, so that a daemon that was stopped,
/// or whose machine has vanished, is replaced. A daemon takes itself for the one that serves no longer than `Term.own` after it
/// asked and was told so; and whoever gets the lock serves no sooner than `Term.successor` after that. The second is longer: so
/// no two ever serve, whatever the server's clock does, and whyever the lock was lost.
///
/// When the connection is lost it is made again, however long that takes. Between the two others may have worked: whether they
/// did, the epoch tells.
final class InstanceLease: Sendable {
    enum Term {
        static let heartbeat = Duration.milliseconds(400)
        /// How often whoever waits for the lock asks for it.
        static let poll = Duration.milliseconds(200)
        /// How long a confirmation counts, from the moment at which it was asked for. The clock goes on while the machine sleeps.
        static let own = Duration.milliseconds(1_500)
        /// How long whoever gets the lock leaves to who had it.
        static let successor = Duration.milliseconds(1_600)
        /// How long a request waits for a confirmation that is late.
        static let grace = Duration.seconds(2)
        static let server = 2.5
        static let answer = 1.5
    }

    /// What becomes of the lock, for whoever tells people.
    enum News: Sendable {
        /// Somebody else has it, or the database can't be asked: why.
        case waiting(String)
        /// It was held, and is not confirmed now: why.
        case lost(String)
        /// Held again, and nobody else has worked meanwhile.
        case regained
    }

    private struct State {
        /// When the lock was got first, and whether its last holder may be unaware of that.
        var takenAt: ContinuousClock.Instant?
        var hasUnawarePredecessor = false
        var isTaken: Bool { takenAt != nil }
        var confirmedAt: ContinuousClock.Instant?
        var epoch: Epoch?
        var databases: [Database] = []
        var isReleased = false
        /// Its connection is closed.
        var isGone = false
        /// Another daemon has taken over.
        var end: RuntimeError?
        var lastNews: String?
    }

    static let lock = AdvisoryLock.daemon
    static let silence = Silence(ofClient: Term.server, ofServer: Term.answer)

    private let database: Database
    private let isPatient: Bool
    private let onNews: @Sendable (News) -> Void
    private let state = Mutex(State())

    /// `database` is for the lease alone, opened with `silence`. `isPatient`: waits for whoever has the lock, and for the
    /// database, as a standby does.
    init(_ database: Database, isPatient: Bool, onNews: @escaping @Sendable (News) -> Void) {
        self.database = database
        self.isPatient = isPatient
        self.onNews = onNews
    }

    /// Returns when the lock is held, which is then kept until `release`. Throws `RuntimeError` of code `alreadyRunning`, or
    /// `DatabaseError`.
    func take() async throws {
        let (taken, continuation) = AsyncThrowingStream<Void, any Error>.makeStream()
        Task.detached { await self.hold(continuation) }
        for try await _ in taken { return }
        throw CancellationError()
    }

    /// From now on the lock is worth something in this epoch only: another one is somebody else's. When its connection was lost,
    /// those that idle in `databases` are taken for lost, too.
    func keep(in epoch: Epoch, with databases: [Database]) {
        state.withLock { ($0.epoch, $0.databases) = (epoch, databases) }
    }

    /// Returns when whoever had the lock before is sure to have noticed that he has lost it.
    func waitForPredecessor() async throws {
        let (takenAt, isNeeded) = state.withLock { ($0.takenAt, $0.hasUnawarePredecessor) }
        guard isNeeded, let takenAt else { return }
        try await Task.sleep(until: takenAt + Term.successor, clock: .continuous)
    }

    func release() { state.withLock { $0.isReleased = true } }

    /// Releases it, and returns when its connection is closed, or does not close in time. Of a SQLite file it is the last one:
    /// it leaves one file with everything in it (https://www.sqlite.org/wal.html#the_wal_file).
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

    /// Waits a little for a confirmation that is late. Throws `RuntimeError` when none comes: nothing may be answered then.
    func requireConfirmed() async throws {
        guard !isConfirmed else { return }
        let limit = ContinuousClock.now + Term.grace
        while ContinuousClock.now < limit {
            if let end = state.withLock({ $0.end }) { throw end }
            try await Task.sleep(for: .milliseconds(50))
            if isConfirmed { return }
        }
        throw Self.unconfirmed
    }

    /// The same for whoever can't wait.
    func requireConfirmedNow() throws(RuntimeError) {
        guard !isConfirmed else { return }
        throw state.withLock { $0.end } ?? Self.unconfirmed
    }

    private static let unconfirmed = RuntimeError(
        .databaseUnavailable, "the database does not confirm that this daemon may work", remedy: "try again soon")

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
    /// Holds the lock, on one connection after the other, until it is released or somebody else's.
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
                    try self.confirm(held)
                }
            } catch {
                guard goesOn(after: error) else { throw error }
                try? await Task.sleep(for: Term.poll / 2)
            }
        }
    }

    private var isOver: Bool { state.withLock { $0.isReleased || $0.end != nil } }

    /// `nil` when it is not wanted any more.
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

    /// Another epoch than ours is the end.
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
            state.confirmedAt = asked
            guard state.takenAt == nil else { return }
            (state.takenAt, state.hasUnawarePredecessor) = (.now, held.isLostUnnoticed)
        }
    }

    /// On the connection's own thread, which nobody else waits for.
    private func confirm(_ held: any HeldLock) throws {
        while !isOver {
            let asked = ContinuousClock.now
            try held.confirm()
            state.withLock { $0.confirmedAt = asked }
            pause(for: Term.heartbeat)
        }
    }

    /// Whether the lock is tried for again after `error`, which is told once.
    private func goesOn(after error: any Error) -> Bool {
        let isTaken = state.withLock { state in
            state.confirmedAt = nil
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
        while ContinuousClock.now < end, !isOver { usleep(25_000) }
    }
}

extension DatabaseError {
    /// Whether it may go away without anybody changing what was asked for: a server that is not there yet, or busy.
    var mayPass: Bool {
        switch kind {
        case .locked, .lost, .unreachable, .authentication, .permission, .diskFull, .interrupted: true
        case .unique, .foreignKey, .notNull, .check, .notADatabase, .corrupt, .raised, .transactionEnded, .invalidURL,
            .changedMeanwhile, .pooled, .syntax, .other:
            false
        }
    }
}

extension AdvisoryLock {
    /// Whoever holds it is the one daemon that works on the database.
    package static let daemon = AdvisoryLock("daemon")
}
