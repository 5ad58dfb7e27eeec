import Logging
import ServiceLifecycle
import UnixSignals

/// What the daemon does beside answering: it watches its lock and its socket, writes down which sessions are alive, and hears SIGHUP.
struct Upkeep: Service {
    let services: Services
    let socket: ListeningSocket
    let reload: @Sendable () -> Void
    /// How long what is under way may take when the lock is lost, in seconds.
    let patience: Int
    /// How long a session may be without a host.
    let hostSeconds: Int
    /// How long sessions that are over are kept, in seconds; `nil`: for ever.
    let keep: Int?
    let logger: Logger

    private static let interval = Duration.seconds(2)

    /// Returns when the daemon shuts down. Throws `RuntimeError` when another has taken over, and this one must not write any
    /// more, or when nobody finds this one any more.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watchLock() }
                group.addTask { try await noteActivity() }
                group.addTask { try await watchSocket() }
                group.addTask { try await mendSessions() }
                group.addTask { try await tendTokens() }
                group.addTask { try await watchAccounts() }
                group.addTask { try await removeExpired() }
                group.addTask {
                    var indexing = TranscriptIndexing(services: services, logger: logger)
                    try await indexing.run()
                }
                group.addTask { for await _ in await UnixSignalsSequence(trapping: .sighup) { reload() } }
                do {
                    try await group.waitForAll()
                } catch is CancellationError {
                    // The end that was asked for.
                }
            }
        }
        await flush()
    }

    private func watchLock() async throws {
        guard let end = await services.lease.waitUntilOver() else { return }
        try give(up: end)
    }

    /// A daemon that nobody can call serves nobody: its service manager, or a standby, can do better.
    private func watchSocket() async throws {
        while socket.isInPlace { try await Task.sleep(for: Self.interval) }
        // It is removed by ourselves at the end, which is noted first.
        guard !services.draining.hasBegun else { return }
        try give(
            up: RuntimeError(
                .socketFailed, "the daemon's socket was removed, or is another's now", remedy: "start the daemon again")
        )
    }

    private func give(up reason: RuntimeError) throws(RuntimeError) {
        logger.error("\(reason)")
        LastResort.exit(after: patience)
        throw reason
    }

    private func noteActivity() async throws {
        while true {
            try await Task.sleep(for: Self.interval)
            await flush()
        }
    }

    /// While the database is away the times wait: sessions keep their order when it is back.
    private func flush() async {
        let times = services.activity.take()
        guard !times.isEmpty else { return }
        do {
            try await services.sessions.touch(times)
        } catch {
            services.activity.putBack(times)
            logger.warning("activity was not noted", metadata: ["error": "\(error)"])
        }
    }

    /// Tokens of sessions that live are renewed, and those that have expired go: once an hour, and at first when the hosts have had
    /// time to call again.
    private func tendTokens() async throws {
        var pause = Duration.seconds(600)
        while true {
            try await Task.sleep(for: pause)
            pause = .seconds(3_600)
            do {
                try await services.tokens.renew(sessionIDs: await services.hosts.sessionIDs)
                try await services.tokens.purge()
            } catch {
                logger.warning("session tokens were not tended", metadata: ["error": "\(error)"])
            }
        }
    }

    /// At first soon after the start, and then every ten minutes; while many are waiting, one pass after the other.
    private func removeExpired() async throws {
        guard let keep else { return }
        let expiry = Expiry(services: services, keep: keep, logger: logger)
        var pause = Expiry.pause
        while true {
            try await Task.sleep(for: pause)
            pause = Expiry.rest
            do {
                if try await expiry.pass() { pause = Expiry.pause }
            } catch {
                logger.warning("sessions were not removed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// A name service may have given a uid to somebody else.
    private func watchAccounts() async throws {
        while true {
            try await Task.sleep(for: .seconds(30))
            services.directory.askNameService()
        }
    }

    /// Rows that say more of a session than is true are mended.
    private func mendSessions() async throws {
        var mending = Mending(services, graceSeconds: hostSeconds, logger: logger)
        while true {
            let before = ContinuousClock.now
            try await Task.sleep(for: mending.interval)
            do {
                try await mending.sweep(after: .now - before)
            } catch {
                logger.warning("sessions were not looked after", metadata: ["error": "\(error)"])
            }
        }
    }
}
