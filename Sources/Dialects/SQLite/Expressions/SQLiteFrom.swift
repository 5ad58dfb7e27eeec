// FROM: what a SELECT reads, and how it is joined (https://www.sqlite.org/lang_select.html, section 2.1).

extension SQLiteExpressionTranslation {
    /// FROM in PostgreSQL's SQL, and the equalities that its joins demand.
    struct Sources {
        var sql = ""
        var everywhere: [SQLiteDependencies.Condition] = []
        /// The equalities of each LEFT JOIN, by the place of the relation that it adds.
        var optional: [Int: SQLiteDependencies.Condition] = [:]
    }

    /// Returns the scope of a SELECT over these sources, and each source's text.
    func scope(of sources: [QueryTree.Source]) throws(Untranslatable) -> (scope: SQLiteScope, texts: [String]) {
        var scope = SQLiteScope()
        var texts: [String] = []
        try add(sources, to: &scope, &texts)
        return (scope, texts)
    }

    /// Adds each relation in the order in which FROM names them, and its text.
    private func add(
        _ sources: [QueryTree.Source], to scope: inout SQLiteScope, _ texts: inout [String]
    ) throws(Untranslatable) {
        for source in sources {
            let before = scope.relations.count
            switch source.content {
            case .table(let name):
                guard var relation = relations[SQLName.folded(name)] else {
                    throw Untranslatable("it reads \(name), which is not transferred")
                }
                let table = SQLText.identifier(relation.name)
                relation.name = source.alias ?? relation.name
                let alias = SQLText.identifier(relation.name)
                texts.append(alias == table ? table : "\(table) AS \(alias)")
                scope.relations.append(relation)
            case .query(let query):
                let rows = try rows(of: query)
                let name = source.alias ?? "query \(texts.count + 1)"
                texts.append("(\(rows.sql)) AS \(SQLText.identifier(name))")
                var relation = SQLiteRelation(name, rows.columns)
                if let key = rows.key { relation.keys = [key] }
                scope.relations.append(relation)
            case .joined(let inner):
                guard source.alias == nil else { throw Untranslatable("it gives an alias to a join in parentheses") }
                try add(inner, to: &scope, &texts)
            }
            try merge(source, before, &scope)
        }
    }

    /// USING and NATURAL merge columns; the merged column is read from the first table that has it.
    private func merge(_ source: QueryTree.Source, _ at: Int, _ scope: inout SQLiteScope) throws(Untranslatable) {
        for name in try shared(source, at, scope) {
            guard source.join == .inner || source.join == .left else {
                throw Untranslatable("it uses USING or NATURAL in a RIGHT or FULL join")
            }
            guard let owner = scope.relations[..<at].firstIndex(where: { $0.find(name) != nil }) else { continue }
            let conversions = [owner, at].map { scope.relations[$0].find(name)?.conversion }
            guard conversions[0] == conversions[1], conversions[0]?.keepsOrder != false else {
                throw Self.unlikeSource(name)
            }
            scope.merged[name, default: [owner]].insert(at)
        }
        let isOptional = source.join == .left || source.join == .full
        for relation in scope.relations.indices where relation >= at ? isOptional : source.join.mayMissLeft {
            for column in scope.relations[relation].columns.indices {
                scope.relations[relation].columns[column].isNullable = true
            }
        }
    }

    /// Returns the columns that USING or NATURAL compares, as folded names.
    private func shared(
        _ source: QueryTree.Source, _ at: Int, _ scope: SQLiteScope
    ) throws(Untranslatable) -> [String] {
        guard source.isNatural else { return source.using.map(SQLName.folded) }
        guard at < scope.relations.count, case .joined = source.content else {
            let left = scope.relations[..<at].flatMap(\.shownColumns).map { SQLName.folded($0.name) }
            return scope.relations[at].shownColumns.map { SQLName.folded($0.name) }.filter(left.contains)
        }
        throw Untranslatable("it uses NATURAL with a join in parentheses")
    }

    /// Renders FROM; `scopes[0]` holds its relations.
    func rendered(_ sources: [QueryTree.Source], _ texts: [String]) throws(Untranslatable) -> Sources {
        var result = Sources()
        var next = 0
        result.sql = try joined(sources, texts, &next, &result)
        if sources.contains(where: { $0.join == .right || $0.join == .full }) {
            (result.everywhere, result.optional) = ([], [:])
        }
        return result
    }

    private func joined(
        _ sources: [QueryTree.Source], _ texts: [String], _ next: inout Int, _ result: inout Sources
    ) throws(Untranslatable) -> String {
        var sql = ""
        for (place, source) in sources.enumerated() {
            let at = next
            var item = ""
            if case .joined(let inner) = source.content {
                var inside = Sources()
                item = try joined(inner, texts, &next, &inside)
                if inner.count > 1 { item = "(\(item))" }
            } else {
                item = texts[next]
                next += 1
            }
            guard place > 0 else {
                sql = item
                continue
            }
            let condition = try condition(of: source, at, &result)
            switch (source.join, condition) {
            case (.inner, nil): sql += " CROSS JOIN \(item)"
            case (_, let condition): sql += " \(source.join.word) \(item) ON \(condition ?? "true")"
            }
        }
        return sql
    }

    /// Renders the condition of a join, and stores the equalities that it demands in `result`.
    private func condition(
        of source: QueryTree.Source, _ at: Int, _ result: inout Sources
    ) throws(Untranslatable) -> String? {
        var tree = source.on
        for name in try shared(source, at, scopes[0]) {
            guard let owner = scopes[0].merged[name]?.min() else { continue }
            let equality = ExpressionTree.binary(
                .compare(.equal), .column(of: scopes[0].relations[owner].name, name),
                .column(of: scopes[0].relations[at].name, name))
            tree = tree.map { .binary(.and, $0, equality) } ?? equality
        }
        guard let tree else { return nil }
        switch source.join {
        case .inner: result.everywhere.append(equalities(tree))
        case .left: result.optional[at] = equalities(tree)
        case .right, .full: break
        }
        return try filter(tree)
    }
}

extension QueryTree.Source.Join {
    fileprivate var mayMissLeft: Bool { self == .right || self == .full }

    fileprivate var word: String {
        switch self {
        case .inner: "JOIN"
        case .left: "LEFT JOIN"
        case .right: "RIGHT JOIN"
        case .full: "FULL JOIN"
        }
    }
}
