// Queries in PostgreSQL's words: compound SELECTs, ORDER BY and LIMIT.

extension SQLiteExpressionTranslation {
    /// A translated query.
    struct Rows {
        var sql: String
        var columns: [ColumnSense]
        /// The folded names of columns that together identify a row; `nil` if none are known.
        var key: Set<String>?
        /// Whether the query reads the current time, so that it yields other rows each time.
        var asksForTime = false
    }

    /// Translates a view's query, and returns it with the columns that it yields.
    static func view(_ text: String, over relations: [NamedRelation]) throws(Untranslatable) -> Rows {
        guard let query = SQLiteExpressionParser.query(text) else {
            throw .unknownWords(in: text)
        }
        var translation = SQLiteExpressionTranslation(for: .view)
        translation.effort.begin(text)
        for relation in relations {
            translation.relations[SQLName.folded(relation.table.name)] = SQLiteRelation(relation)
        }
        var rows = try translation.rows(of: query, isView: true)
        rows.asksForTime = translation.notes.asksForTime
        return rows
    }

    /// Translates a query.
    ///
    /// - Parameter isView: Whether the query is that of the view itself. The view then shows columns that ignore case as the
    /// columns themselves, so that its readers compare them in the same way.
    func rows(
        of query: QueryTree, wanting kinds: [Kind]? = nil, isView: Bool = false
    ) throws(Untranslatable) -> Rows {
        var translation = self
        var named: [String] = []
        var isRecursive = false
        for part in query.named { named.append(try translation.add(part, &isRecursive)) }
        let with = named.isEmpty ? "" : "WITH \(isRecursive ? "RECURSIVE " : "")\(named.joined(separator: ", ")) "
        var rows = try translation.united(query, wanting: kinds, isView: isView)
        rows.sql = with + rows.sql
        return rows
    }

    /// Translates one of the queries of WITH, which the following queries can then read. A query that reads its own name is
    /// recursive: the SELECTs before the first such one determine its columns, and `isRecursive` is set.
    private mutating func add(_ part: QueryTree.Named, _ isRecursive: inout Bool) throws(Untranslatable) -> String {
        func named(_ rows: Rows) -> SQLiteRelation {
            var columns = rows.columns
            for (at, name) in part.columns.enumerated() where at < columns.count { columns[at].name = name }
            var relation = SQLiteRelation(part.name, columns)
            if part.columns.isEmpty, let key = rows.key { relation.keys = [key] }
            return relation
        }
        var rows: Rows
        let seeds = part.query.cores.prefix { !$0.reads(part.name) }
        if seeds.count < part.query.cores.count, !seeds.isEmpty {
            isRecursive = true
            var seed = part.query
            (seed.cores, seed.operators) = (Array(seeds), Array(part.query.operators.prefix(seeds.count - 1)))
            (seed.order, seed.limit, seed.offset) = ([], nil, nil)
            var inside = self
            let start = try inside.rows(of: seed)
            inside.relations[SQLName.folded(part.name)] = named(start)
            rows = try inside.rows(of: part.query, wanting: start.columns.map { Self.kind(of: $0.type) })
        } else {
            rows = try self.rows(of: part.query)
        }
        let relation = named(rows)
        relations[SQLName.folded(part.name)] = relation
        let columns = SQLText.identifiers(relation.columns.map(\.name))
        return "\(SQLText.identifier(part.name))(\(columns)) AS (\(rows.sql))"
    }

