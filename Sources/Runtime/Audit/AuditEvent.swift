/// The session that something is done to, and whose it is.
public struct AuditedSession: Sendable, Hashable {
    public var id: String
    public var owner: Owner

    public init(id: String, owner: Owner) {
        self.id = id
        self.owner = owner
    }
}

/// Something that goes into the audit log.
public struct AuditEvent: Sendable, Hashable {
    /// Who did it, and from inside which session, when an agent did it.
    public var caller: Caller
    public var action: AuditAction
    /// `nil` where it concerns everybody's: a search over all transcripts.
    public var session: AuditedSession?
    public var outcome: AuditOutcome
    public var reason: String?

    public init(
        _ action: AuditAction, by caller: Caller, on session: AuditedSession?, outcome: AuditOutcome,
        reason: String? = nil
    ) {
        self.caller = caller
        self.action = action
        self.session = session
        self.outcome = outcome
        self.reason = reason
    }
}
