import Dialects

/// Proof that an access to a session has been durably written into the audit log, or needs no entry because the session is the
/// caller's own. It can't be copied, and only `AuditLog.admit` makes one: a function that demands a receipt can't forget the
/// log.
package struct AuditReceipt: ~Copyable, Sendable {
    package let action: AuditAction
    /// The session that may be accessed; `nil` where the receipt is for everybody's sessions.
    package let sessionID: String?
    /// The `seq` of the log's row that records the access; `nil` for the caller's own session.
    package let seq: Int64?

    fileprivate init(action: AuditAction, sessionID: String?, seq: Int64?) {
        self.action = action
        self.sessionID = sessionID
        self.seq = seq
    }
}

extension AuditLog {
    /// Logs an action that is about to be done, and returns the receipt with which it is done. An action that the callers do
    /// themselves, without an adapter, on their own sessions is not logged. Nothing may be read or sent before this returns.
    /// Whether the action is allowed has been decided before.
    ///
    /// - Parameter session: The session concerned; `nil` if the action concerns everybody's sessions, such as a search over all
    ///   transcripts.
    /// - Throws: `AuditUnavailable` if the log can't be written; nothing may then be read.
    package func admit(
        _ action: AuditAction, by caller: Caller, on session: AuditedSession?, reason: String?
    ) async throws(AuditUnavailable) -> AuditReceipt {
        if let session, caller.adapter == nil, caller.identity.owns(session.owner) {
            return AuditReceipt(action: action, sessionID: session.id, seq: nil)
        }
        let entry = try await record(
            AuditEvent(action, by: caller, on: session, outcome: .allowed, reason: reason))
        return AuditReceipt(action: action, sessionID: session?.id, seq: entry.seq)
    }
}