    /// Translates all SELECTs of a compound query, with one kind for each column, and adds ORDER BY and LIMIT.
    private func united(
        _ query: QueryTree, wanting kinds: [Kind]?, isView: Bool
    ) throws(Untranslatable) -> Rows {
        let isAlone = query.cores.count == 1
        var parts: [Part] = []
        for core in query.cores { parts.append(try part(core, query.order, isAlone: isAlone)) }
        guard parts.allSatisfy({ $0.results.count == parts[0].results.count }) else {
            throw Untranslatable("its SELECTs have different numbers of columns")
        }
        try requireSameConversions(parts)
        if query.operators.contains(where: { $0 != .unionAll }) { try requireOneKind(parts) }
        if kinds != nil || !isAlone { try unify(&parts, wanting: kinds) }
        let merges = parts.contains(where: \.isDistinct) || query.operators.contains { $0 != .unionAll }
        if merges, let merged = parts[0].results.first(where: { $0.piece.conversion?.keepsOrder == false }) {
            throw Self.unlikeSource(merged.name)
        }
        if merges {
            for result in parts.flatMap(\.results) where try isCaseless(result.collation) {
                throw Untranslatable("it compares \(result.name), whose texts are equal here without regard to case")
            }
        }
        for at in parts.indices { parts[at].settle(showsOwn: isView && query.showsRowsAsTheyAre) }
        if isAlone, parts[0].isDistinct { Self.tellNumbers(query, in: &parts[0]) }
        var sql = parts[0].sql
        // SQLite combines the SELECTs from left to right. PostgreSQL combines those of INTERSECT first.
        let isNested = query.operators.count > 1 && query.operators.contains(.intersect)
        for (at, part) in parts.enumerated().dropFirst() {
            sql = "\(isNested && at > 1 ? "(\(sql))" : sql) \(query.operators[at - 1].rawValue) \(part.sql)"
        }
        if !query.order.isEmpty {
            let isFree = isAlone && !parts[0].isDistinct
            sql = isFree ? sql + ordered(parts[0].order) : try ordered(sql, query, parts)
        }
        sql += try limit(query)
        let columns = parts[0].results.indices.map { at in
            let result = parts[0].results[at]
            return ColumnSense(
                result.piece.edited { $0.isNullable = parts.contains { $0.results[at].piece.isNullable } },
                result.collation, name: result.name)
        }
        return Rows(sql: sql, columns: columns, key: isAlone ? parts[0].key : nil)
    }

    func ordered(_ terms: [String]) -> String {
        terms.isEmpty ? "" : " ORDER BY \(terms.joined(separator: ", "))"
    }

    private func limit(_ query: QueryTree) throws(Untranslatable) -> String {
        var sql = ""
        if let limit = query.limit {
            let isNone = if case .unary(.minus, .number) = limit { true } else { false }
            if !isNone { sql += " LIMIT \(try number(piece(limit)).sql)" }
        }
        if let offset = query.offset { sql += " OFFSET \(try number(piece(offset)).sql)" }
        return sql
    }

    /// Returns all that the SELECTs show in a column.
    private static func pieces(of column: Int, in parts: [Part]) -> [Piece] {
        parts.flatMap { $0.rows.isEmpty ? [$0.results[column].piece] : $0.rows.map { $0[column] } }
    }

    /// Throws if SELECTs are united that may show a number and the text of it. Their column is one of texts, in which both are equal.
    private func requireOneKind(_ parts: [Part]) throws(Untranslatable) {
        let areToldApart = Self.areToldApart(parts)
        for column in parts[0].results.indices {
            let pieces = Self.pieces(of: column, in: parts)
            guard pieces.contains(where: { $0.isNumber == true }), Self.numberTest(ofAny: pieces) == .unknown,
                // A value that is a number in some rows may repeat another one of its own SELECT.
                !areToldApart || pieces.contains(where: { $0.isDynamic && $0.numberTest != .reading })
            else { continue }
            let name = parts[0].results[column].name
            throw Untranslatable("it merges numbers with texts in \(name): 7 and '7' would be one value of it")
        }
    }

    /// Returns whether a column shows another constant in each of the SELECTs, so that no row of one equals a row of another.
    private static func areToldApart(_ parts: [Part]) -> Bool {
        parts[0].results.indices.contains { column in
            let constants = parts.compactMap { part -> String? in
                guard part.rows.isEmpty else { return nil }
                let piece = part.results[column].piece
                return piece.literal ?? Int64(piece.sql).map { String($0) }
            }
            return Set(constants).count == parts.count
        }
    }

