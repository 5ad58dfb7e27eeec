/// One SELECT or VALUES in SQLite's words, before it is combined with others.
struct PostgreSQLSelect {
    typealias Piece = PostgreSQLExpressionTranslation.Piece

    struct Result {
        var name: String
        var piece: Piece
        /// The words of SQL that SQLite writes in place of the result's name.
        var weight = 1
    }

    /// A term of ORDER BY.
    struct Order {
        var sql: String
        /// Whether SQLite sorts in the same order. It sorts texts by their bytes, PostgreSQL by a collation.
        var isSame: Bool

        /// NULL comes last in PostgreSQL and first in SQLite, unless the query says otherwise.
        init(_ piece: Piece, _ order: QueryTree.Order) {
            let nullsFirst = order.nullsFirst ?? order.isDescending
            sql = (piece.scaled?.sql ?? piece.sql) + (order.isDescending ? " DESC" : "")
            sql += nullsFirst ? " NULLS FIRST" : " NULLS LAST"
            isSame = !piece.isOrderedByCollation && piece.kind != .json
            if case .foreign = piece.kind { isSame = false }
        }
    }

    var isDistinct = false
    var results: [Result] = []
    /// The text from FROM on.
    var tail = ""
    /// The rows of VALUES; empty for a SELECT.
    var rows: [[Piece]] = []
    var order: [Order] = []
    /// The number of each row among those of which DISTINCT ON keeps the first, and its place among all rows.
    var first: (number: String, place: String?)?

    var sql: String {
        guard rows.isEmpty else {
            return "VALUES \(rows.map { "(\($0.map(\.sql).joined(separator: ", ")))" }.joined(separator: ", "))"
        }
        let list = results.map { "\($0.piece.sql) AS \(SQLText.identifier($0.name))" }
        if let first { return kept(first, of: list.joined(separator: ", ")) }
        return "SELECT \(isDistinct ? "DISTINCT " : "")\(list.joined(separator: ", "))\(tail)"
    }

    /// Returns the SELECT with the first row of each group only, in the order of their places.
    private func kept(_ first: (number: String, place: String?), of list: String) -> String {
        let (number, place) = (SQLText.identifier("row number"), SQLText.identifier("row place"))
        let placed = first.place.map { ", \($0) AS \(place)" } ?? ""
        return
            "SELECT \(SQLText.identifiers(results.map(\.name))) FROM (SELECT \(list), \(first.number) AS \(number)\(placed)\(tail)) "
            + "WHERE \(number) = 1\(first.place == nil ? "" : " ORDER BY \(place)")"
    }
}

extension PostgreSQLExpressionTranslation {
    func select(
        _ core: QueryTree.Core, _ order: [QueryTree.Order]
    ) throws(Untranslatable) -> PostgreSQLSelect {
        switch core {
        case .select(let select): return try self.select(select, order)
        case .values(let rows):
            var select = PostgreSQLSelect()
            for row in rows {
                var pieces: [Piece] = []
                for tree in row { pieces.append(try piece(tree)) }
                select.rows.append(pieces)
            }
            guard let first = select.rows.first, select.rows.allSatisfy({ $0.count == first.count }) else {
                throw Untranslatable("its VALUES have different numbers of columns")
            }
            for column in first.indices {
                let pieces = try unified(select.rows.map { $0[column] })
                for at in select.rows.indices { select.rows[at][column] = pieces[at] }
                let known = pieces.first { $0.kind != .null } ?? pieces[0]
                select.results.append(.init(name: "column\(column + 1)", piece: known))
            }
            return select
        }
    }

