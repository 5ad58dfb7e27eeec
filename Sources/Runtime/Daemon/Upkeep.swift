import Dispatch
import Logging
import ServiceLifecycle
import UnixSignals

/// The daemon's background work: it watches its lock and its socket, records which sessions are alive, and handles SIGHUP.
struct Upkeep: Service {
    let services: Services
    let socket: ListeningSocket
    let reload: @Sendable () -> Void
    /// How long a session may be without a host, in seconds.
    let hostSeconds: Int
    /// How long sessions that are over are kept, in seconds; `nil`: for ever.
    let keep: Int?
    let logger: Logger

    private static let interval = Duration.seconds(2)

    /// Runs until the daemon shuts down.
    ///
    /// - Throws: `RuntimeError` when another daemon has taken over, and this one must not write any more, or when clients can't
    /// reach this one any more.
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
                group.addTask { await answerHangups() }
                do {
                    // The first error ends the others, too: `waitForAll` would wait for them, and they go on for ever.
                    for try await _ in group {}
                } catch is CancellationError {
                    // The end that was asked for.
                }
            }
        }
        await flush()
    }

    /// Reads the settings anew at each SIGHUP, also at one that came before the daemon served, one time after the other, on a
    /// thread for which nobody waits: to look up an account, a name service is asked, which may hang.
    private func answerHangups() async {
        let line = DispatchQueue(label: "teleclauded.reload")
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        if Hangup.hasCome { line.async { reload() } }
        for await _ in hangups { line.async { reload() } }
    }

    private func watchLock() async throws {
        guard let end = await services.lease.waitUntilOver() else { return }
        try give(up: end)
    }

    /// Ends the daemon when its socket is gone: a daemon that nobody can call is useless, and its service manager, or a
    /// standby, can replace it.
    private func watchSocket() async throws {
        while socket.isInPlace { try await Task.sleep(for: Self.interval) }
        // The daemon removes the socket itself at its end, and notes the end first.
        guard !services.draining.hasBegun else { return }
        // A daemon that has taken over has replaced the socket, too, and says more about the reason.
        let end = try await services.lease.endAfterLook()
        try give(
            up: end
                ?? RuntimeError(
                    .socketFailed, "the daemon's socket was removed or replaced", remedy: "start the daemon again"))
    }

    private func give(up reason: RuntimeError) throws(RuntimeError) {
        logger.error("\(reason)")
        LastResort.exit()
        throw reason
    }

    private func noteActivity() async throws {
        while true {
            try await Task.sleep(for: Self.interval)
            await flush()
        }
    }

    /// Writes the times of activity. While the database is unreachable the times wait, so that sessions keep their order
    /// afterwards.
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

    /// Renews the tokens of live sessions and removes expired ones: once an hour, and first when the hosts have had time to
    /// call again.
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

    /// Removes expired sessions: first soon after the start, and then every ten minutes. While many are waiting, one pass
    /// follows the other.
    private func removeExpired() async throws {
        guard let keep else { return }
        var expiry = Expiry(services: services, keep: keep, logger: logger)
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

    /// Checks accounts regularly, because a name service may have given a uid to somebody else.
    private func watchAccounts() async throws {
        while true {
            try await Task.sleep(for: .seconds(30))
            services.directory.askNameService()
        }
    }

    /// Corrects the rows of sessions that are out of date.
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
