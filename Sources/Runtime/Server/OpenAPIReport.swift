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
                array(shape([("day", text), ("started", number), ("ended", number), ("entries", number)]))
            ),
            ("audit", reportedAudit), ("verification", reportedVerification),
            (
                "storage",
                shape([
                    ("database", number), ("recordings", number), ("recorded", number),
                    ("complete", .object([("type", "boolean")])), ("free", number),
                ])
            ),
        ])
    }

    private static var reportedSessions: JSON {
        shape([
            ("all", number), ("states", array(count)), ("agents", array(count)), ("rest", rest), ("commands", number),
        ])
    }

    private static var reportedOwners: JSON {
        let owner = shape(
            [("name", text), ("sessions", number), ("open", number), ("active", text)], optional: ["active"])
        return shape([("all", number), ("largest", array(owner)), ("rest", rest), ("orphaned", number)])
    }

    private static var reportedAudit: JSON {
        let person = shape([("name", text), ("entries", number), ("actions", array(count))])
        let action = shape([("name", text), ("allowed", number), ("refused", number), ("failed", number)])
        return shape([
            ("last", number), ("entries", number), ("people", array(person)), ("rest", rest), ("unknown", number),
            ("actions", array(action)),
        ])
    }

    private static var reportedVerification: JSON {
        let last = shape(
            [("at", text), ("entries", number), ("seq", number), ("hash", text), ("flaw", text)], optional: ["flaw"])
        return shape(
            [
                ("last", last), ("stands", .object([("type", "boolean")])), ("unchecked", number), ("objection", text),
            ], optional: ["last", "objection"])
    }

    private static var count: JSON { shape([("name", text), ("count", number)]) }
    private static var rest: JSON { shape([("number", number), ("count", number)]) }
    private static func array(_ items: JSON) -> JSON { .object([("type", "array"), ("items", items)]) }
}