    private func select(
        _ select: QueryTree.Select, _ order: [QueryTree.Order]
    ) throws(Untranslatable) -> PostgreSQLSelect {
        var texts: [String] = []
        let relations = try relations(of: select.sources, &texts)
        var inside = self
        inside.scopes.insert(relations, at: 0)
        try Self.requireNames(inside.scopes.joined().compactMap(\.name))
        var made = PostgreSQLSelect(isDistinct: select.isDistinct)
        if !select.sources.isEmpty { made.tail = " FROM \(try inside.joined(select.sources, &texts))" }
        if let condition = select.condition { made.tail += " WHERE \(try inside.condition(condition))" }
        if !select.groups.isEmpty { made.tail += " GROUP BY \(try inside.grouped(select.groups))" }
        if let having = select.having { made.tail += " HAVING \(try inside.condition(having))" }
        var windows: [String] = []
        for (name, window) in select.windows {
            windows.append("\(SQLText.identifier(name)) AS (\(try inside.rendered(window)))")
        }
        if !windows.isEmpty { made.tail += " WINDOW \(windows.joined(separator: ", "))" }
        for result in select.results { made.results += try inside.results(result) }
        for at in made.results.indices { made.results[at].weight = inside.weight(of: made.results[at].piece.sql) }
        for term in order { made.order.append(try inside.order(term, made.results)) }
        noteOrder(made.order)
        if !select.distinctOn.isEmpty { try inside.keepFirst(of: select.distinctOn, in: &made) }
        return made
    }

    /// Adds what keeps the first row of each group that `DISTINCT ON` makes, in the query's order.
    private func keepFirst(of groups: [ExpressionTree], in select: inout PostgreSQLSelect) throws(Untranslatable) {
        guard select.order.allSatisfy(\.isSame) else {
            throw Untranslatable("DISTINCT ON keeps the first of texts that are sorted by the database's collation")
        }
        let order = select.order.isEmpty ? "" : " ORDER BY \(select.order.map(\.sql).joined(separator: ", "))"
        select.first = (
            number: "row_number() OVER (PARTITION BY \(try grouped(groups))\(order))",
            place: order.isEmpty ? nil : "row_number() OVER (\(order.dropFirst()))"
        )
        select.order = []
    }

    private func results(_ result: QueryTree.Result) throws(Untranslatable) -> [PostgreSQLSelect.Result] {
        switch result {
        case .expression(let tree, let alias, let text): return [try self.result(tree, alias, text)]
        case .all(let qualifier):
            var results: [PostgreSQLSelect.Result] = []
            for relation in scopes[0] where qualifier == nil || relation.name == qualifier {
                for column in relation.columns {
                    results.append(.init(name: column.name, piece: piece(column, of: relation)))
                }
            }
            return results
        }
    }

    private func result(
        _ tree: ExpressionTree, _ alias: String?, _ text: String
    ) throws(Untranslatable) -> PostgreSQLSelect.Result {
        let piece = shown(try piece(tree))
        return .init(name: alias ?? tree.columnName ?? text, piece: piece)
    }

    /// - Throws: `Untranslatable` if equal values may have several texts here, as `1.0` and `1.00`.
    func requireOneText(_ piece: Piece) throws(Untranslatable) {
        guard !piece.isDecimal || piece.scaled != nil, piece.kind != .quotient, piece.kind != .shaped(.interval) else {
            throw Untranslatable("it groups or sorts by intervals, by averages, or by decimals of any number of digits")
        }
        guard piece.kind != .json else { throw Untranslatable("it groups or sorts by JSON") }
        if case .foreign(let type) = piece.kind, !Self.isWrittenInOneWay(type) {
            throw Untranslatable("it groups or sorts by values of the type \(type)")
        }
    }

    private func grouped(_ groups: [ExpressionTree]) throws(Untranslatable) -> String {
        var terms: [String] = []
        for tree in groups {
            let piece = try piece(tree)
            guard !tree.isConstant else { throw Untranslatable("it groups by a constant") }
            try requireOneText(piece)
            terms.append(piece.sql)
        }
        return terms.joined(separator: ", ")
    }

    /// Translates a term of ORDER BY: an expression, or the name or number of a result.
    private func order(
        _ term: QueryTree.Order, _ results: [PostgreSQLSelect.Result]
    ) throws(Untranslatable) -> PostgreSQLSelect.Order {
        if case .number(let text) = term.term, let number = Int(text), results.indices.contains(number - 1) {
            return .init(results[number - 1].piece, term)
        }
        let piece = try piece(term.term)
        guard piece.kind != .quotient else { return .init(shown(piece), term) }
        try requireOneText(piece)
        if case .foreign(let type) = piece.kind { throw Untranslatable("it sorts by values of the type \(type)") }
        return .init(piece, term)
    }

