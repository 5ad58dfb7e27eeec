// Columns whose values are converted on their way, mostly by a rule: seconds since 1970 become moments. An expression over the
// source's values would mean something else over the target's, so nothing may compute with such a column. It may be shown, and
// counted; where the conversion keeps the order of values, two columns that are converted alike may be compared, and rows
// sorted and grouped by one.

extension SQLiteExpressionTranslation {
    /// Translates an expression that is shown, or tested for NULL: it may be a column of converted values, or the least or greatest of
    /// them.
    func shown(_ expression: ExpressionTree) throws(Untranslatable) -> Piece {
        var inside = self
        inside.mayShowConverted = true
        return try inside.piece(expression)
    }

    /// Translates an expression by which rows are sorted, grouped or chosen: a column of converted values, if their order is kept.
    func sorting(_ expression: ExpressionTree) throws(Untranslatable) -> Piece {
        let piece = try shown(expression)
        if piece.conversion?.keepsOrder == false { throw Self.unlikeSource(expression.columnName ?? piece.sql) }
        return piece
    }

    /// Translates a comparison of two columns that are converted alike.
    func comparedAlike(
        _ sign: Comparison, _ left: ExpressionTree, _ right: ExpressionTree
    ) throws(Untranslatable) -> String? {
        guard left.columnName != nil, right.columnName != nil else { return nil }
        let (left, right) = (try shown(left), try shown(right))
        guard let conversion = left.conversion, conversion == right.conversion, conversion.keepsOrder else {
            return nil
        }
        return "(\(left.sql) \(sign.inPostgreSQL) \(right.sql))"
    }

    /// Throws if SELECTs that are united show a column of converted values among others.
    func requireSameConversions(_ parts: [Part]) throws(Untranslatable) {
        for part in parts.dropFirst() {
            for (result, first) in zip(part.results, parts[0].results)
            where result.piece.conversion != first.piece.conversion {
                throw Self.unlikeSource(first.name)
            }
        }
    }

    /// Returns the translation to use for the expression: one that computes something may not read columns of converted values.
    func inside(_ expression: ExpressionTree) -> SQLiteExpressionTranslation {
        guard mayShowConverted, expression.columnName == nil, !expression.isExtreme else { return self }
        var inside = self
        inside.mayShowConverted = false
        return inside
    }

    static func unlikeSource(_ column: String) -> Untranslatable {
        Untranslatable("it computes with \(column), whose values are converted: create it in the target by hand")
    }
}

extension ExpressionTree {
    /// Whether the expression is the least or the greatest value of something.
    fileprivate var isExtreme: Bool {
        switch self {
        case .call(let name, let arguments): ["min", "max"].contains(name) && arguments.count == 1
        case .aggregate(let call): ["min", "max"].contains(call.name) && call.arguments.count == 1
        case .null, .number, .string, .blob, .boolean, .name, .column, .unary, .binary, .row, .query, .exists, .isNull,
            .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            false
        }
    }
}
