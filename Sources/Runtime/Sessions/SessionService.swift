import Dialects
import TCSettings

/// The operations on sessions that callers may request, each through `AccessControl`.
struct SessionService: Sendable {
    let services: Services
    var access: AccessControl {
        AccessControl(sessions: services.sessions, audit: services.audit, refusals: services.refusals)
    }

    /// Returns a page of the sessions that the caller sees, or of the caller's own.
    func list(
        _ caller: Caller, _ filter: SessionFilter, own isOwn: Bool = false, after cursor: SessionCursor?, limit: Int
    ) async throws -> SessionPage {
        try await access.require(caller, .listSessions)
        var page = try await services.sessions.page(
            isOwn ? .own(caller.identity) : visibleSessions(to: caller.identity), filter, after: cursor, limit: limit)
        page.sessions = await services.hosts.withPresence(page.sessions)
        return page
    }

    /// Returns the projects of which the caller sees sessions, with the number of sessions in each.
    func projects(_ caller: Caller, _ filter: SessionFilter, limit: Int) async throws -> [ProjectCount] {
        try await access.require(caller, .listSessions)
        return try await services.sessions.projects(visibleSessions(to: caller.identity), filter, limit: limit)
    }

    func get(_ caller: Caller, _ id: String) async throws -> Session {
        await services.hosts.withPresence(try await access.admit(caller, to: .getSession, on: id).session)
    }

    /// Makes a session's row, and returns everything that its host needs. The session runs once its host has called.
    func start(_ caller: Caller, _ request: StartRequest) async throws -> StartedSession {
        try await access.require(caller, .startSession)
        try request.validate()
        let agent = try request.agent.map(agent(named:))
        let preferences = try await LongWork.run { try request.readPreferences() }
        let session = newSession(
            request, of: caller, thinkingMode: agent == nil ? nil : preferences?.thinkingMode)
        try await withRoom(for: caller) { try await services.sessions.insert(session) }
        services.events.post(SessionEvent(.started, session))
        var started = try await handOut(session, agent, to: caller)
        started.environment["TELECLAUDE_MODEL"] = preferences?.model
        started.environment["TELECLAUDE_THINKING_MODE"] = session.thinkingMode
        return started
    }

    func newSession(_ request: StartRequest, of caller: Caller, thinkingMode: String?) -> Session {
        let now = Timestamp.now.text
        return Session(
            id: Identifier.random(), title: request.title,
            owner: Owner(person: caller.identity.person, uid: caller.identity.uid),
            state: .initializing, visibility: .private, projectPath: request.projectPath, agent: request.agent,
            thinkingMode: thinkingMode, computer: services.computer,
            // Other users see this name in the list of processes, so it does not reveal the id.
            tmuxName: "tc_\(Identifier.short())", createdAt: now, lastActivity: now, closedAt: nil)
    }

    func agent(named name: String) throws -> Agent {
        let agents = services.agents.current.agents
        if let agent = agents[name] { return agent }
        throw RuntimeError(
            .badRequest, "the settings have no agent \(name)",
            remedy: agents.isEmpty
                ? "add it to the settings, below agents:, or give a command"
                : "known ones: \(agents.keys.sorted().joined(separator: ", "))")
    }

    /// Types bytes into a session's terminal, and returns when they are typed.
    func send(_ caller: Caller, _ id: String, _ bytes: [UInt8]) async throws {
        try await access.perform(caller, .send, on: id) { session in
            try await services.hosts.order(try running(session).id) { .send($0, bytes) }
        }
    }

    /// Ends a session. Its token is revoked at once, and its host is told to end; the host closes the row when it has delivered
    /// the end. Where no host is connected, or it does not answer, the row is closed at once, and the host is told when it
    /// calls. A host that confirms the order and continues is given some time (`Mending`).
    func end(_ caller: Caller, _ id: String) async throws -> Session {
        await services.hosts.withPresence(try await access.perform(caller, .end, on: id) { try await end($0) })
    }

