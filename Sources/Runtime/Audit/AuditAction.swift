/// An action that somebody did, or tried to do, to a session that is not theirs. The raw values are stored and must not change.
package enum AuditAction: String, Sendable, CaseIterable {
    case readTranscript = "read_transcript"
    /// An adapter started a session for a person for whom it speaks.
    case start
    case attach
    case send
    case end
    case revive
    case export
    case search
    case share
    case unshare
    /// A new chain begins; entries before it can be archived apart from the rest. No session is concerned.
    case newChain = "new_chain"
    /// Somebody asked for more than one user may make. No other person's session is concerned.
    case exceedQuota = "exceed_quota"
    /// A caller came by the adapters' door and was refused. No session is concerned.
    case speakFor = "speak_for"
    /// The daemon removed sessions that had been over for long enough, with their recordings.
    case removeExpired = "remove_expired"
    /// Figures about everybody's sessions were compiled. No single session is concerned.
    case report
}

/// The outcome of an action. `failed`: it was allowed, and then did not succeed.
package enum AuditOutcome: String, Sendable, CaseIterable {
    case allowed, refused, failed
}
