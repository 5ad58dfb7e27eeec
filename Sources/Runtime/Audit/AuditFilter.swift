import Dialects

/// The conditions that the requested entries meet, all together; an empty filter matches every entry.
package struct AuditFilter: Sendable, Hashable {
    package var sessionID: String?
    /// The person who acted.
    package var person: String?
    /// The owner of the sessions concerned. With this condition owners see who has read their sessions.
    package var owner: Owner?
    package var action: AuditAction?
    package var outcome: AuditOutcome?
    /// The earliest time, inclusive.
    package var from: Timestamp?
    /// The latest time, exclusive.
    package var to: Timestamp?

    package init(
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
    /// Returns the condition that follows `WHERE`, for rows before `cursor`.
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
