import Logging
import ServiceLifecycle
import UnixSignals

/// What the daemon does beside answering: it watches its lock, writes down which sessions are alive, and hears SIGHUP.
struct Upkeep: Service {
    let services: Services
    let lease: InstanceLease
    let manager: ServiceManager
    let reload: @Sendable () -> Void
    /// How long what is under way may take when the lock is lost, in seconds.
    let patience: Int
    /// How long a session may be without a host.
    let hostSeconds: Int
    let logger: Logger

    private static let interval = Duration.seconds(2)

    /// Returns when the daemon shuts down. Throws `RuntimeError` when its lock is lost: it must not write any more.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await watchLock() }
                group.addTask { try await noteActivity() }
                group.addTask { try await reassureManager() }
                group.addTask { try await mendSessions() }
                group.addTask { try await tendTokens() }
                group.addTask { try await watchAccounts() }
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
        guard let loss = await lease.waitUntilLost() else { return }
        logger.error("\(loss)")
        LastResort.exit(after: patience)
        throw loss
    }

    private func noteActivity() async throws {
        while true {
            try await Task.sleep(for: Self.interval)
            await flush()
        }
    }

    /// A database that is away for a while costs nothing but the times of sessions.
    private func flush() async {
        let ids = services.activity.take()
        guard !ids.isEmpty else { return }
        do {
            try await services.sessions.touch(ids)
        } catch {
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

    private func reassureManager() async throws {
        guard let interval = manager.watchdogInterval else { return }
        while true {
            manager.alive()
            try await Task.sleep(for: .seconds(interval))
        }
    }
}
