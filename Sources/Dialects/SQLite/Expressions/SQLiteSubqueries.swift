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
        var (sides, kinds): ([String], [Kind]) = ([], [])
        var isMatched = true
        for (at, (tree, column)) in zip(operands, rows.columns).enumerated() {
            let collation = collation(comparing: tree, with: column, isNamed: query.namesCollation(ofColumn: at))
            guard try !isCaseless(collation) else { throw Untranslatable("IN compares texts without regard to case") }
            let (value, other) = (try sorting(tree), Self.piece(column, ""))
            guard value.conversion == other.conversion, other.conversion?.keepsOrder != false else {
                throw Self.unlikeSource(column.name)
            }
            // Rows of a view are compared; elsewhere 5 and 5.0 would be two texts.
            guard use == .view || !value.isDynamic && !other.isDynamic else {
                throw Untranslatable("IN compares values that are numbers in some rows and texts in others")
            }
            let both = try unified([value, other])
            let kind = Self.kind(of: both)
            isMatched = isMatched && (value.kind == other.kind || value.kind == .null || other.kind == .null)
            sides.append(both[0].sql)
            kinds.append(kind)
        }
        let inner = isMatched ? rows.sql : try self.rows(of: query, wanting: kinds).sql
        let left = sides.count == 1 ? sides[0] : "(\(sides.joined(separator: ", ")))"
        return Piece("(\(left) \(negated ? "NOT IN" : "IN") (\(inner)))", .boolean)
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
