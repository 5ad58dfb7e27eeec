/// The one way to a session: the policy is asked, and what concerns somebody else's session is in the audit log before it is
/// done. Refusals are logged too.
///
/// Whether a session exists is told to nobody who may not see it: he gets the answer that he would get for an id that nobody
/// has, behind the same work.
struct Gate: Sendable {
    let sessions: SessionStore
    let audit: AuditLog

    /// The session, and a receipt that says that this caller was admitted. Throws `RuntimeError`; nothing may then be done.
    func admit(
        _ caller: Caller, to action: Action, on id: String, reason: String? = nil
    ) async throws -> Admission {
        guard caller.identity.role != .public else {
            throw RuntimeError(.notAllowed, "this account is nobody's in the settings")
        }
        guard let session = try await sessions.find(id) else {
            let nobodys = AuditedSession(id: id, owner: Owner(person: nil, uid: nil))
            try await log(refusalOf: action, caller, nobodys, because: "there is no such session")
            throw RuntimeError.noSession(id)
        }
        let relation = session.relation(to: caller.identity)
        let audited = AuditedSession(id: session.id, owner: session.owner)
        switch allow(action, by: caller.identity.role, on: relation) {
        case .allowed: break
        case .refused(let why):
            try await log(refusalOf: action, caller, audited, because: why)
            guard allow(.getSession, by: caller.identity.role, on: relation) == .allowed else {
                throw RuntimeError.noSession(id)
            }
            throw RuntimeError(.notAllowed, "\(action.phrase) is not allowed: \(why)")
        }
        if action.needsReason, relation != .own, reason?.isEmpty ?? true {
            throw RuntimeError(
                .reasonRequired, "reading somebody else's session takes a reason, which is logged",
                remedy: "say it with --reason TEXT")
        }
        guard let logged = action.logged else {
            return Admission(session: session, relation: relation, receipt: nil)
        }
        let receipt = try await audit.admit(
            logged, by: caller.identity, callerSession: caller.session, on: audited, reason: reason)
        return Admission(session: session, relation: relation, receipt: receipt)
    }

    private func log(
        refusalOf action: Action, _ caller: Caller, _ session: AuditedSession, because why: String
    ) async throws {
        guard let logged = action.logged else { return }
        try await audit.recordRefusal(
            logged, by: caller.identity, callerSession: caller.session, on: session, reason: why)
    }

    /// The same for what concerns no one session.
    func require(_ caller: Caller, _ action: Action) throws(RuntimeError) {
        switch allow(action, by: caller.identity.role, on: .none) {
        case .allowed: return
        case .refused(let why): throw RuntimeError(.notAllowed, "\(action.phrase) is not allowed: \(why)")
        }
    }
}

extension RuntimeError {
    /// For an id that nobody has, and for one that this caller may not know of.
    static func noSession(_ id: String) -> RuntimeError {
        RuntimeError(.notFound, "there is no session \(id)", remedy: "telec sessions list shows them")
    }
}

/// Somebody was let in.
struct Admission: ~Copyable {
    let session: Session
    let relation: Relation
    /// What a transcript is read with; `nil` for actions that are not logged.
    let receipt: AuditReceipt?
}

extension Action {
    /// As what it goes into the audit log when it concerns somebody else's session; `nil` for what does not.
    var logged: AuditAction? {
        switch self {
        case .readTranscript: .readTranscript
        case .attach: .attach
        case .send: .send
        case .end: .end
        case .revive: .revive
        case .share: .share
        // `host` is the owner's own or refused; a refusal is nobody's look at anything.
        case .listSessions, .startSession, .getSession, .host, .readAudit, .archiveAudit, .readOwnAudit: nil
        }
    }

    var needsReason: Bool { self == .readTranscript }

    /// As the beginning of a sentence.
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
        }
    }
}