    private func end(_ session: Session) async throws -> Session {
        guard session.closedAt == nil || session.state == .lost else { return session }
        try await services.tokens.revoke(sessionID: session.id)
        guard await services.hosts.isConnected(session.id),
            try await services.sessions.move(session.id, to: .closing)
        else {
            return try await close(session)
        }
        do {
            try await services.hosts.order(session.id) { .end($0) }
        } catch let error as RuntimeError where error.code == .notRunning {
            await services.hosts.dismiss(session.id)
            return try await close(session)
        }
        return try await services.sessions.find(session.id) ?? session
    }

    /// Records that a host runs this session, whatever was assumed while no host called, unless the session's end was ordered.
    /// The host itself says since when it runs. A closed session is not opened for a caller that may not revive it; such a host
    /// waits.
    func takeUp(
        _ id: String, by caller: Caller, for run: HostRun
    ) async throws -> (session: Session, isEndOrdered: Bool) {
        guard var session = try await services.sessions.find(id) else { throw RuntimeError.noSession(id) }
        // The session's end may be ordered meanwhile.
        for _ in 0..<3 {
            if try await isEndOrdered(session, for: run) { return (session, true) }
            if session.state == .active, session.closedAt == nil { break }
            let isNews = try await takeUp(session, by: caller)
            guard let found = try await services.sessions.find(id) else { throw RuntimeError.noSession(id) }
            session = found
            if isNews { services.events.post(SessionEvent(.changed, session)) }
        }
        return (session, false)
    }

    /// Opens the row of a session whose host has called. One that was lost is not the user's fault; one that is over counts anew.
    private func takeUp(_ session: Session, by caller: Caller) async throws -> Bool {
        guard session.state == .closed else {
            return try await services.sessions.takeUp(session.id, from: session.state)
        }
        _ = try await access.admit(caller, to: .revive, on: session.id)
        return try await withRoom(for: caller) { try await services.sessions.takeUp(session.id, from: .closed) }
    }

    /// Returns whether the end of the session was ordered for the host of this run. A token that was revoked is certain. Where it
    /// says nothing, the times decide: it may be missing, because the rows are an older copy or it has expired since.
    func isEndOrdered(_ session: Session, for run: HostRun) async throws -> Bool {
        guard session.isEnding else { return false }
        if session.isEndOrdered(for: run.started) { return true }
        guard let hash = run.tokenHash else { return false }
        return try await services.tokens.isRevoked(hash, of: session.id)
    }

    /// Returns whether the end of a session was ordered whose host was refused. Callers that see the session are told the
    /// reason of the refusal if the owner's uid called. A host of that uid is told of an ordered end even if its person has
    /// changed, because nobody else could end it.
    func isEndOrdered(
        _ id: String, forRefused identity: Identity, run: HostRun
    ) async throws -> Bool {
        guard let session = try await services.sessions.find(id), session.owner.uid == identity.uid else {
            return false
        }
        if case .refused(let why) = allow(.host, by: identity.role, on: session.relation(to: identity)) {
            await services.hosts.note(refusalOf: id, because: why)
        }
        return try await isEndOrdered(session, for: run)
    }

    /// Records that a session is over, and revokes its token.
    func close(_ session: Session) async throws -> Session {
        let isNews = try await services.sessions.move(session.id, to: .closed)
        try await services.tokens.revoke(sessionID: session.id)
        guard let closed = try await services.sessions.find(session.id) else { return session }
        if isNews { services.events.post(SessionEvent(.closed, closed)) }
        return closed
    }

    func setVisibility(_ caller: Caller, _ id: String, _ visibility: Session.Visibility) async throws -> Session {
        let logged: AuditAction =
            switch visibility {
            case .shared: .share
            case .private: .unshare
            }
        let changed = try await access.perform(caller, .share, on: id, as: logged) { session in
            try await services.sessions.setVisibility(id, visibility)
            services.transcriptNews.note(id, isLive: false)
            let changed = try await services.sessions.find(id) ?? session
            services.events.post(SessionEvent(.changed, changed))
            return changed
        }
        return await services.hosts.withPresence(changed)
    }

