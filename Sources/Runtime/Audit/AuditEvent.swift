import Logging

/// The session on which an action is done, with its owner.
package struct AuditedSession: Sendable, Hashable {
    package var id: String
    package var owner: Owner

    package init(id: String, owner: Owner) {
        self.id = id
        self.owner = owner
    }
}

/// An event for the audit log.
package struct AuditEvent: Sendable, Hashable {
    /// The person who acted and, if an agent acted, the session from which it did.
    package var caller: Caller
    package var action: AuditAction
    /// The session concerned; `nil` where the event concerns everybody's, such as a search over all transcripts.
    package var session: AuditedSession?
    package var outcome: AuditOutcome
    package var reason: String?

    package init(
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

extension AuditEvent {
    /// What the daemon's own log says of an event that the audit log lacks.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["action": "\(action.rawValue)", "uid": "\(caller.identity.uid)"]
        for (key, value) in [
            "person": caller.identity.person, "by": caller.origin, "session": session?.id, "reason": reason,
        ] { metadata[key] = value.map(Logger.MetadataValue.string) }
        return metadata
    }
}
