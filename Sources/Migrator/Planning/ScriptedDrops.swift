import Dialects

/// The names of the objects that scripts (judged by their text) and drops of views remove: such an object is not in the way of a later
/// operation.
struct ScriptedDrops {
    private var names: [String] = []
    /// Whether these are all, as far as the scripts' texts tell.
    private(set) var isComplete = true

    /// Notes what these scripts drop.
    mutating func insert(_ scripts: [String]) {
        for statement in ScriptStatement.all(of: scripts) {
            if !statement.saysWhatItDrops { isComplete = false }
            insert(statement.tokens)
        }
    }

    /// Notes that a declared view is dropped, and with it what somebody has made of it. Who makes it again says what it is.
    mutating func insert(view name: String) { names.append(name) }

    private mutating func insert(_ tokens: ArraySlice<SQLToken>) {
        let kinds: Set<String> = [
            "TABLE", "VIEW", "TRIGGER", "INDEX", "FUNCTION", "PROCEDURE", "RULE", "POLICY", "STATISTICS",
        ]
        var at = tokens.startIndex
        while let drop = tokens[at...].firstIndex(where: { $0.isWord("DROP") }) {
            at = drop + 1
            guard at < tokens.endIndex else { return }
            if tokens[at].isWord("MATERIALIZED") { at += 1 }
            guard at < tokens.endIndex, kinds.contains(where: tokens[at].isWord) else { continue }
            at += 1
            if tokens[at...].starts(with: ["IF", "EXISTS"], by: { $0.isWord($1) }) { at += 2 }
            // All names up to the end of a list `a, schema.b`; a schema's name among them does no harm.
            while at < tokens.endIndex, let name = tokens[at].name {
                names.append(name)
                at += 1
                guard at < tokens.endIndex, tokens[at].isSymbol(",") || tokens[at].isSymbol(".") else { break }
                at += 1
            }
        }
    }

    /// The names in lower case.
    var foldedNames: Set<String> { Set(names.map(SQLName.folded)) }

    func contains(_ name: String) -> Bool { names.contains { SQLName.equal($0, name) } }

    /// Returns `undeclared` without what is dropped by then.
    func without(_ undeclared: UndeclaredObjects) -> UndeclaredObjects {
        guard !names.isEmpty else { return undeclared }
        var rest = undeclared
        rest.objects.removeAll { object in names.contains { SQLName.equal($0, object.name) } }
        rest.strangeViews = rest.strangeViews.filter { !contains($0.key) }
        // A dependent is known by what people read: `trigger orders_ai`.
        rest.dependents.removeAll { dependent in
            SQLToken.scan(dependent.name).contains { token in names.contains(where: token.names) }
        }
        return rest
    }
}
