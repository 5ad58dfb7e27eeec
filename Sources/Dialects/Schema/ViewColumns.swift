// Which views read which columns, and what happens to the views when a table or column is renamed.

extension Schema {
    /// Whether a view reads a column of one of its sources.
    enum Reading { case none, reads, unclear }

    /// Returns whether the view reads this column of this table, or whether its text leaves that unclear.
    func reading(of column: String, in table: String, by view: View) -> Reading {
        var reading = Reading.none
        for text in view.query.texts {
            let query = QueryNames(text)
            guard query.reads(table) else { continue }
            for use in query.uses where query.tokens[use.place].names(column) {
                switch meaning(of: use, column, in: query) {
                case .source(let source):
                    if source.relation.map({ SQLName.equal($0, table) }) == true { return .reads }
                case .unclear: reading = .unclear
                case .output, .nothing: break
                }
            }
            if query.scopes.contains(where: { $0.joins(table, by: column) }) { return .reads }
        }
        return reading
    }

    private enum NameReference { case source(QueryNames.Source), output, unclear, nothing }

    /// Returns the meaning of a name, looked up in the SELECT around it and then in the outer ones.
    private func meaning(of use: QueryNames.Use, _ column: String, in query: QueryNames) -> NameReference {
        var scope: Int? = use.scope
        while let at = scope {
            let names = query.scopes[at]
            if let qualifier = use.qualifier.flatMap({ query.tokens[$0].name }) {
                if let source = names.sources.first(where: { SQLName.equal($0.name, qualifier) }) {
                    return .source(source)
                }
            } else {
                if use.isOrder, !use.isBareOutput, names.outputs.contains(where: { SQLName.equal($0, column) }) {
                    return .output
                }
                let having = names.sources.filter { columns(of: $0)?.contains { SQLName.equal($0, column) } == true }
                let unknown = names.sources.filter { columns(of: $0) == nil }
                if having.count == 1, unknown.isEmpty { return .source(having[0]) }
                if having.count + unknown.count > 0 { return .unclear }
            }
            scope = names.parent
        }
        return .nothing
    }

    /// Returns the columns of a source of a query; `nil` if they can't be told.
    private func columns(of source: QueryNames.Source) -> [String]? {
        guard let relation = source.relation else { return nil }
        if let table = tables(like: relation).first { return table.columns.map(\.name) }
        return views(like: relation).first.flatMap(outputs)
    }

    /// Returns the columns of a view that is written once for both databases; `nil` if its query does not tell them.
    private func outputs(of view: View) -> [String]? {
        guard case .sql(let text) = view.query else { return nil }
        let query = QueryNames(text)
        guard query.scopes.count == 1, let scope = query.scopes.first, scope.starsOf.isEmpty else { return nil }
        guard scope.hasStar else { return scope.outputs }
        let read = scope.sources.map(columns)
        guard read.allSatisfy({ $0 != nil }) else { return nil }
        return scope.outputs + read.compactMap { $0 }.flatMap { $0 }
    }
}

extension QueryNames.Scope {
    /// Returns whether the SELECT joins this table by the name of this column.
    func joins(_ table: String, by column: String) -> Bool {
        guard sources.contains(where: { $0.relation.map { SQLName.equal($0, table) } == true }) else { return false }
        return isNatural || joining.contains { SQLName.equal($0, column) }
    }

    /// Returns whether all columns of this table are columns of the result.
    func showsAll(of table: String) -> Bool {
        sources.contains { source in
            guard let relation = source.relation, SQLName.equal(relation, table) else { return false }
            return hasStar || starsOf.contains(SQLName.folded(source.name))
        }
    }
}

// Renames: both databases rewrite the views and expressions that read the renamed object, and so does replay. The names of a
// view's own columns stay the same.
extension Schema {
    /// Rewrites the views for a column that is about to be renamed.
    mutating func renameInViews(_ old: String, to new: String, of table: String) throws(SchemaError) {
        let before = self
        for view in views(containingWord: table) {
            let query = try view.query.mapping { text throws(SchemaError) in
                try before.renaming(old, to: new, of: table, in: text, view)
            }
            if query != view.query { replace(View(view.name, as: query)) }
        }
    }

    private func renaming(
        _ old: String, to new: String, of table: String, in text: String, _ view: View
    ) throws(SchemaError) -> String {
        let query = QueryNames(text)
        guard query.reads(table) else { return text }
        let reader = "view \(view.name)"
        if query.scopes.contains(where: { $0.joins(table, by: old) }) {
            throw .columnInUse(old, table: table, by: ["\(reader), which joins by this name"])
        }
        try requireStarAtTheTop(old, of: table, in: query, view)
        var edits: [Int: String] = [:]
        for use in query.uses {
            if query.tokens[use.place].names(old) {
                switch meaning(of: use, old, in: query) {
                case .source(let source) where source.relation.map({ SQLName.equal($0, table) }) == true:
                    let name = SQLText.identifier(new)
                    edits[use.place] = use.isBareOutput ? "\(name) AS \(SQLText.identifier(old))" : name
                case .unclear:
                    throw .columnInUse(old, table: table, by: ["\(reader), where \(old) may belong to another table"])
                case .source, .output, .nothing: break
                }
            }
            // Names that differ only in case are one name: the column itself.
            if !SQLName.equal(old, new), query.tokens[use.place].names(new), use.qualifier == nil,
                sees(table, use, new, in: query)
            {
                throw .columnInUse(new, table: table, by: ["\(reader), where \(new) is another column"])
            }
        }
        return query.text(replacing: edits)
    }

