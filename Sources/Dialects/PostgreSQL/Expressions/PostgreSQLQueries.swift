// A view's query in SQLite's words: each column by its table's name, each NULL in PostgreSQL's order, each decimal exact.

extension PostgreSQLExpressionTranslation {
    /// A translated query, and the columns that it yields.
    struct Rows {
        var sql: String
        var columns: [Column]
        /// The number of words in the SQL of each column.
        var weights: [Int]

        /// Returns the rows as what a query around this one reads.
        func relation(_ name: String, columns names: [String] = []) -> PostgreSQLRelation {
            var columns = columns
            for (at, name) in names.enumerated() where at < columns.count { columns[at].name = name }
            var relation = PostgreSQLRelation(name, columns)
            relation.weights = Dictionary(zip(columns.map(\.name), weights), uniquingKeysWith: max)
            return relation
        }
    }

    /// Translates a view's query, as the server writes it.
    static func view(
        _ text: String, over relations: [NamedRelation], _ notes: PostgreSQLQueryNotes
    ) throws(Untranslatable) -> Rows {
        guard let query = PostgreSQLPhrase.query(of: text) else {
            throw Untranslatable("it is written in words that have no known counterpart")
        }
        var translation = PostgreSQLExpressionTranslation(columns: [])
        translation.notes = notes
        translation.effort.begin(text)
        for named in relations {
            var relation = PostgreSQLRelation(named.table.name, named.table.columns)
            relation.weights = named.weights
            translation.relations[named.table.name] = relation
        }
        return try translation.rows(of: query)
    }

    /// Translates a query.
    ///
    /// - Parameter wanted: The columns that a recursive query has according to its first SELECT.
    func rows(of query: QueryTree, wanting wanted: [Column]? = nil) throws(Untranslatable) -> Rows {
        var inside = self
        var named: [String] = []
        for part in query.named { named.append(try inside.add(part)) }
        var rows = try inside.united(query, wanting: wanted)
        if !named.isEmpty {
            rows.sql = "WITH \(query.isRecursive ? "RECURSIVE " : "")\(named.joined(separator: ", ")) \(rows.sql)"
        }
        return rows
    }

    /// Translates one of the queries of WITH, which the following queries can then read. The first SELECT of a recursive one
    /// determines its columns.
    private mutating func add(_ part: QueryTree.Named) throws(Untranslatable) -> String {
        func relation(_ rows: Rows) -> PostgreSQLRelation { rows.relation(part.name, columns: part.columns) }
        try Self.requireNames(relations.compactMap(\.value.name) + [part.name])
        var rows: Rows
        if part.query.cores.count > 1, part.query.cores.contains(where: { $0.reads(part.name) }) {
            let seed = QueryTree(named: part.query.named, cores: [part.query.cores[0]])
            let start = try self.rows(of: seed)
            relations[part.name] = relation(start)
            rows = try self.rows(of: part.query, wanting: start.columns)
        } else {
            rows = try self.rows(of: part.query)
        }
        let relation = relation(rows)
        try Self.requireNames(relation.columns.map(\.name))
        relations[part.name] = relation
        return "\(SQLText.identifier(part.name))(\(SQLText.identifiers(relation.columns.map(\.name)))) AS (\(rows.sql))"
    }

    /// Translates all SELECTs of a compound query, with one kind for each column, and adds ORDER BY and LIMIT.
    private func united(_ query: QueryTree, wanting wanted: [Column]?) throws(Untranslatable) -> Rows {
        let isAlone = query.cores.count == 1
        var parts: [PostgreSQLSelect] = []
        for core in query.cores { parts.append(try select(core, isAlone ? query.order : [])) }
        guard parts.allSatisfy({ $0.results.count == parts[0].results.count }) else {
            throw Untranslatable("its SELECTs have different numbers of columns")
        }
        for column in parts[0].results.indices where !isAlone {
            let pieces = combined(try unified(parts.map { $0.results[column].piece }))
            for at in parts.indices { parts[at].results[column].piece = pieces[at] }
        }
        if !isAlone || parts[0].isDistinct {
            for result in parts.flatMap(\.results) { try requireOneText(result.piece) }
        }
        // SQLite combines the SELECTs from left to right. PostgreSQL combines those of INTERSECT first, and writes parentheses.
        guard Set(query.operators).count < 2 || !query.operators.contains(.intersect) else {
            throw Untranslatable("it combines INTERSECT with other operators")
        }
        var sql = parts[0].sql
        for (at, part) in parts.enumerated().dropFirst() { sql += " \(query.operators[at - 1].rawValue) \(part.sql)" }
        let columns = parts[0].results.indices.map { at in
            let pieces = parts.map { $0.results[at].piece }
            return (pieces.first { $0.kind != .null } ?? pieces[0]).column(named: parts[0].results[at].name)
        }
        try Self.requireNames(columns.map(\.name))
        let weights = parts[0].results.indices.map { at in parts.map { $0.results[at].weight }.max() ?? 1 }
        if let wanted, zip(wanted, columns).contains(where: { $0.type != $1.type }) {
            throw Untranslatable("its recursive SELECT changes the type of a column")
        }
        let order = isAlone ? parts[0].order : try order(query.order, of: parts[0].results)
        if !order.isEmpty { sql += " ORDER BY \(order.map(\.sql).joined(separator: ", "))" }
        return Rows(sql: sql + (try limit(query, order)), columns: columns, weights: weights)
    }

