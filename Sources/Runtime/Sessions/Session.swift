import Dialects

/// A conversation with an agent, or a command, that runs as its owner.
package struct Session: Sendable, Equatable {
    /// The state of a session. `headless` is the existing install's word for a session without a terminal.
    package enum State: String, Sendable, CaseIterable {
        /// The session was requested; its host has not called yet.
        case initializing
        case active
        case headless
        /// The end of the session was ordered.
        case closing
        case closed
        /// Nobody has run the session for a while. A host that calls takes it up again.
        case lost
    }

    package enum Visibility: String, Sendable, CaseIterable {
        case `private`, shared
    }

    package var id: String
    package var title: String?
    package var owner: Owner
    package var state: State
    package var visibility: Visibility
    package var projectPath: String?
    package var agent: String?
    /// The thinking mode that the owner preferred when the session started: `fast`, `med` or `slow`.
    package var thinkingMode: String?
    package var computer: String
    package var tmuxName: String?
    /// When the session was created: RFC 3339, UTC, with six digits of the second's fraction.
    package var createdAt: String?
    package var lastActivity: String?
    package var closedAt: String?
    /// The agent's own identifier for the conversation.
    package var nativeSessionID: String?
    /// The presence of the session's host; `nil` where it was not asked for, or the session is over.
    package var host: HostPresence?
}

extension Session {
    /// Returns the relation of a caller to the session.
    package func relation(to identity: Identity) -> Relation {
        if owner.person == nil || owner.uid == nil { return .orphaned }
        if identity.owns(owner) { return .own }
        // Only one of the two matches: the uid was given to somebody else, or the person has another account.
        if owner.uid == identity.uid || owner.person == identity.person { return .orphaned }
        return visibility == .shared ? .shared : .foreign
    }

    /// Whether the session is over, or its end was ordered, for whatever host.
    var isEnding: Bool { state == .closing || state == .closed }

    /// Returns whether the session's end was ordered for a host that began at `started`, as the times tell. An order from before
    /// that was for an earlier host: the session was started again since.
    func isEndOrdered(for started: Timestamp?) -> Bool {
        let moment: String?
        switch state {
        case .closing: moment = lastActivity
        case .closed: moment = closedAt
        case .initializing, .active, .headless, .lost: return false
        }
        guard let started, let ended = moment.flatMap(Timestamp.init(parsing:)) else { return true }
        return ended >= started
    }

    /// The session as JSON, with the member names that the existing install's programs know.
    package var document: JSON { .object(SessionMember.all.map { ($0.name, $0.value(self)) }) }
}
