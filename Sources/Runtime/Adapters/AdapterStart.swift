import Dialects

/// The start of a session for a person for whom an adapter speaks. The daemon has no power over accounts, so one of that
/// person's running hosts starts the session, as if the person had typed `telec sessions revive`. Only that host gets the
/// session's token.
extension SessionService {
    /// How long a host may take to bring the session up: a little longer than the host's own limit.
    private static let patience = Duration.seconds(25)
    /// How long the host of a session that never ran may take to say why.
    private static let lastWord = Duration.seconds(2)
    /// The number of hosts that are tried. A host of an older version does not know this order, and another one may.
    private static let mostHosts = 3

    /// Starts a session, and returns once the session's own host has connected.
    ///
    /// - Throws: `RuntimeError`. No session is left open then.
    func start(onBehalf caller: Caller, _ request: StartRequest) async throws -> Session {
        try await access.require(caller, .startSession, as: .start)
        try request.validate()
        guard let agent = request.agent else {
            throw RuntimeError(.badRequest, "the agent to start is missing")
        }
        _ = try self.agent(named: agent)
        let hosts = await services.hosts.hosts(of: caller.identity.uid).prefix(Self.mostHosts)
        guard !hosts.isEmpty else { throw Self.noHost(caller) }
        let session = newSession(request, of: caller, thinkingMode: nil)
        let audited = AuditedSession(id: session.id, owner: session.owner)
        _ = try await services.audit.admit(.start, by: caller, on: audited, reason: nil)
        do {
            try await withRoom(for: caller) { try await services.sessions.insert(session) }
            services.events.post(SessionEvent(.started, session))
            await services.hosts.expectStart(of: session.id)
            try await order(session, by: Array(hosts))
            let running = try await cameUp(session)
            await services.hosts.forgetStart(of: session.id)
            return running
        } catch {
            await services.hosts.forgetStart(of: session.id)
            // The session does not stay open, even if the log can't be written any more.
            _ = try await close(session)
            await access.fail(.start, caller, on: session, because: error)
            throw error
        }
    }

    static func noHost(_ caller: Caller) -> RuntimeError {
        let name = caller.identity.person ?? "this person"
        return RuntimeError(
            .notRunning,
            "no host of \(name) runs on this machine, and only one of \(name)'s own can start a session as \(name)",
            remedy: "\(name) has to start one here with telec sessions start, and leave it running")
    }

    private static func notStarted(_ why: String = "") -> RuntimeError {
        RuntimeError(
            .notRunning, "the owner's host could not start the session\(why)",
            remedy: "check that the owner has the folder and the agent")
    }

    private func order(_ session: Session, by hosts: [String]) async throws {
        var failure = RuntimeError(.notRunning, "no host accepted the order")
        for host in hosts {
            do {
                return try await services.hosts.order(host) { .start($0, session.id) }
            } catch let error as RuntimeError { failure = error == HostRegistry.refused ? Self.notStarted() : error }
        }
        throw failure
    }

    private func cameUp(_ session: Session) async throws -> Session {
        let deadline = ContinuousClock.now + Self.patience
        var overSince: ContinuousClock.Instant?
        while ContinuousClock.now < deadline {
            guard let now = try await services.sessions.find(session.id) else { break }
            if let words = await services.hosts.failedStart(of: session.id) { throw Self.notStarted(": \(words)") }
            switch now.state {
            case .initializing: try await Task.sleep(for: .milliseconds(100))
            case .active, .headless, .closing: return await services.hosts.withPresence([now])[0]
            case .closed, .lost:
                // A command may end soon. A session without a first chunk has never run, and its host may still say why.
                guard try await services.transcripts.writer(session.id).next == 0 else { return now }
                let since = overSince ?? .now
                guard ContinuousClock.now - since < Self.lastWord else { throw Self.notStarted() }
                overSince = since
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        throw RuntimeError(.notRunning, "the session did not start within \(Self.patience)")
    }
}
