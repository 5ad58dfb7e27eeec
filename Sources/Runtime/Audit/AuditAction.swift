/// What somebody did, or tried to do, to a session that is not theirs. The raw values are stored: they stay as they are.
public enum AuditAction: String, Sendable, CaseIterable {
    case readTranscript = "read_transcript"
    /// By an adapter, for somebody whom it speaks for.
    case start
    case attach
    case send
    case end
    case revive
    case export
    case search
    case share
    case unshare
    /// Not done to a session: from here on the log can be kept apart from what lies before.
    case newChain = "new_chain"
    /// Not done to a session of somebody else's: more than one user may make was asked for.
    case exceedQuota = "exceed_quota"
    /// Not done to a session: somebody came by the adapters' door and was not let in.
    case speakFor = "speak_for"
    /// Done by the daemon itself: sessions that have been over for long enough go, with their recordings.
    case removeExpired = "remove_expired"
    /// Not done to a session: figures of everybody's were put together.
    case report
}

/// What became of it. `failed`: it was allowed, and then did not succeed.
public enum AuditOutcome: String, Sendable, CaseIterable {
    case allowed, refused, failed
}