    /// Returns the session if the caller may attach to its terminal. The way in is the tmux of the caller's own uid: the daemon
    /// opens none.
    func attach(_ caller: Caller, _ id: String) async throws -> Session {
        await services.hosts.withPresence(try await access.perform(caller, .attach, on: id) { try running($0) })
    }

    /// Opens a session again, so that its owner can run it anew. The token of a command that still runs stays valid.
    ///
    /// - Parameter isOrdered: Whether a host starts the session on the daemon's order. That order counts only as long as the
    ///   session waits for its start: a host that was stopped may read it late.
    func revive(_ caller: Caller, _ id: String, isOrdered: Bool) async throws -> StartedSession {
        let session = try await access.admit(caller, to: .revive, on: id).session
        if session.state == .closed { await services.hosts.waitForTheLastWord(of: id) }
        guard await !services.hosts.isConnected(id) else {
            throw RuntimeError(.badRequest, "the session runs", remedy: "end it first: telec sessions end \(id)")
        }
        let agent = try session.agent.map(agent(named:))
        let opened = try await isOrdered ? begin(session) : reopen(session, for: caller)
        guard let opened else { throw RuntimeError.noSession(id) }
        services.events.post(SessionEvent(.changed, opened))
        let started = try await handOut(opened, agent, to: caller)
        if isOrdered { try await requireWaiting(started) }
        return started
    }

    /// Returns the row of a session whose start was ordered.
    ///
    /// - Throws: `RuntimeError` if the start was given up meanwhile.
    private func begin(_ session: Session) async throws -> Session? {
        guard try await services.sessions.begin(session.id) else { throw Self.notWaiting }
        return try await services.sessions.find(session.id)
    }

    /// Checks that a session whose token was just issued still waits for its start. If the start was given up before the token was there,
    /// nobody else has revoked it.
    ///
    /// - Throws: `RuntimeError` if the start was given up meanwhile.
    private func requireWaiting(_ started: StartedSession) async throws {
        guard try await !services.sessions.begin(started.session.id) else { return }
        try await services.tokens.revoke(started.token)
        throw Self.notWaiting
    }

    private static let notWaiting = RuntimeError(.sessionEnded, "the session does not wait for its start any more")

    /// Opens the session's row again. A session that is not over is counted already and needs no room in the quota.
    private func reopen(_ session: Session, for caller: Caller) async throws -> Session? {
        guard session.closedAt != nil else { return try await services.sessions.reopen(session.id) }
        return try await withRoom(for: caller) { try await services.sessions.reopen(session.id) }
    }

    private func handOut(_ session: Session, _ agent: Agent?, to caller: Caller) async throws -> StartedSession {
        let token = try await services.tokens.issue(
            sessionID: session.id, principal: "human:\(caller.identity.person ?? "")", role: caller.identity.role)
        return StartedSession(
            session: session, token: token,
            firstChunk: try await services.transcripts.writer(session.id).nextOfNewHost(),
            command: agent?.command, environment: agent.map(services.key(for:)) ?? [:],
            notice: services.notice)
    }

    private func running(_ session: Session) throws -> Session {
        guard let end = session.closedAt else { return session }
        guard session.state == .lost else { throw RuntimeError(.sessionEnded, "the session ended at \(end)") }
        throw RuntimeError(
            .notRunning, "the session has not been running since \(end)",
            remedy: "its owner can restart it: telec sessions revive")
    }
}

extension Services {
    /// What the owner of a session is told when several people share the system.
    var notice: String? {
        switch mode {
        case .system: "Sessions on this system are subject to admin audit."
        case .singleUser: nil
        }
    }

    /// Returns the central key of an agent, where the settings say that its sessions receive it. Their owner can then read it.
    func key(for agent: Agent) -> [String: String] {
        guard agent.deliverKey, let name = agent.keyVariable, let key = agents.current.secret(name) else { return [:] }
        return [name: key]
    }
}
