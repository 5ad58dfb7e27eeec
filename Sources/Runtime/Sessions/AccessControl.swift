/// The only way to a session: it asks the policy, and an action on somebody else's session is in the audit log before it is
/// done. Refusals are logged too.
///
/// A caller who may not see a session does not learn whether it exists: the answer is the same as for an id that does not
/// exist, and takes the same work.
struct AccessControl: Sendable {
    let sessions: SessionStore
    let audit: AuditLog
    let refusals: RefusalBudget

    /// Admits the caller to an action on a session, and returns the session with a receipt of the admission.
    ///
    /// - Parameter logged: The action under which the log records this, if it is not the action's own word.
    /// - Throws: `RuntimeError`; the action must then not be done.
    func admit(
        _ caller: Caller, to action: Action, on id: String, reason: String? = nil, as logged: AuditAction? = nil
    ) async throws -> Admission {
        let attempt = Attempt(caller: caller, logged: logged ?? action.logged)
        let nobodys = AuditedSession(id: id, owner: Owner(person: nil, uid: nil))
        // A caller who may not even look at a session of their own may do nothing. The session's owner hears of the attempt.
        if case .refused(let why) = allow(.getSession, by: caller.identity.role, on: .own) {
            try await log(refusalOf: attempt, because: why) {
                try await sessions.find(id).map { AuditedSession(id: $0.id, owner: $0.owner) } ?? nobodys
            }
            throw RuntimeError(.notAllowed, why)
        }
        guard let session = try await sessions.find(id) else {
            try await log(refusalOf: attempt, on: nobodys, because: "there is no such session")
            throw RuntimeError.noSession(id)
        }
        let relation = session.relation(to: caller.identity)
        let audited = AuditedSession(id: session.id, owner: session.owner)
        if case .refused(let why) = allow(action, by: caller.identity.role, on: relation) {
            try await log(refusalOf: attempt, on: audited, because: why)
            guard allow(.getSession, by: caller.identity.role, on: relation) == .allowed else {
                throw RuntimeError.noSession(id)
            }
            throw RuntimeError(.notAllowed, "\(action.phrase) is not allowed: \(why)")
        }
        if action.needsReason, relation != .own, reason?.saysNothing ?? true {
            try await log(refusalOf: attempt, on: audited, because: "no reason was given")
            throw RuntimeError(
                .reasonRequired, "reading somebody else's session requires a reason, which is logged",
                remedy: "give it with --reason TEXT")
        }
        guard let logged = attempt.logged else {
            return Admission(session: session, relation: relation, receipt: nil)
        }
        let receipt = try await audit.admit(logged, by: caller, on: audited, reason: reason)
        return Admission(session: session, relation: relation, receipt: receipt)
    }

    /// Returns the session if this caller may do the action on it once a reason is given; `nil` otherwise. A caller that can
    /// ask the user for a reason does so before anything is refused.
    func sessionWantingReason(_ caller: Caller, to action: Action, on id: String) async throws -> Session? {
        // A caller who may see nothing is refused before the session is looked up.
        guard action.needsReason, allow(.getSession, by: caller.identity.role, on: .own) == .allowed,
            let session = try await sessions.find(id)
        else { return nil }
        let relation = session.relation(to: caller.identity)
        guard relation != .own, allow(action, by: caller.identity.role, on: relation) == .allowed else { return nil }
        return session
    }

    /// Checks that the caller may search this one session, of which nothing is shown yet.
    ///
    /// - Throws: `RuntimeError`.
    func requireSearch(_ caller: Caller, on id: String, reason: String?) async throws {
        let attempt = Attempt(caller: caller, logged: .search)
        guard let session = try await sessions.find(id) else {
            let nobodys = AuditedSession(id: id, owner: Owner(person: nil, uid: nil))
            try await log(refusalOf: attempt, on: nobodys, because: "there is no such session")
            throw RuntimeError.noSession(id)
        }
        switch searchDecision(caller, on: session, reason: reason) {
        case .allowed: return
        case .refused(let why):
            try await log(
                refusalOf: attempt, on: AuditedSession(id: session.id, owner: session.owner), because: why)
            let relation = session.relation(to: caller.identity)
            guard allow(.getSession, by: caller.identity.role, on: relation) == .allowed else {
                throw RuntimeError.noSession(id)
            }
            throw RuntimeError.searchTakesReason
        }
    }

    /// Logs that the matches of a search in a session are shown, and returns the receipt for showing them; `nil` where they may
    /// not be shown because rights have changed meanwhile.
    func admitSearch(_ caller: Caller, on session: Session, reason: String?) async throws -> AuditReceipt? {
        guard searchDecision(caller, on: session, reason: reason) == .allowed else { return nil }
        return try await audit.admit(
            .search, by: caller, on: AuditedSession(id: session.id, owner: session.owner), reason: reason)
    }