    /// Converts each column to one kind: the common kind of all SELECTs, or the wanted kind.
    func unify(_ parts: inout [Part], wanting kinds: [Kind]?) throws(Untranslatable) {
        for column in parts[0].results.indices {
            var pieces = Self.pieces(of: column, in: parts)
            let (test, texts) = (Self.numberTest(ofAny: pieces)?.ofColumn, Self.momentTexts(of: pieces))
            if let kind = kinds.flatMap({ column < $0.count ? $0[column] : nil }) {
                // In PostgreSQL a bare number is a 32-bit integer if it fits, and a bare string has no type yet.
                pieces = try unified(pieces + [Piece("", kind)]).dropLast().map { piece in
                    piece.edited { $0.sql = "(\(piece.sql))::\(kind.word)" }
                }
            } else {
                pieces = try unified(pieces)
            }
            var next = 0
            for at in parts.indices {
                parts[at].results[column].piece = pieces[next]
                guard !parts[at].rows.isEmpty else {
                    next += 1
                    continue
                }
                for row in parts[at].rows.indices {
                    parts[at].rows[row][column] = pieces[next]
                    next += 1
                }
            }
            let kind = Self.kind(of: pieces)
            parts[0].results[column].piece.kind = kind
            parts[0].results[column].piece.isDecimal = pieces.allSatisfy(\.isExact)
            parts[0].results[column].piece.storage = Self.storage(of: pieces)
            parts[0].results[column].piece.numberTest = kind == .text ? test : nil
            parts[0].results[column].piece.momentTexts = texts
        }
    }

    /// Adds columns to a SELECT DISTINCT that tell which of its values are numbers, because the ORDER BY around it sorts by
    /// them. They also keep 5 and '5' apart.
    private static func tellNumbers(_ query: QueryTree, in part: inout Part) {
        guard !query.order.isEmpty else { return }
        for at in part.results.indices {
            guard case .condition(let condition)? = part.results[at].piece.numberTest else { continue }
            let name = SQLText.identifier("tc_number_\(at + 1)")
            part.hidden.append("coalesce(\(condition), false) AS \(name)")
            part.results[at].piece.numberTest = .condition("\(SQLText.identifier("rows")).\(name)")
        }
    }

    /// Adds ORDER BY to a compound query. PostgreSQL accepts only columns there, so other terms stand around the query.
    func ordered(_ sql: String, _ query: QueryTree, _ parts: [Part]) throws(Untranslatable) -> String {
        let results = parts[0].results
        let isTold = !parts[0].hidden.isEmpty
        var terms: [String] = []
        for order in query.order {
            guard let at = place(of: order.term, in: query.cores[0], results) else {
                throw Untranslatable("it is sorted by an expression that it does not select")
            }
            let name = "\(SQLText.identifier("rows")).\(SQLText.identifier(results[at].name))"
            let isCaseless = try isCaseless(collation(of: order.term, amongResults: parts.map { $0.results[at] }))
            let column = results[at].piece.edited {
                ($0.sql, $0.exact, $0.literal) = (name, nil, nil)
                if !isTold { $0.numberTest = $0.numberTest?.ofColumn }
            }
            terms.append(try ordered(column, isCaseless, order))
        }
        let shown = isTold ? SQLText.identifiers(results.map(\.name)) : "*"
        return "SELECT \(shown) FROM (\(sql)) AS \(SQLText.identifier("rows"))\(ordered(terms))"
    }

    /// Returns the collation by which a compound query sorts a column: the one that the term names, or that of the first SELECT in which the
    /// column has one.
    private func collation(of term: ExpressionTree, amongResults results: [Part.Result]) -> Collation? {
        if term.isCollated { return collation(of: term) }
        return results.first { $0.isOfColumn || $0.collation != nil }?.collation
    }

    /// Returns the index of the result that a term of ORDER BY means: by its number, by its name, or because both are the same
    /// expression.
    private func place(of term: ExpressionTree, in core: QueryTree.Core, _ results: [Part.Result]) -> Int? {
        if case .collated(let inner, _) = term { return place(of: inner, in: core, results) }
        if case .number(let text) = term, let number = Int(text), results.indices.contains(number - 1) {
            return number - 1
        }
        if case .name(let name, _) = term, let at = results.firstIndex(where: { SQLName.equal($0.name, name) }) {
            return at
        }
        if case .column(_, let name) = term { return results.firstIndex { SQLName.equal($0.name, name) } }
        guard case .select(let select) = core, select.results.count == results.count else { return nil }
        return select.results.firstIndex { if case .expression(let tree, _, _) = $0 { tree == term } else { false } }
    }
}

extension QueryTree {
    /// Whether each row of the query is one of the rows that it reads, and none are combined into one.
    fileprivate var showsRowsAsTheyAre: Bool {
        guard cores.count == 1, case .select(let select) = cores[0] else { return false }
        return select.groups.isEmpty && !select.isDistinct
    }
}

/// Collects, during the translation of a query, whether it yields other rows each time.
final class SQLiteQueryNotes {
    var asksForTime = false
}