    // MARK: FROM

    /// Returns the relations that FROM names, and adds the text of each to `texts`.
    private func relations(
        of sources: [QueryTree.Source], _ texts: inout [String]
    ) throws(Untranslatable) -> [PostgreSQLRelation] {
        var found: [PostgreSQLRelation] = []
        for source in sources {
            switch source.content {
            case .table(let name):
                guard var relation = relations[name] ?? relations[SQLName.folded(name)], let table = relation.name
                else {
                    throw Untranslatable("it reads \(name), which is not transferred")
                }
                let quoted = SQLText.identifier(table)
                relation.name = source.alias ?? table
                if relation.isHeavy {
                    texts.append("\(Self.computed(quoted)) AS \(SQLText.identifier(source.alias ?? table))")
                    relation.weights = [:]
                } else {
                    texts.append(source.alias.map { "\(quoted) AS \(SQLText.identifier($0))" } ?? quoted)
                }
                found.append(relation)
            case .query(let query):
                let rows = try rows(of: query)
                let name = source.alias ?? "query \(texts.count + 1)"
                var relation = rows.relation(name)
                let text = "(\(rows.sql))"
                texts.append("\(relation.isHeavy ? Self.computed(text) : text) AS \(SQLText.identifier(name))")
                if relation.isHeavy { relation.weights = [:] }
                found.append(relation)
            case .joined(let inner):
                guard source.alias == nil else { throw Untranslatable("it gives an alias to a join in parentheses") }
                found += try relations(of: inner, &texts)
            }
        }
        return found
    }

    /// Returns a relation whose rows SQLite computes before it reads them. In any other relation SQLite replaces the names of
    /// columns by their expressions, which would grow with each view over another view
    /// (https://www.sqlite.org/optoverview.html, 11: a subquery with an OFFSET is not flattened).
    private static func computed(_ relation: String) -> String { "(SELECT * FROM \(relation) LIMIT -1 OFFSET 0)" }

    /// Returns the text of FROM. `texts` loses those of the relations that it contains.
    private func joined(
        _ sources: [QueryTree.Source], _ texts: inout [String]
    ) throws(Untranslatable) -> String {
        var sql = ""
        for source in sources {
            if !sql.isEmpty { sql += " \(source.joinWord) " }
            if case .joined(let inner) = source.content {
                sql += "(\(try joined(inner, &texts)))"
            } else {
                sql += texts.removeFirst()
            }
            if let on = source.on { sql += " ON \(try condition(on))" }
            if !source.using.isEmpty {
                for name in source.using { try requireAlike(name) }
                sql += " USING (\(SQLText.identifiers(source.using)))"
            }
        }
        return sql
    }

    /// - Throws: `Untranslatable` unless the columns of this name, by which USING joins, are equal in both databases if they are so here.
    private func requireAlike(_ name: String) throws(Untranslatable) {
        let pieces = scopes[0].compactMap { relation in relation.find(name).map { piece($0, of: relation) } }
        guard let first = pieces.first else { return }
        for piece in pieces {
            try requireOneText(piece)
            let isSame = piece.kind == first.kind && piece.scaled?.scale == first.scaled?.scale
            let areNumbers = [piece, first].allSatisfy { $0.kind == .integer || $0.kind == .real }
            guard isSame && piece.isCaseless == first.isCaseless || areNumbers else {
                throw Untranslatable("USING (\(name)) compares columns of different types")
            }
        }
    }
}

extension QueryTree.Source {
    fileprivate var joinWord: String {
        switch join {
        case .inner: on == nil && using.isEmpty ? "CROSS JOIN" : "JOIN"
        case .left: "LEFT JOIN"
        case .right: "RIGHT JOIN"
        case .full: "FULL JOIN"
        }
    }
}