    /// Returns the decision on a search. A session that its owner shares is searched without a reason; any other session of
    /// somebody else takes one.
    private func searchDecision(_ caller: Caller, on session: Session, reason: String?) -> Decision {
        let relation = session.relation(to: caller.identity)
        let decision = allow(.readTranscript, by: caller.identity.role, on: relation)
        guard decision == .allowed else { return decision }
        switch relation {
        case .own, .shared, .none: return .allowed
        case .foreign, .orphaned:
            return reason?.saysNothing ?? true ? .refused(because: "no reason was given") : .allowed
        }
    }

    /// Runs the action to which the caller was admitted. An action that was logged as allowed, and then fails, is logged as
    /// failed.
    func perform<T>(
        _ caller: Caller, _ action: Action, on id: String, as logged: AuditAction? = nil,
        _ body: (Session) async throws -> T
    ) async throws -> T {
        let admission = try await admit(caller, to: action, on: id, as: logged)
        let (session, isLogged) = (admission.session, admission.receipt?.seq != nil)
        do {
            return try await body(session)
        } catch {
            if isLogged, let logged = logged ?? action.logged {
                await fail(logged, caller, on: session, because: error)
            }
            throw error
        }
    }

    /// Logs that an action was allowed and then did not succeed.
    func fail(_ action: AuditAction, _ caller: Caller, on session: Session, because error: any Error) async {
        await audit.recordFailure(
            action, by: caller, on: AuditedSession(id: session.id, owner: session.owner),
            reason: (error as? RuntimeError)?.message ?? "the daemon failed")
    }

    /// Checks that the caller may do an action that concerns no single session, and logs it where it must be logged.
    func require(_ caller: Caller, _ action: Action, as logged: AuditAction? = nil) async throws {
        switch allow(action, by: caller.identity.role, on: .none) {
        case .allowed: return
        case .refused(let why):
            try await log(
                refusalOf: Attempt(caller: caller, logged: logged ?? action.logged), on: nil,
                because: why)
            throw RuntimeError(.notAllowed, "\(action.phrase) is not allowed: \(why)")
        }
    }

    /// Logs that a caller was refused before anything was looked up.
    func refuse(_ caller: Caller, _ action: AuditAction, because why: String) async throws {
        try await log(refusalOf: Attempt(caller: caller, logged: action), on: nil, because: why)
    }

    private struct Attempt {
        let caller: Caller
        let logged: AuditAction?
    }

    private func log(refusalOf attempt: Attempt, on session: AuditedSession?, because why: String) async throws {
        try await log(refusalOf: attempt, because: why) { session }
    }

    /// Logs a refusal. The session is looked up only as often as refusals are written down.
    private func log(
        refusalOf attempt: Attempt, because why: String, on session: () async throws -> AuditedSession?
    ) async throws {
        guard let logged = attempt.logged else { return }
        let uid = attempt.caller.payer
        switch refusals.spend(uid) {
        case .one: try await audit.recordRefusal(logged, by: attempt.caller, on: try await session(), reason: why)
        case .last:
            try await audit.recordRefusal(
                logged, by: attempt.caller, on: try await session(),
                reason: why + "; more than can be written down follow")
        case .none:
            throw RuntimeError(
                .notAllowed, "uid \(uid) was refused too often: its requests are ignored for now",
                remedy: "wait a minute")
        }
    }
}

extension RuntimeError {
    static let searchTakesReason = RuntimeError(
        .reasonRequired, "searching the sessions of others requires a reason, which is logged",
        remedy: "give it with --reason TEXT")

    /// Returns the error for an id that does not exist, or for a session of which this caller may not know.
    static func noSession(_ id: String) -> RuntimeError {
        RuntimeError(.notFound, "there is no session \(id)", remedy: "telec sessions list shows them")
    }
}

/// The proof that a caller was admitted to an action on a session.
struct Admission: ~Copyable {
    let session: Session
    let relation: Relation
    /// The receipt with which a transcript is read; `nil` for actions that are not logged.
    let receipt: AuditReceipt?
}

extension Action {
    /// The action under which the audit log records this one when it concerns somebody else's session; `nil` for actions that
    /// are not logged.
    var logged: AuditAction? {
        switch self {
        case .readTranscript: .readTranscript
        case .attach: .attach
        case .send: .send
        case .end: .end
        case .revive: .revive
        case .share: .share
        case .archiveAudit: .newChain
        case .makeReport: .report
        // `host` is allowed to the owner alone; a refused `host` is not a look at anything.
        case .listSessions, .startSession, .getSession, .host, .readAudit, .readOwnAudit, .inspectDaemon: nil
        }
    }

    var needsReason: Bool { self == .readTranscript }

    /// The action as the beginning of a sentence.
    var phrase: String {
        switch self {
        case .listSessions: "listing sessions"
        case .startSession: "starting a session"
        case .getSession: "looking at this session"
        case .readTranscript: "reading this transcript"
        case .attach: "attaching to this session"
        case .send: "sending to this session"
        case .end: "ending this session"
        case .revive: "reviving this session"
        case .share: "sharing this session"
        case .host: "hosting this session"
        case .readAudit: "reading the audit log"
        case .archiveAudit: "archiving the audit log"
        case .readOwnAudit: "reading who looked at one's sessions"
        case .inspectDaemon: "looking at the daemon itself"
        case .makeReport: "making a report"
        }
    }
}
