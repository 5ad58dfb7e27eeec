// A single SELECT in PostgreSQL's words: every name in full, and every value in the kind that its column has there.

extension SQLiteExpressionTranslation {
    /// One SELECT or VALUES, before it is combined with others.
    struct Part {
        struct Result {
            var name: String
            var piece: Piece
            /// The collation of the result; `nil` if none was declared or named.
            var collation: Collation?
            /// Whether the result is a column, which compares by bytes if no collation was declared.
            var isOfColumn = false
        }

        var isDistinct = false
        var results: [Result]
        /// Terms that the SELECT yields behind its results, for an ORDER BY around it.
        var hidden: [String] = []
        /// The text from FROM on.
        var tail = ""
        /// The rows of VALUES; empty for a SELECT.
        var rows: [[Piece]] = []
        /// The terms of ORDER BY, if this SELECT is the whole query.
        var order: [String] = []
        /// The names of the results that the rows are grouped by; `nil` unless all terms of GROUP BY are shown.
        var key: Set<String>?

        var sql: String {
            guard rows.isEmpty else {
                let list = rows.map { "(\($0.map(\.sql).joined(separator: ", ")))" }
                return "VALUES \(list.joined(separator: ", "))"
            }
            let list = results.map { result in
                let name = SQLText.identifier(result.name)
                return result.piece.sql.hasSuffix(".\(name)") ? result.piece.sql : "\(result.piece.sql) AS \(name)"
            }
            return "SELECT \(isDistinct ? "DISTINCT " : "")\((list + hidden).joined(separator: ", "))\(tail)"
        }

        /// Decides how caseless columns are shown: as the columns themselves, or as the texts that other expressions compute
        /// with.
        mutating func settle(showsOwn: Bool) {
            for at in results.indices {
                guard showsOwn, let own = results[at].piece.own else {
                    results[at].piece.own = nil
                    continue
                }
                results[at].piece.sql = own.sql
            }
        }
    }

    func part(
        _ core: QueryTree.Core, _ order: [QueryTree.Order], isAlone: Bool
    ) throws(Untranslatable) -> Part {
        switch core {
        case .select(let select): return try part(select, isAlone && !select.isDistinct ? order : [])
        case .values(let rows):
            var list: [[Piece]] = []
            for row in rows {
                var pieces: [Piece] = []
                for tree in row { pieces.append(try piece(tree)) }
                list.append(pieces)
            }
            guard let first = list.first, list.allSatisfy({ $0.count == first.count }) else {
                throw Untranslatable("its VALUES have different numbers of columns")
            }
            var part = Part(
                results: first.enumerated().map { Part.Result(name: "column\($0.offset + 1)", piece: $0.element) })
            part.rows = list
            var parts = [part]
            try unify(&parts, wanting: nil)
            return parts[0]
        }
    }

    func part(_ select: QueryTree.Select, _ order: [QueryTree.Order]) throws(Untranslatable) -> Part {
        let (scope, texts) = try scope(of: select.sources)
        var inside = self
        inside.scopes.insert(scope, at: 0)
        let sources = try inside.rendered(select.sources, texts)
        let shown = try inside.shown(select.results)
        for result in shown {
            if let alias = result.alias { inside.scopes[0].aliases[SQLName.folded(alias)] = result.tree }
        }
        var tail = select.sources.isEmpty ? "" : " FROM \(sources.sql)"
        if let condition = select.condition { tail += " WHERE \(try inside.filter(condition))" }
        var grouping = try inside.grouping(select, shown.map(\.tree))
        inside.scopes[0].groups = Set(grouping.texts)
        var body = try inside.body(select, shown, order)
        if !grouping.texts.isEmpty || !body.uses.aggregates.isEmpty {
            let conditions = sources.everywhere + (select.condition.map { [inside.equalities($0)] } ?? [])
            let dependencies = SQLiteDependencies(
                grouped: grouping.places, scope.relations, everywhere: conditions, optional: sources.optional)
            let found = inside.ungrouped(body.uses.places, grouped: grouping.places, dependencies)
            grouping.texts += found.added.map(inside.sql)
            if let strange = found.strange.first {
                guard let first = try inside.pickedOrder(body.uses.aggregates) else {
                    throw Untranslatable(
                        "it selects \(inside.rendered(strange)), of which a group may hold several values, and shows any of them"
                    )
                }
                inside.scopes[0].picked = (Set(found.strange), first)
                body = try inside.body(select, shown, order)
            }
        }
        let shownGroups = body.results.filter { inside.scopes[0].groups.contains($0.piece.sql) }
        let isKeyed = !inside.scopes[0].groups.isEmpty && Set(shownGroups.map(\.piece.sql)) == inside.scopes[0].groups
        if !grouping.texts.isEmpty { tail += " GROUP BY \(grouping.texts.joined(separator: ", "))" }
        return Part(
            isDistinct: select.isDistinct, results: body.results, tail: tail + body.having + body.windows,
            order: body.order,
            key: isKeyed ? Set(shownGroups.map { SQLName.folded($0.name) }) : nil)
    }

    /// A result that the SELECT shows, and its name.
    private struct Shown {
        var tree: ExpressionTree
        var alias: String?
        var name: String
    }

