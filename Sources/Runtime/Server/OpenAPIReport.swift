import Dialects

extension OpenAPISchemas {
    /// The schema of a report (`Report`).
    static var report: JSON {
        shape([
            version, ("made", text), ("daemon", text), ("mode", text), ("computer", text),
            ("period", shape([("from", text), ("to", text), ("days", number)])), ("sessions", reportedSessions),
            ("owners", reportedOwners),
            (
                "activity",
                list(of: shape([("day", text), ("started", number), ("ended", number), ("entries", number)]))
            ),
            ("audit", reportedAudit), ("verification", reportedVerification),
            (
                "storage",
                shape([
                    ("database", number), ("recordings", number), ("recorded", number),
                    ("complete", flag), ("free", number),
                ])
            ),
        ])
    }

    private static var reportedSessions: JSON {
        shape([
            ("all", number), ("states", list(of: count)), ("agents", list(of: count)), ("rest", rest),
            ("commands", number),
        ])
    }

    private static var reportedOwners: JSON {
        let owner = shape(
            [("name", text), ("sessions", number), ("open", number), ("active", text)], optional: ["active"])
        return shape([("all", number), ("largest", list(of: owner)), ("rest", rest), ("orphaned", number)])
    }

    private static var reportedAudit: JSON {
        let person = shape([("name", text), ("entries", number), ("actions", list(of: count))])
        let action = shape([("name", text), ("allowed", number), ("refused", number), ("failed", number)])
        return shape([
            ("last", number), ("entries", number), ("people", list(of: person)), ("rest", rest), ("unknown", number),
            ("actions", list(of: action)),
        ])
    }

    private static var reportedVerification: JSON {
        let last = shape(
            [("at", text), ("entries", number), ("seq", number), ("hash", text), ("flaw", text)], optional: ["flaw"])
        return shape(
            [
                ("last", last), ("stands", flag), ("unchecked", number), ("objection", text),
            ], optional: ["last", "objection"])
    }

    private static var count: JSON { shape([("name", text), ("count", number)]) }
    private static var rest: JSON { shape([("number", number), ("count", number)]) }
}
