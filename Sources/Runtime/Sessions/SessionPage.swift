import Dialects

/// Which sessions somebody asks for.
public struct SessionFilter: Sendable, Equatable {
    public var state: Session.State?
    /// Empty: those that have none.
    public var project: String?
    public var agent: String?
    public var owner: String?
    /// Words of the title or the description. Never of what was said.
    public var text: String?
    /// Only those in which something happened since then.
    public var since: Timestamp?

    /// In code points: longer than any title that can be given.
    static let longestText = 500

    public init(
        state: Session.State? = nil, project: String? = nil, agent: String? = nil, owner: String? = nil,
        text: String? = nil, since: Timestamp? = nil
    ) {
        self.since = since
        self.state = state
        self.project = project
        self.agent = agent
        self.owner = owner
        self.text = text
    }
}

/// Whose sessions a caller sees in lists.
public enum SessionScope: Sendable, Equatable {
    case all
    /// His own, and those that others share.
    case ownAndShared(Identity)
}

/// The place after which a page begins: the last row of the one before. Pages are found by key, so that the hundredth costs
/// what the first does.
public struct SessionCursor: Sendable, Equatable {
    var lastActivity: String
    var id: String

    init(lastActivity: String, id: String) {
        self.lastActivity = lastActivity
        self.id = id
    }

    /// Reads what `text` wrote; `nil` for any other text. Its timestamp is checked here: the database would answer an invalid one with
    /// an error.
    public init?(_ text: String) {
        let parts = text.split(separator: "~", maxSplits: 1).map(String.init)
        guard parts.count == 2, Timestamp(parsing: parts[0])?.text == parts[0] else { return nil }
        (lastActivity, id) = (parts[0], parts[1])
    }

    public var text: String { "\(lastActivity)~\(id)" }
}

/// Some sessions, newest first, and where the next page begins.
public struct SessionPage: Sendable, Equatable {
    public var sessions: [Session]
    public var next: SessionCursor?
}
