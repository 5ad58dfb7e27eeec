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
    public var identity: Identity
    /// The session from which it was done, when an agent did it.
    public var callerSession: String?
    public var action: AuditAction
    /// `nil` where it concerns everybody's: a search over all transcripts.
    public var session: AuditedSession?
    public var outcome: AuditOutcome
    public var reason: String?

    public init(
        _ action: AuditAction, by identity: Identity, callerSession: String? = nil, on session: AuditedSession?,
        outcome: AuditOutcome, reason: String? = nil
    ) {
        self.identity = identity
        self.callerSession = callerSession
        self.action = action
        self.session = session
        self.outcome = outcome
        self.reason = reason
    }
}
