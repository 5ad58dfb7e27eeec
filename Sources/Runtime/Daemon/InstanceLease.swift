import Dialects
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The lock that makes one daemon the only one on its database, held on a connection of its own and asked after every two
/// seconds: nobody tells a session that its server ended it.
final class InstanceLease: Sendable {
    private struct State {
        var confirmedAt = ContinuousClock.now
        var isOver = false
        var failure: (any Error)?
    }

    /// How often the database is asked, and how long it may take to answer before the lock counts as lost.
    static let heartbeat = Duration.seconds(2)
    static let deadline = Duration.seconds(5)
    static let lock = AdvisoryLock("daemon")

    private let state = Mutex(State())

    /// Takes the lock and keeps it until `release`. `isPatient`: waits for whoever has it, as a standby does. Throws
    /// `RuntimeError` of code `alreadyRunning`, or `DatabaseError`.
    func take(_ database: Database, isPatient: Bool, onWaiting: @escaping @Sendable () -> Void) async throws {
        let (taken, continuation) = AsyncThrowingStream<Void, any Error>.makeStream()
        Task {
            do {
                try await database.withConnection { connection in
                    let held = try self.acquire(connection, isPatient, onWaiting)
                    self.state.withLock { $0.confirmedAt = .now }
                    continuation.yield()
                    self.keep(held)
                    held.release()
                }
            } catch {
                continuation.finish(throwing: error)
            }
        }
        for try await _ in taken { return }
        throw CancellationError()
    }

    /// Returns when the lock is lost, with why; `nil` when it was released.
    func waitUntilLost() async -> RuntimeError? {
        while true {
            let (isOver, failure, age) = state.withLock {
                ($0.isOver, $0.failure, ContinuousClock.now - $0.confirmedAt)
            }
            if let failure { return RuntimeError(.fenced, "the daemon's lock is lost: \(failure)") }
            if isOver { return nil }
            if age > Self.deadline {
                return RuntimeError(.fenced, "the database did not confirm the daemon's lock for \(age)")
            }
            do { try await Task.sleep(for: .milliseconds(200)) } catch { return nil }
        }
    }

    func release() { state.withLock { $0.isOver = true } }

    private func acquire(
        _ connection: any Connection, _ isPatient: Bool, _ onWaiting: () -> Void
    ) throws -> any HeldLock {
        var hasWaited = false
        while true {
            if let held = try connection.hold(Self.lock) { return held }
            guard isPatient else {
                throw RuntimeError(
                    .alreadyRunning, "another daemon works on this database",
                    remedy: "stop it, or wait for it with --standby")
            }
            if !hasWaited { onWaiting() }
            hasWaited = true
            pause(for: Self.heartbeat / 4)
        }
    }

    /// On the connection's own thread, which nobody else waits for.
    private func keep(_ held: any HeldLock) {
        do {
            while !state.withLock({ $0.isOver }) {
                try held.confirm()
                state.withLock { $0.confirmedAt = .now }
                pause(for: Self.heartbeat)
            }
        } catch {
            state.withLock { $0.failure = error }
        }
    }

    /// Sleeps in slices, so that a release is noticed soon.
    private func pause(for duration: Duration) {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end, !state.withLock({ $0.isOver }) { usleep(50_000) }
    }
}
