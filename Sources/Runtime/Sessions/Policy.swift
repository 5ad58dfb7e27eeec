import TCSettings

/// What somebody may want to do.
public enum Action: String, Sendable, CaseIterable {
    case listSessions = "list_sessions"
    case startSession = "start_session"
    /// Its row: title, owner, state, times.
    case getSession = "get_session"
    /// What was said in it, and searching or exporting that.
    case readTranscript = "read_transcript"
    case attach
    case send
    case end
    case revive
    /// Making it visible to others, and no longer.
    case share
    /// Being the program that runs the session and streams what happens in it.
    case host
    /// Who looked at whose sessions: the whole log, its proof and its export.
    case readAudit = "read_audit"
    /// Beginning a new chain, so that what lies before it can be kept apart.
    case archiveAudit = "archive_audit"
    /// Who looked at one's own.
    case readOwnAudit = "read_own_audit"
    /// How the daemon itself is: its database, its disks, its figures.
    case inspectDaemon = "inspect_daemon"
    /// How everybody uses the installation, in numbers.
    case makeReport = "make_report"
}

/// What somebody is to what he wants to act on.
public enum Relation: String, Sendable, CaseIterable {
    /// There is nothing to act on: a list, a new session.
    case none
    case own
    /// Somebody else's who shares it.
    case shared
    /// Somebody else's.
    case foreign
    /// Nobody's: its owner is not known, or his uid was given to somebody else.
    case orphaned
}

public enum Decision: Sendable, Equatable {
    case allowed
    case refused(because: String)
}

/// The one place that says who may do what. What is allowed on somebody else's session is logged (`Action.logged`).
public func allow(_ action: Action, by role: Role, on relation: Relation) -> Decision {
    switch (role, relation) {
    case (.public, _): .refused(because: "this account is nobody's in the settings")
    case (.admin, _): allowAdmin(action, on: relation)
    case (.member, .none): allowAll(action, of: [.listSessions, .startSession, .readOwnAudit], role)
    case (.contributor, .none), (.newcomer, .none): allowAll(action, of: [.listSessions, .readOwnAudit], role)
    case (.member, .own):
        allowAll(
            action, of: [.getSession, .readTranscript, .attach, .send, .end, .revive, .share, .host, .readOwnAudit],
            role)
    // They start none, but may have been members when they did.
    case (.contributor, .own), (.newcomer, .own):
        allowAll(action, of: [.getSession, .readTranscript, .attach, .end, .host, .readOwnAudit], role)
    case (.member, .shared): allowAll(action, of: [.getSession, .readTranscript, .send], role)
    case (.contributor, .shared), (.newcomer, .shared): allowAll(action, of: [.getSession, .readTranscript], role)
    case (.member, .foreign), (.contributor, .foreign), (.newcomer, .foreign):
        .refused(because: "the session is somebody else's")
    case (.member, .orphaned), (.contributor, .orphaned), (.newcomer, .orphaned):
        .refused(because: "the session is nobody's: an admin may look after it")
    }
}

/// The sessions that a list shows: those whose rows the policy lets this caller see one by one.
func visibleSessions(to identity: Identity) -> SessionScope {
    allow(.getSession, by: identity.role, on: .foreign) == .allowed ? .all : .ownAndShared(identity)
}

/// The sessions that a search of this caller looks through: those whose transcripts the policy lets him read. Into those of others who
/// share nothing nobody looks without a reason.
func searchedSessions(for identity: Identity, hasReason: Bool) -> SessionScope {
    hasReason && allow(.readTranscript, by: identity.role, on: .foreign) == .allowed ? .all : .ownAndShared(identity)
}

/// An admin may do everything but run somebody else's session: that takes the owner's uid.
private func allowAdmin(_ action: Action, on relation: Relation) -> Decision {
    guard action == .host || action == .revive, relation != .own else { return .allowed }
    return .refused(because: "a session is run by its owner's own processes")
}

private func allowAll(_ action: Action, of actions: Set<Action>, _ role: Role) -> Decision {
    actions.contains(action) ? .allowed : .refused(because: "the role \(role.rawValue) does not include it")
}
