import Dialects

/// A conversation with an agent, or a command, that runs as its owner.
public struct Session: Sendable, Equatable {
    /// Where it stands. `headless` is the existing install's word for a session without a terminal.
    public enum State: String, Sendable, CaseIterable {
        /// Asked for; its host has not called yet.
        case initializing
        case active
        case headless
        /// Its end was ordered.
        case closing
        case closed
        /// Nobody has run it for a while. A host that calls takes it up again.
        case lost
    }

    public enum Visibility: String, Sendable, CaseIterable {
        case `private`, shared
    }

    public var id: String
    public var title: String?
    public var owner: Owner
    public var state: State
    public var visibility: Visibility
    public var projectPath: String?
    public var agent: String?
    /// `fast`, `med` or `slow`: what the owner preferred when it started.
    public var thinkingMode: String?
    public var computer: String
    public var tmuxName: String?
    /// RFC 3339, UTC, six digits.
    public var createdAt: String?
    public var lastActivity: String?
    public var closedAt: String?
    /// The agent's own name for the conversation.
    public var nativeSessionID: String?
    /// What the daemon knows of its host; `nil` where it was not asked, or the session is over.
    public var host: HostPresence?
}

extension Session {
    /// What a caller is to it.
    public func relation(to identity: Identity) -> Relation {
        if owner.person == nil || owner.uid == nil { return .orphaned }
        if identity.owns(owner) { return .own }
        // One of the two alone: the uid was given to somebody else, or the person another account.
        if owner.uid == identity.uid || owner.person == identity.person { return .orphaned }
        return visibility == .shared ? .shared : .foreign
    }

    /// Whether its end was ordered, as far as a host is concerned that began at `started`. A row that says so since before is an
    /// older copy's: the session was started again since.
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

    /// Its JSON, under the names that the existing install's programs know.
    public var document: JSON { .object(SessionMember.all.map { ($0.name, $0.value(self)) }) }
}
