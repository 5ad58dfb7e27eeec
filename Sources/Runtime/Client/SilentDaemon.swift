import NIOCore
import Synchronization

/// Whether the daemon to which a request was sent still lives.
extension DaemonClient {
    /// What was heard of a daemon.
    final class Hearing: Sendable {
        private let state = Mutex((hasBegun: false, last: ContinuousClock.now))

        /// Whether the answer has begun.
        var hasBegun: Bool { state.withLock { $0.hasBegun } }
        var quiet: Duration { state.withLock { ContinuousClock.now - $0.last } }
        func hear() { state.withLock { $0 = (true, .now) } }
        /// Notes that the daemon lives, whatever takes its answer so long.
        func hearElsewhere() { state.withLock { $0.last = .now } }
    }

    /// The silence after which the daemon is asked whether it lives, at first and later, the time that it gets for that, and
    /// how often it is asked.
    private static let (silence, longSilence, patience, attempts) = (
        Duration.seconds(2), Duration.seconds(16), Duration.seconds(3), 3
    )

    /// Watches over an answer, which may take any time as long as its daemon lives. A process that was stopped keeps its
    /// connections open for ever, even when a standby has taken its place.
    ///
    /// - Throws: `NoAnswer`, or `RuntimeError` once the answer has begun.
    func watch(_ hearing: Hearing, _ listener: FileIdentity?) async throws {
        var silence = Self.silence
        while true {
            let left = silence - hearing.quiet
            guard left <= .zero else {
                try await Task.sleep(for: left)
                continue
            }
            guard try await isHeard(hearing) else { throw hearing.hasBegun ? self.silent : NoAnswer.silent }
            let isReplaced = FileIdentity(following: socketPath).map { $0 != listener } ?? false
            if isReplaced { throw hearing.hasBegun ? Self.replaced : NoAnswer.replaced }
            hearing.hearElsewhere()
            silence = min(silence * 2, Self.longSilence)
        }
    }

    private static let replaced = RuntimeError(
        .brokenAnswer, "another daemon took over in the middle of the answer", remedy: "try again")

    /// Asks who answers at the socket, with a request of its own, until somebody does or the attempts are used up.
    private func isHeard(_ hearing: Hearing) async throws -> Bool {
        for _ in 0..<Self.attempts {
            let deadline = ContinuousClock.now + Self.patience
            if await isAnswered(by: deadline) || hearing.quiet < Self.patience { return true }
            try await Task.sleep(until: deadline)
        }
        return false
    }

    private func isAnswered(by deadline: ContinuousClock.Instant) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    let health = Exchange(method: .get, path: "/health", handsOnRefusals: true, isWatched: false) {
                        try await $0.write(.end(nil))
                    } onBytes: { _ in
                    }
                    try await talk(health)
                } catch let error as RuntimeError {
                    // A daemon that ends has removed its socket, and still answers the requests that it has.
                    return error != silent
                } catch {
                    return true
                }
                return true
            }
            group.addTask {
                try? await Task.sleep(until: deadline)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// The error for a daemon whose socket is there while nobody answers at it.
    var silent: RuntimeError {
        RuntimeError(
            .noDaemon, "the daemon at \(socketPath) does not answer: its process may be stopped",
            remedy: "continue or restart teleclauded, or ask an admin of this machine to")
    }
}
