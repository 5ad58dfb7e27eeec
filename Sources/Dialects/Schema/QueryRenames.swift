/// What a table or view, and those of its columns that have another name there, are called in the target.
package struct RelationNames: Sendable {
    package var source: String
    package var target: String
    /// The columns' names in the target by those in the source, where the two differ.
    package var columns: [String: String]

    package init(_ source: String, as target: String, columns: [String: String]) {
        (self.source, self.target) = (source, target)
        self.columns = columns.filter { $0.key != $0.value }
    }

    fileprivate var isSame: Bool { source == target && columns.isEmpty }
}

/// Gives the relations that a translated query reads, and their columns, their names in the target, all at once. A translation quotes
/// every name and qualifies every column, so each column is that of one relation of the SELECT around it.
package struct QueryRenames {
    private let relations: [String: RelationNames]

    package init(_ relations: [RelationNames]) {
        self.relations = Dictionary(relations.map { ($0.source, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Returns the query with the target's names. `results` holds new names for columns of the result, by their old ones; any other column
    /// of the result keeps its name.
    ///
    /// - Throws: `Untranslatable` if the text does not tell what a changed name means.
    package func renamed(_ text: String, results: [String: String]) throws(Untranslatable) -> String {
        guard !results.isEmpty || relations.values.contains(where: { !$0.isSame }) else { return text }
        let query = QueryNames(text)
        try requireNamesOfTheirOwn(in: query)
        try requireMeanings(in: query)
        var edits: [Int: String] = [:]
        for source in query.scopes.flatMap(\.sources) {
            if let names = names(of: source) { edits[source.place] = SQLText.identifier(names.target) }
        }
        for use in query.uses {
            guard let qualifier = use.qualifier, let source = query.source(of: use), let names = names(of: source),
                let column = query.tokens[use.place].name
            else { continue }
            if !source.hasAlias { edits[qualifier] = SQLText.identifier(names.target) }
            let (made, shown) = (names.columns[column] ?? column, results[column] ?? column)
            let alias = use.isBareOutput && shown != made ? " AS \(SQLText.identifier(shown))" : ""
            edits[use.place] = SQLText.identifier(made) + alias
        }
        for (at, token) in query.tokens.enumerated() where token.kind == .quoted && edits[at] == nil {
            guard !query.tokens.isCollation(at), let new = token.name.flatMap({ results[$0] }) else { continue }
            edits[at] = SQLText.identifier(new)
        }
        return query.text(replacing: edits)
    }

    private func names(of source: QueryNames.Source) -> RelationNames? { source.relation.flatMap { relations[$0] } }

    private static func unclear(_ name: String, _ place: String) -> Untranslatable {
        Untranslatable("it reads \(name), which has another name in the target, \(place)")
    }

    /// - Throws: `Untranslatable` if a query of WITH is called as a relation whose names change, or if a join merges columns whose names
    ///   do.
    private func requireNamesOfTheirOwn(in query: QueryNames) throws(Untranslatable) {
        let hidden = relations.values.filter { !$0.isSame && query.defined.contains(SQLName.folded($0.source)) }
        if let name = hidden.map(\.source).min() {
            throw Untranslatable("\(name) is a query of WITH in it, and a table that has another name in the target")
        }
        for scope in query.scopes {
            let read = scope.sources.compactMap(names(of:))
            for name in scope.joining where read.contains(where: { !SQLName.equal($0.columns[name] ?? name, name) }) {
                throw Self.unclear(name, "and joins by it")
            }
        }
    }

    /// - Throws: `Untranslatable` if a qualified name that may change belongs to no relation that is known.
    private func requireMeanings(in query: QueryNames) throws(Untranslatable) {
        let known = Set(query.uses.filter { query.source(of: $0) != nil }.map(\.place))
            .union(query.scopes.flatMap(\.sources).map(\.place))
        let changing = relations.values.filter { !$0.isSame }
        for (at, token) in query.tokens.enumerated().dropFirst(2) {
            guard token.kind == .quoted, query.tokens[at - 1].isSymbol("."), !known.contains(at), let name = token.name,
                let qualifier = query.tokens[at - 2].name,
                changing.contains(where: { $0.columns[name] != nil || $0.source == qualifier })
            else { continue }
            throw Self.unclear("\(qualifier).\(name)", "in a place that is not known to name one table")
        }
    }
}

extension QueryNames {
    /// Returns the source whose name qualifies the column, of the SELECT around it or of an outer one.
    fileprivate func source(of use: Use) -> Source? {
        guard let qualifier = use.qualifier.flatMap({ tokens[$0].name }) else { return nil }
        var scope: Int? = use.scope
        while let at = scope {
            if let source = scopes[at].sources.first(where: { $0.name == qualifier }) { return source }
            scope = scopes[at].parent
        }
        return nil
    }
}

extension [SQLToken] {
    /// Whether the token names a collation: `COLLATE "C"`.
    func isCollation(_ at: Int) -> Bool { self[..<at].last { !$0.isBlank }?.isWord("COLLATE") == true }
}

extension SQLExpression {
    /// The tokens that name the tables and views that the query reads.
    package var relationsRead: [SQLToken] {
        texts.flatMap { text in
            let query = QueryNames(text)
            return query.scopes.flatMap(\.sources).filter { $0.relation != nil }.map { query.tokens[$0.place] }
        }
    }

    /// Returns this translation of `original` with its text for the target edited. The words of the source stay as they are.
    package func mapTranslation(
        of original: SQLExpression, _ edit: (String) throws(Untranslatable) -> String
    ) throws(Untranslatable) -> SQLExpression {
        switch self {
        case .sql(let text): return .sql(try edit(text))
        case .native(let sqlite, let postgresql):
            if case .native("", _) = original { return .native(sqlite: try edit(sqlite), postgresql: postgresql) }
            return .native(sqlite: sqlite, postgresql: try edit(postgresql))
        }
    }
}
