import Dialects

/// The conditions for the sessions that a caller asks for.
package struct SessionFilter: Sendable, Equatable {
    package var state: Session.State?
    /// The project's path; empty for sessions that have no project.
    package var project: String?
    package var agent: String?
    package var owner: String?
    /// The whole title, letter by letter.
    package var title: String?
    /// Words of the title or the description. Transcripts are not searched.
    package var text: String?
    /// The earliest time of the last activity.
    package var since: Timestamp?

    /// The largest length of `text` in code points: longer than any valid title.
    static let longestText = 500

    package init(
        state: Session.State? = nil, project: String? = nil, agent: String? = nil, owner: String? = nil,
        title: String? = nil, text: String? = nil, since: Timestamp? = nil
    ) {
        self.title = title
        self.since = since
        self.state = state
        self.project = project
        self.agent = agent
        self.owner = owner
        self.text = text
    }
}

/// The sessions that a caller sees in lists.
package enum SessionScope: Sendable, Equatable {
    case all
    case own(Identity)
    /// The caller's own sessions, and those that others share.
    case ownAndShared(Identity)
}

/// The place after which a page begins: the last row of the previous page. Pages are found by key, so that the hundredth costs
/// no more than the first.
package struct SessionCursor: Sendable, Equatable {
    var lastActivity: String
    var id: String

    init(lastActivity: String, id: String) {
        self.lastActivity = lastActivity
        self.id = id
    }

    /// Reads the form that `text` writes; `nil` for any other text. The timestamp is checked here, because the database would
    /// answer an invalid one with an error.
    package init?(_ text: String) {
        let parts = text.split(separator: "~", maxSplits: 1).map(String.init)
        guard parts.count == 2, Timestamp(parsing: parts[0])?.text == parts[0] else { return nil }
        (lastActivity, id) = (parts[0], parts[1])
    }

    /// Reads the `after` of a request.
    ///
    /// - Throws: `RuntimeError` for a text that no page had as its `next`.
    init(after text: String) throws(RuntimeError) {
        guard let cursor = SessionCursor(text) else { throw .noPlaceInList }
        self = cursor
    }

    package var text: String { "\(lastActivity)~\(id)" }
}

extension RuntimeError {
    /// The error for an `after` that is not the `next` of a page.
    static let noPlaceInList = RuntimeError(
        .badRequest, "after is not a place in a list", remedy: "use next of the previous page")
}

/// A page of sessions, newest first, with the place where the next page begins.
package struct SessionPage: Sendable, Equatable {
    package var sessions: [Session]
    package var next: SessionCursor?
}
