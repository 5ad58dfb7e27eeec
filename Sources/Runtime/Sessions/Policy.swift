import TCSettings

/// An action for which a caller needs permission.
package enum Action: String, Sendable, CaseIterable {
    case listSessions = "list_sessions"
    case startSession = "start_session"
    /// Reading a session's row: title, owner, state, times.
    case getSession = "get_session"
    /// Reading what was said in a session, which includes searching and exporting it.
    case readTranscript = "read_transcript"
    case attach
    case send
    case end
    case revive
    /// Making a session visible to others, or private again.
    case share
    /// Being the program that runs the session and streams what happens in it.
    case host
    /// Reading who accessed whose sessions: the whole log, its proof and its export.
    case readAudit = "read_audit"
    /// Beginning a new chain, so that the entries before it can be archived.
    case archiveAudit = "archive_audit"
    /// Reading who accessed one's own sessions.
    case readOwnAudit = "read_own_audit"
    /// Reading the daemon's own state: its database, its disks, its metrics.
    case inspectDaemon = "inspect_daemon"
    /// Making a report of how everybody uses the installation, in numbers.
    case makeReport = "make_report"
}

/// The relation of a caller to the object of an action.
package enum Relation: String, Sendable, CaseIterable {
    /// The action has no object: a list, a new session.
    case none
    case own
    /// The session is somebody else's, who shares it.
    case shared
    /// The session is somebody else's, who does not share it.
    case foreign
    /// The session is nobody's: its owner is unknown, or the owner's uid was given to somebody else.
    case orphaned
}

package enum Decision: Sendable, Equatable {
    case allowed
    case refused(because: String)
}

/// Decides who may do what; no other place does. Allowed actions on somebody else's session are logged (`Action.logged`).
package func allow(_ action: Action, by role: Role, on relation: Relation) -> Decision {
    switch (role, relation) {
    case (.public, _): .refused(because: "this account is not in the settings")
    case (.admin, _): allowAdmin(action, on: relation)
    case (.member, .none): allowAll(action, of: [.listSessions, .startSession, .readOwnAudit], role)
    case (.contributor, .none), (.newcomer, .none): allowAll(action, of: [.listSessions, .readOwnAudit], role)
    case (.member, .own):
        allowAll(
            action, of: [.getSession, .readTranscript, .attach, .send, .end, .revive, .share, .host, .readOwnAudit],
            role)
    // People with these roles start no sessions, but they may have been members when they started one.
    case (.contributor, .own), (.newcomer, .own):
        allowAll(action, of: [.getSession, .readTranscript, .attach, .end, .host, .readOwnAudit], role)
    case (.member, .shared) where [.attach, .end, .revive, .share, .host].contains(action):
        .refused(because: "the session is shared, and that is for its owner")
    case (.member, .shared): allowAll(action, of: [.getSession, .readTranscript, .send], role)
    case (.contributor, .shared), (.newcomer, .shared): allowAll(action, of: [.getSession, .readTranscript], role)
    case (.member, .foreign), (.contributor, .foreign), (.newcomer, .foreign):
        .refused(because: "the session is somebody else's")
    case (.member, .orphaned), (.contributor, .orphaned), (.newcomer, .orphaned):
        .refused(because: "the session is nobody's: an admin may look after it")
    }
}

/// Returns the sessions that a list shows: those whose rows the policy lets this caller see one by one.
func visibleSessions(to identity: Identity) -> SessionScope {
    allow(.getSession, by: identity.role, on: .foreign) == .allowed ? .all : .ownAndShared(identity)
}

/// Returns the sessions that this caller's search covers: those whose transcripts the policy lets the caller read. Sessions of
/// others that are not shared are searched only with a reason.
func searchedSessions(for identity: Identity, hasReason: Bool) -> SessionScope {
    hasReason && allow(.readTranscript, by: identity.role, on: .foreign) == .allowed ? .all : .ownAndShared(identity)
}

/// Decides for an admin, who may do everything but run somebody else's session, and open its terminal: that takes the owner's
/// uid.
private func allowAdmin(_ action: Action, on relation: Relation) -> Decision {
    guard relation != .own else { return .allowed }
    if action == .host || action == .revive {
        return .refused(because: "a session is run by its owner's own processes")
    }
    return action == .attach ? .refused(because: "a terminal is opened by its owner's own processes") : .allowed
}

private func allowAll(_ action: Action, of actions: Set<Action>, _ role: Role) -> Decision {
    actions.contains(action) ? .allowed : .refused(because: "the role \(role.rawValue) does not include it")
}
