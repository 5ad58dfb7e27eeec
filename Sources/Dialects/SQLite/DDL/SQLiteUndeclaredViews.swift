// Views over a table with renamed columns that no migration declares, or that are not as declared.

extension SQLiteAlter {
    /// Returns the statements that make such views again, before the rename, with the column names that they show, as for declared
    /// ones. A view that names its columns in a list is left alone.
    func pinViewsMadeByHand(_ columns: [String]) -> [String] {
        guard !columns.isEmpty else { return [] }
        var statements: [String] = []
        for object in undeclared.objects + undeclared.strangeViewObjects where object.kind == .view {
            guard let query = SQLiteViewDefinition.unnamedQuery(of: object.definition) else { continue }
            let view = View(object.name, as: .native(sqlite: query, postgresql: ""))
            let pinned = before.pinned(view, columns, of: alteration.before.name)
            guard pinned != view, case .native(let text, _) = pinned.query else { continue }
            let name = SQLText.identifier(object.name)
            statements += ["DROP VIEW \(name)", "CREATE VIEW \(name) AS \(text)"]
            statements += undeclared.objects.filter { $0.kind == .trigger && $0.owner == object.name }.map(\.definition)
        }
        return statements
    }
}

extension SQLiteViewDefinition {
    /// Returns the query of a view that does not name its columns in a list; `nil` for one that does.
    fileprivate static func unnamedQuery(of text: String) -> String? {
        var cursor = SQLiteTokenCursor(text)
        cursor.skip { $0.isWord("VIEW") }
        guard cursor.take(word: "VIEW"), cursor.takeName() != nil, cursor.takeParenthesized() == nil else { return nil }
        return query(of: text, view: "")
    }
}