    /// Returns a column of a compound query: it ignores case only if it does so in each SELECT.
    private func combined(_ pieces: [Piece]) -> [Piece] {
        guard pieces.contains(where: { $0.kind == .text && !$0.isCaseless && $0.literal == nil }) else { return pieces }
        return pieces.map(bare)
    }

    /// Translates the ORDER BY of a compound query, whose terms are columns of its result.
    private func order(
        _ terms: [QueryTree.Order], of results: [PostgreSQLSelect.Result]
    ) throws(Untranslatable) -> [PostgreSQLSelect.Order] {
        var order: [PostgreSQLSelect.Order] = []
        for term in terms {
            var at: Int?
            if case .number(let text) = term.term { at = Int(text).map { $0 - 1 } }
            if case .name(let name, _) = term.term {
                at = results.firstIndex { $0.name == name || $0.name == SQLName.folded(name) }
            }
            guard let at, results.indices.contains(at), !results[at].piece.isDecimal else {
                throw Untranslatable("its SELECTs are sorted together by something that SQLite can't sort by")
            }
            var piece = results[at].piece
            piece.sql = String(at + 1)
            order.append(.init(piece, term))
        }
        noteOrder(order)
        return order
    }

    func noteOrder(_ order: [PostgreSQLSelect.Order]) {
        if !order.allSatisfy(\.isSame) { notes?.sortsTexts = true }
    }

    /// LIMIT keeps the first rows, so their order has to be the same.
    private func limit(_ query: QueryTree, _ order: [PostgreSQLSelect.Order]) throws(Untranslatable) -> String {
        guard query.limit != nil || query.offset != nil else { return "" }
        if order.contains(where: { !$0.isSame }) {
            throw Untranslatable("it keeps the first rows of texts that are sorted by the database's collation")
        }
        var sql = " LIMIT -1"
        if let limit = query.limit { sql = " LIMIT \(try piece(limit).sql)" }
        if let offset = query.offset { sql += " OFFSET \(try piece(offset).sql)" }
        return sql
    }

    // MARK: Queries as values

    /// Translates a query that stands for the only value of its only row.
    func value(of query: QueryTree) throws(Untranslatable) -> Piece {
        let rows = try rows(of: query)
        guard rows.columns.count == 1 else { throw Untranslatable("it compares rows") }
        let scope = PostgreSQLRelation(nil, rows.columns)
        var inside = self
        inside.scopes = [[scope]]
        var piece = try inside.column(rows.columns[0].name)
        piece.sql = "(\(rows.sql))"
        if piece.isCaseless { piece.sql = "(\(piece.sql) COLLATE NOCASE)" }
        piece.scaled = piece.scaled.flatMap { ScaledInteger(column: piece.sql, precision: 18, scale: $0.scale) }
        return piece
    }

    func isIn(_ operand: ExpressionTree, _ query: QueryTree, negated: Bool) throws(Untranslatable) -> Piece {
        let (left, right) = (try piece(operand), try value(of: query))
        guard left.kind == right.kind, !left.isDecimal else {
            throw Untranslatable("IN compares values of different types, or decimals")
        }
        try requireOneText(left)
        // The left side decides how SQLite compares. The server does not write down that it compares citext with text as text.
        let side = left.isCaseless && !right.isCaseless ? bare(left) : left
        let rows = "(\(try self.rows(of: query).sql))"
        return Piece("(\(side.sql) \(negated ? "NOT IN" : "IN") \(rows))", .boolean)
    }
}
