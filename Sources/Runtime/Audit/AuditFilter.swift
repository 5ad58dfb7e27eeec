import Dialects

/// Which entries are asked for: all conditions together, none when empty.
public struct AuditFilter: Sendable, Hashable {
    public var sessionID: String?
    /// Who did it.
    public var person: String?
    /// Whose sessions it was done to: with this, owners see who read theirs.
    public var owner: Owner?
    public var action: AuditAction?
    public var outcome: AuditOutcome?
    /// From this moment on.
    public var from: Timestamp?
    /// Before this moment.
    public var to: Timestamp?

    public init(
        sessionID: String? = nil, person: String? = nil, owner: Owner? = nil, action: AuditAction? = nil,
        outcome: AuditOutcome? = nil, from: Timestamp? = nil, to: Timestamp? = nil
    ) {
        self.sessionID = sessionID
        self.person = person
        self.owner = owner
        self.action = action
        self.outcome = outcome
        self.from = from
        self.to = to
    }
}

extension AuditFilter {
    /// What follows `WHERE`, for rows before `cursor`.
    func condition(before cursor: Int64?) -> SQL {
        conditions(before: cursor).reduce("seq > 0") { "\($0) AND \($1)" }
    }

    private func conditions(before cursor: Int64?) -> [SQL] {
        var conditions: [SQL] = []
        if let cursor { conditions.append("seq < \(cursor)") }
        if let sessionID { conditions.append("session_id = \(sessionID)") }
        if let person { conditions.append("person = \(person)") }
        if let owner { conditions += Self.conditions(owner) }
        if let action { conditions.append("action = \(action.rawValue)") }
        if let outcome { conditions.append("outcome = \(outcome.rawValue)") }
        if let from { conditions.append("at >= \(from.text)") }
        if let to { conditions.append("at < \(to.text)") }
        return conditions
    }

    private static func conditions(_ owner: Owner) -> [SQL] {
        [
            owner.person.map { "owner_person = \($0)" } ?? "owner_person IS NULL",
            owner.uid.map { "owner_uid = \(Int64($0))" } ?? "owner_uid IS NULL",
        ]
    }
}