    /// Returns whether a name without a qualifier would mean the table's column, or become ambiguous, once the table has a column
    /// of that name.
    private func sees(_ table: String, _ use: QueryNames.Use, _ column: String, in query: QueryNames) -> Bool {
        var scope: Int? = use.scope
        while let at = scope {
            let names = query.scopes[at]
            if names.sources.contains(where: { $0.relation.map { SQLName.equal($0, table) } == true }) {
                return !(use.isOrder && names.outputs.contains { SQLName.equal($0, column) })
            }
            scope = names.parent
        }
        return false
    }

    /// Makes sure that nothing reads the column by its old name through a `SELECT *`, which shows the column by its new name
    /// after the rename.
    private func requireStarAtTheTop(
        _ column: String, of table: String, in query: QueryNames, _ view: View
    ) throws(SchemaError) {
        guard let at = query.scopes.firstIndex(where: { $0.showsAll(of: table) }) else { return }
        let reason = "view \(view.name), by its *"
        guard query.scopes.count == 1, at == 0 else { throw .columnInUse(column, table: table, by: [reason]) }
        let readers = views(containingWord: view.name)
        for reader in readers where reader.name != view.name && reading(of: column, in: view.name, by: reader) != .none
        {
            throw .columnInUse(column, table: table, by: ["view \(reader.name), through the * of view \(view.name)"])
        }
        let passesOn = readers.contains { reader in
            reader.query.texts.contains { text in
                QueryNames(text).scopes.contains { $0.showsAll(of: view.name) || $0.joins(view.name, by: column) }
            }
        }
        if passesOn { throw .columnInUse(column, table: table, by: [reason + ", which another view passes on"]) }
    }

    /// Rewrites the views for a table that is about to be renamed.
    mutating func renameInViews(table old: String, to new: String) throws(SchemaError) {
        for view in views(containingWord: old) {
            let query = try view.query.mapping { text throws(SchemaError) in
                try Schema.renaming(table: old, to: new, in: text, view)
            }
            if query != view.query { replace(View(view.name, as: query)) }
        }
    }

    private static func renaming(
        table old: String, to new: String, in text: String, _ view: View
    ) throws(SchemaError) -> String {
        let query = QueryNames(text)
        guard query.reads(old) else { return text }
        let names = query.scopes.flatMap(\.sources).filter(\.hasAlias).map(\.name)
        guard !query.defined.contains(SQLName.folded(new)), !names.contains(where: { SQLName.equal($0, new) }) else {
            throw .tableInUse(old, by: ["view \(view.name), where \(new) is another relation"])
        }
        var edits: [Int: String] = [:]
        for source in query.scopes.flatMap(\.sources) where source.relation.map({ SQLName.equal($0, old) }) == true {
            edits[source.place] = SQLText.identifier(new)
        }
        for use in query.uses {
            guard let qualifier = use.qualifier, query.tokens[qualifier].names(old) else { continue }
            if query.names(of: old, qualify: use) { edits[qualifier] = SQLText.identifier(new) }
        }
        for at in query.qualifiersOfStars(old) { edits[at] = SQLText.identifier(new) }
        return query.text(replacing: edits)
    }

    /// Returns the view with an explicit name for every column of the result that is one of `columns`. A later rename of the
    /// column in place then leaves that name alone.
    func pinned(_ view: View, _ columns: [String], of table: String) -> View {
        View(view.name, as: view.query.mapTexts { pinned($0, columns, of: table) })
    }

    private func pinned(_ text: String, _ columns: [String], of table: String) -> String {
        let query = QueryNames(text)
        var edits: [Int: String] = [:]
        for use in query.uses where use.isBareOutput {
            guard let column = columns.first(where: query.tokens[use.place].names),
                case .source(let source) = meaning(of: use, column, in: query),
                source.relation.map({ SQLName.equal($0, table) }) == true
            else { continue }
            edits[use.place] = "\(query.tokens[use.place].text) AS \(SQLText.identifier(column))"
        }
        return query.text(replacing: edits)
    }
}

extension QueryNames {
    /// Returns whether the use's qualifier is the relation's own name, and not an alias.
    fileprivate func names(of relation: String, qualify use: Use) -> Bool {
        var scope: Int? = use.scope
        while let at = scope {
            if let source = scopes[at].sources.first(where: { SQLName.equal($0.name, relation) }) {
                return !source.hasAlias && source.relation != nil
            }
            scope = scopes[at].parent
        }
        return false
    }

    /// Returns the positions of `t` in `t.*`, where `t` is the relation itself.
    fileprivate func qualifiersOfStars(_ relation: String) -> [Int] {
        let solid = tokens.indices.filter { !tokens[$0].isBlank }
        return solid.indices.dropFirst().dropLast().compactMap { at in
            let isStar = tokens[solid[at]].isSymbol(".") && tokens[solid[at + 1]].isSymbol("*")
            guard isStar, tokens[solid[at - 1]].names(relation) else { return nil }
            let isAlias = scopes.flatMap(\.sources).contains { $0.hasAlias && SQLName.equal($0.name, relation) }
            return isAlias ? nil : solid[at - 1]
        }
    }
}

extension SQLExpression {
    /// Returns the same expression with each text edited.
    fileprivate func mapping(_ edit: (String) throws(SchemaError) -> String) throws(SchemaError) -> SQLExpression {
        switch self {
        case .sql(let text): .sql(try edit(text))
        case .native(let sqlite, let postgresql): .native(sqlite: try edit(sqlite), postgresql: try edit(postgresql))
        }
    }
}

extension View {
    /// Whether the view's columns or joins depend on all columns that its tables have when the view is made: `SELECT *`, a
    /// natural join. PostgreSQL writes these columns out at that moment.
    package var dependsOnAllColumns: Bool {
        query.texts.contains { text in
            QueryNames(text).scopes.contains { $0.hasStar || !$0.starsOf.isEmpty || $0.isNatural }
        }
    }
}
