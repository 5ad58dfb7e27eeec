// Queries inside expressions, in PostgreSQL's words: those that yield a value, and those that IN searches.

extension SQLiteExpressionTranslation {
    /// Translates a query inside an expression.
    func inner(_ query: QueryTree) throws(Untranslatable) -> Rows {
        guard use.readsRows else { throw Untranslatable("it reads rows other than its own") }
        return try rows(of: query)
    }

    /// Translates a query that yields a single value: the first column of its first row.
    func first(of query: QueryTree) throws(Untranslatable) -> Piece {
        let rows = try inner(query)
        guard rows.columns.count == 1, let column = rows.columns.first else {
            throw Untranslatable("it uses several columns where one value is expected")
        }
        guard column.conversion == nil else { throw Self.unlikeSource(column.name) }
        let limit = query.limit == nil && !query.isOneRow ? " LIMIT 1" : ""
        return Self.piece(column, "(\(rows.sql)\(limit))").edited { $0.isNullable = true }
    }

    func isIn(_ operand: ExpressionTree, _ query: QueryTree, negated: Bool) throws(Untranslatable) -> Piece {
        let operands: [ExpressionTree] = if case .row(let trees) = operand { trees } else { [operand] }
        let rows = try inner(query)
        guard rows.columns.count == operands.count else {
            throw Untranslatable("IN compares different numbers of columns")
        }
        var pairs: [(value: Piece, column: Piece)] = []
        for (at, (tree, column)) in zip(operands, rows.columns).enumerated() {
            let collation = collation(comparing: tree, with: column, isNamed: query.namesCollation(ofColumn: at))
            guard try !isCaseless(collation) else { throw Untranslatable("IN compares texts without regard to case") }
            let (value, other) = (try sorting(tree), Self.piece(column, Self.searched(at)))
            guard value.conversion == other.conversion, other.conversion?.keepsOrder != false else {
                throw Self.unlikeSource(column.name)
            }
            // Rows of a view are compared; elsewhere 5 and 5.0 would be two texts.
            guard use == .view || !value.isDynamic && !other.isDynamic else {
                throw Untranslatable("IN compares values that are numbers in some rows and texts in others")
            }
            pairs.append((value, other))
        }
        if pairs.contains(where: { Self.areNumberAndText($0.value, $0.column) }) {
            guard query.cores.count == 1 else {
                throw Untranslatable("IN compares numbers with texts in a query of several SELECTs")
            }
            return Piece(try isAmong(rows, pairs, negated: negated), .boolean)
        }
        var (sides, kinds): ([String], [Kind]) = ([], [])
        var isMatched = true
        for (value, other) in pairs {
            let both = try unified([value, other])
            isMatched = isMatched && (value.kind == other.kind || value.kind == .null || other.kind == .null)
            sides.append(both[0].sql)
            kinds.append(Self.kind(of: both))
        }
        let inner = isMatched ? rows.sql : try self.rows(of: query, wanting: kinds).sql
        let left = sides.count == 1 ? sides[0] : "(\(sides.joined(separator: ", ")))"
        return Piece("(\(left) \(negated ? "NOT IN" : "IN") (\(inner)))", .boolean)
    }

    /// Returns whether one of the pieces is a number in SQLite and the other one a text. PostgreSQL's IN would compare both as texts.
    private static func areNumberAndText(_ a: Piece, _ b: Piece) -> Bool {
        guard let isA = a.isNumber, let isB = b.isNumber else { return false }
        return isA != isB
    }

    /// The name of a column of the query that IN searches, where its rows are compared one by one.
    private static func searched(_ at: Int) -> String {
        "\(SQLText.identifier("searched rows")).\(SQLText.identifier("value_\(at + 1)"))"
    }

    /// Renders IN as `=` with each row (datatype3.html, section 4.2). `bool_or` skips NULL: IN is NULL if a comparison is, and none is
    /// true.
    private func isAmong(
        _ rows: Rows, _ pairs: [(value: Piece, column: Piece)], negated: Bool
    ) throws(Untranslatable) -> String {
        var tests: [String] = []
        for pair in pairs { tests.append(try compared(.equal, pair.value, pair.column)) }
        let test = "(\(tests.joined(separator: " AND ")))"
        let found = "CASE WHEN bool_or(\(test)) THEN true WHEN bool_or(\(test) IS NULL) THEN NULL ELSE false END"
        let names = SQLText.identifiers(pairs.indices.map { "value_\($0 + 1)" })
        let search = "(SELECT \(found) FROM (\(rows.sql)) AS \(SQLText.identifier("searched rows")) (\(names)))"
        return negated ? "(NOT \(search))" : search
    }
}

extension SQLiteExpressionTranslation.Piece {
    /// Whether the piece is a number in SQLite; `nil` if it is NULL, bytes, or decided in each row.
    var isNumber: Bool? {
        switch kind {
        case .integer, .number, .boolean: true
        case .text where isDynamic: nil
        case .text, .native: false
        case .null, .bytes: nil
        }
    }
}

extension QueryTree {
    /// Returns whether COLLATE stands behind a result of the first SELECT.
    fileprivate func namesCollation(ofColumn at: Int) -> Bool {
        guard case .select(let select)? = cores.first, select.results.indices.contains(at),
            case .expression(let tree, _, _) = select.results[at]
        else { return false }
        return tree.isCollated
    }

    /// Whether the query yields exactly one row, whatever it reads.
    fileprivate var isOneRow: Bool {
        guard cores.count == 1, case .select(let select) = cores[0], select.groups.isEmpty else { return false }
        return select.results.contains { result in
            guard case .expression(let tree, _, _) = result else { return false }
            return tree.isAggregate
        }
    }
}

extension ExpressionTree {
    /// Whether the expression is an aggregate, or contains one, as far as its operators and arguments show.
    var isAggregate: Bool {
        switch self {
        case .call(let name, let arguments):
            SQLiteExpressionTranslation.isAggregate(name, arguments.count) || arguments.contains(where: \.isAggregate)
        case .aggregate(let call): call.over == nil
        case .unary(_, let operand), .cast(let operand, _), .collated(let operand, _): operand.isAggregate
        case .binary(_, let left, let right): left.isAggregate || right.isAggregate
        case .null, .number, .string, .blob, .boolean, .name, .column, .row, .query, .exists, .isNull, .isIn,
            .isInQuery,
            .between, .matches, .choice:
            false
        }
    }
}
