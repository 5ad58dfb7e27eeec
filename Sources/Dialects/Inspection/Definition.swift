/// The text that makes an object for which a schema value has no place, such as a trigger or a function.
package struct Definition: Sendable, Equatable {
    /// The object as `Inspection.omitted` names it: `trigger audit_log_refuse`.
    package var name: String
    /// The object and the table that it belongs to: `trigger audit_log_refuse on audit_log`.
    package var title: String
    /// What the database returns as the object's own text, without the name of the schema in which it stands.
    package var text: String
    /// The body of a function, where it is a text of its own.
    package var body: String
    /// Whether the body is SQL, whose comments and blanks make no difference.
    package var isBodySQL: Bool
    /// When a trigger fires, in words: `disabled`; empty for every other object.
    package var state: String

    package init(
        _ name: String, _ title: String? = nil, text: String, body: String = "", isBodySQL: Bool = true,
        state: String = ""
    ) {
        (self.name, self.title, self.text, self.body) = (name, title ?? name, text, body)
        (self.isBodySQL, self.state) = (isBodySQL, state)
    }

    /// The name of what others may do with an object. That is a matter of the database's administrator, until a migration says it.
    static let privilege = "other privileges"

    /// The names of what is a matter of the database's administrator too, is compared elsewhere (`Inspection.options`), or is named for a
    /// transfer alone.
    static let ofAdministrator: Set<String> = [
        privilege, "other options (WITH …)", "other options of indexes (WITH …)", "other replica identities",
        "other defaults of view columns", "other unlogged tables", "other text search configurations",
        "other text search dictionaries", "other operators", "other casts", "other publications", "other tablespaces",
        "other access methods", "other clustering (CLUSTER ON)",
        "other settings of columns (STORAGE, STATISTICS, n_distinct)", "other comments on constraints",
        "other event triggers",
    ]

    /// Whether both do the same. What is written alike needs no closer look.
    fileprivate func means(_ other: Definition) -> Bool {
        guard text == other.text || SQLToken.compared(text) == SQLToken.compared(other.text) else { return false }
        guard body != other.body else { return isBodySQL == other.isBodySQL }
        return isBodySQL && other.isBodySQL && SQLToken.compared(body) == SQLToken.compared(other.body)
    }
}

extension Inspection {
    /// Returns the privileges that a script of a migration has granted, and that are gone. Those that an administrator grants beside them
    /// are no difference.
    func privilegeDifferences(from declared: Inspection) -> [SchemaDifference] {
        func titles(_ inspection: Inspection) -> Set<String> {
            Set(inspection.definitions.filter { $0.name == Definition.privilege }.map(\.title))
        }
        return titles(declared).subtracting(titles(self)).sorted().map { .missing("privilege \($0)", in: $0) }
    }

    /// Returns the objects that both sides have by their name, but not with the same text or in the same state. An object that only one
    /// side has by its name is among the differences already.
    func definitionDifferences(from declared: Inspection) -> [SchemaDifference] {
        let shared = Set(definitions.map(\.name)).intersection(declared.definitions.map(\.name))
            .subtracting([Definition.privilege])
        return pairs(
            definitions.filter { shared.contains($0.name) }, declared.definitions.filter { shared.contains($0.name) },
            named: \.title
        ).compactMap { live, made in
            switch (live, made) {
            case (let live?, let made?) where !live.means(made):
                SchemaDifference(live.title, "\(live.title): its definition differs from the declaration")
            case (let live?, let made?) where live.state != made.state:
                .differs(live.title, in: live.title, here: live.state, declared: made.state)
            case (let live?, nil): .extra(live.title, in: live.title)
            case (nil, let made?): .missing(made.title, in: made.title)
            case (_?, _?), (nil, nil): nil
            }
        }
    }
}