    /// Returns the results with `*` written out. No two of them have the same name: SQLite calls the second one `id:1`.
    private func shown(_ results: [QueryTree.Result]) throws(Untranslatable) -> [Shown] {
        var list: [Shown] = []
        for result in results {
            switch result {
            case .expression(let tree, let alias, let text):
                list.append(Shown(tree: tree, alias: alias, name: alias ?? sense(of: tree)?.name ?? text))
            case .all(let name):
                let relations = scopes[0].relations.indices.filter { at in
                    name.map { SQLName.equal($0, scopes[0].relations[at].name) } ?? true
                }
                guard !relations.isEmpty else { throw Untranslatable("it selects * from \(name ?? "nothing")") }
                for at in relations {
                    let relation = scopes[0].relations[at]
                    for column in relation.shownColumns {
                        let merged = scopes[0].merged[SQLName.folded(column.name)] ?? []
                        if name == nil, merged.contains(at), merged.min() != at { continue }
                        list.append(
                            Shown(tree: .column(of: relation.name, column.name), alias: nil, name: column.name))
                    }
                }
            }
        }
        var taken: Set<String> = []
        for at in list.indices {
            let name = Self.cut(list[at].name, to: 63)
            var candidate = name
            var number = 0
            while !taken.insert(SQLName.folded(candidate)).inserted {
                number += 1
                candidate = "\(Self.cut(name, to: 58)):\(number)"
            }
            list[at].name = candidate
        }
        return list
    }

    /// Cuts a name to a number of bytes. PostgreSQL's names have at most 63 bytes.
    private static func cut(_ name: String, to count: Int) -> String {
        var name = name
        while name.utf8.count > count { name.removeLast() }
        return name
    }

    /// Returns the terms of GROUP BY in PostgreSQL's words, and those of them that are columns.
    private func grouping(
        _ select: QueryTree.Select, _ results: [ExpressionTree]
    ) throws(Untranslatable) -> (texts: [String], places: Set<SQLiteScope.Place>) {
        var texts: [String] = []
        var places: Set<SQLiteScope.Place> = []
        for var tree in select.groups {
            if case .number(let text) = tree, let number = Int(text) {
                guard results.indices.contains(number - 1) else {
                    throw Untranslatable("it groups by a column that does not exist")
                }
                tree = results[number - 1]
            } else if case .name(let name, _) = tree, found(name) == nil,
                let alias = scopes[0].aliases[SQLName.folded(name)]
            {
                tree = alias
            }
            let piece = try sorting(tree)
            let isCaseless = try isCaseless(tree)
            guard piece.kind != .text || !isCaseless else {
                throw Untranslatable(
                    "it groups by \(sense(of: tree)?.name ?? "a text"), whose texts are equal here without regard to case, and shows any of them"
                )
            }
            // To SQLite a constant makes one group of all rows; PostgreSQL would read a number as a column's position.
            guard !tree.isConstant else { throw Untranslatable("it groups by a constant") }
            if let place = groupedPlace(tree) { places.insert(place) }
            if !texts.contains(piece.sql) { texts.append(piece.sql) }
            // 5 and '5' are two groups.
            if case .condition(let condition)? = piece.numberTest { texts.append("coalesce(\(condition), false)") }
        }
        return (texts, places)
    }

    /// The parts of a SELECT before FROM and after GROUP BY, and the columns and aggregates that they use.
    private struct Body {
        var results: [Part.Result] = []
        var having = ""
        var windows = ""
        var order: [String] = []
        let uses = SQLiteColumnUses()
    }

    private func body(
        _ select: QueryTree.Select, _ shown: [Shown], _ order: [QueryTree.Order]
    ) throws(Untranslatable) -> Body {
        var body = Body()
        var inside = self
        inside.scopes[0].uses = body.uses
        var plain = inside
        plain.scopes[0].aliases = [:]
        for result in shown {
            body.results.append(
                Part.Result(
                    name: result.name, piece: try plain.shown(result.tree),
                    collation: plain.collation(of: result.tree), isOfColumn: plain.isOfColumn(result.tree)))
        }
        if let having = select.having { body.having = " HAVING \(try inside.condition(having))" }
        var windows: [String] = []
        for (name, window) in select.windows {
            windows.append("\(SQLText.identifier(name)) AS (\(try inside.rendered(window)))")
        }
        if !windows.isEmpty { body.windows = " WINDOW \(windows.joined(separator: ", "))" }
        for term in order {
            // In ORDER BY the alias of a result takes precedence over a column, and a number is a result's position.
            var tree = term.term
            if case .number(let text) = tree, let number = Int(text), shown.indices.contains(number - 1) {
                tree = shown[number - 1].tree
            } else if case .name(let name, _) = tree,
                let result = shown.first(where: { $0.alias.map { SQLName.equal($0, name) } ?? false })
            {
                tree = result.tree
            } else if case .collated(.name(let name, _), let collation) = tree,
                let result = shown.first(where: { $0.alias.map { SQLName.equal($0, name) } ?? false })
            {
                tree = .collated(result.tree, collation)
            }
            guard !tree.isConstant else { continue }
            body.order.append(try inside.ordered(try inside.sorting(tree), inside.isCaseless(tree), term))
        }
        return body
    }
}
