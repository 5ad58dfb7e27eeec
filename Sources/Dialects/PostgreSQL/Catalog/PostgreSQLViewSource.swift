/// A relation that a view reads. Of a table, a query may mean its own rows alone (`ONLY`), or also those of the tables that inherit from it
/// or are its partitions (https://www.postgresql.org/docs/current/ddl-inherit.html).
struct PostgreSQLViewSource {
    var name: String
    var kind: PostgreSQLRelationKind
    /// The relation's schema, if it is not the view's. A copy would find another relation of the name, or none.
    var otherSchema: String?
    /// A column that the query reads and that each server gives its rows itself, such as `ctid`, or the `tableoid` of partitions.
    var systemColumn: String?

    /// Why the query would show other rows of the relation in another database, as a sentence about it; `nil` if it would not. A transfer
    /// makes each table that inherits a table of its own, and one table of all partitions.
    func objection(in query: String) -> String? {
        if let otherSchema { return "it reads \(otherSchema).\(name), which is not transferred" }
        if let systemColumn { return "it reads \(systemColumn) of \(name), which is another one in the target" }
        switch kind {
        case .table, .foreignTable:
            let readings = readings(in: query)
            guard readings.isEmpty || readings.contains(.withOthers) else { return nil }
            return
                "it reads \(name) together with the rows of the tables that inherit from it, which become tables of their own"
        case .partitionedTable:
            guard readings(in: query).contains(.ownRows) else { return nil }
            return
                "it reads ONLY \(name), which has no rows beside those of its partitions, and holds these in the target"
        case .view, .materializedView, .sequence: return nil
        }
    }

    private enum Reading { case ownRows, withOthers }

    /// How the query reads the relation, at each place where FROM may name it.
    private func readings(in query: String) -> [Reading] {
        let tokens = SQLToken.scan(query).filter { !$0.isBlank }
        return tokens.indices.compactMap { at in
            guard tokens[at].name == name else { return nil }
            var start = at
            while start > 1, tokens[start - 1].isSymbol(".") { start -= 2 }
            guard start > 0 else { return nil }
            let before = tokens[start - 1]
            if before.isWord("ONLY") { return .ownRows }
            let mayBeSource =
                before.isWord("FROM") || before.isWord("JOIN") || before.isSymbol(",") || before.isSymbol("(")
            let isQualifier = at + 1 < tokens.count && tokens[at + 1].isSymbol(".")
            return mayBeSource && !isQualifier ? .withOthers : nil
        }
    }
}
