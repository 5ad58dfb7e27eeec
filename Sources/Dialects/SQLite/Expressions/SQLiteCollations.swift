// Collations: the rules by which texts compare, in PostgreSQL's words.

extension SQLiteExpressionTranslation {
    /// Translates COLLATE. It says how a text compares and changes no value; the code that translates the comparison reads it.
    func collated(_ operand: ExpressionTree, _ collation: String) throws(Untranslatable) -> Piece {
        let piece = try piece(operand)
        guard piece.kind != .text || ["NOCASE", "BINARY"].contains(collation.uppercased()) else {
            throw Untranslatable("the collation \(collation) exists in SQLite only")
        }
        return piece
    }

    /// Renders a text so that it compares without regard to case. `NOCASE` folds only the 26 letters of ASCII
    /// (https://www.sqlite.org/datatype3.html, 7.1), and so does `lower` under the collation `C`.
    static func folded(_ piece: Piece) -> String {
        // PostgreSQL 15 refuses a call of `lower` for a literal in a computed column.
        piece.literal.map { SQLText.literal(SQLName.folded($0)) } ?? "lower(\(piece.sql) COLLATE \"C\")"
    }

    /// Returns whether texts compare without regard to case. Throws if they compare by a collation that only SQLite or the application
    /// knows.
    func isCaseless(_ collation: Collation?) throws(Untranslatable) -> Bool {
        switch collation {
        case .native(let name, _): throw Untranslatable("the collation \(name) exists in SQLite only")
        case .nocase: true
        case .binary, nil: false
        }
    }

    /// Returns whether the expression compares without regard to case. Throws as `isCaseless` of its collation does.
    func isCaseless(_ expression: ExpressionTree) throws(Untranslatable) -> Bool {
        try isCaseless(collation(of: expression))
    }

    /// Returns whether one of the expressions compares without regard to case. Throws if any has a collation that only SQLite or the
    /// application knows.
    func isAnyCaseless(_ expressions: [ExpressionTree]) throws(Untranslatable) -> Bool {
        var isAny = false
        for expression in expressions where try isCaseless(expression) { isAny = true }
        return isAny
    }

    /// Renders a value for a place where equal values count as one: DISTINCT and PARTITION BY.
    func merged(_ value: Piece, _ expression: ExpressionTree) throws(Untranslatable) -> String {
        let isCaseless = try isCaseless(expression)
        return isCaseless && value.kind == .text ? Self.folded(value) : value.sql
    }

    /// Returns the collation by which the expression compares: that of its column, or the one that COLLATE names; `nil` if it
    /// has neither.
    func collation(of expression: ExpressionTree) -> Collation? {
        switch expression {
        case .name, .column: sense(of: expression)?.collation
        case .collated(_, let collation): Collation(inSQLite: collation)
        case .unary(.plus, let operand), .cast(let operand, _): collation(of: operand)
        case .unary, .binary, .call: namedCollation(in: expression)
        // COLLATE in a condition counts, too, where the values are texts.
        case .choice: namedCollation(in: expression).flatMap { isText(expression) ? $0 : nil }
        case .null, .number, .string, .blob, .boolean, .aggregate, .row, .query, .exists, .isNull, .isIn, .isInQuery,
            .between, .matches:
            nil
        }
    }

    /// Returns the collation that COLLATE names in the expression or, from left to right, in what the expression is computed from; `nil` if
    /// none is named.
    private func namedCollation(in expression: ExpressionTree) -> Collation? {
        if case .collated = expression { return collation(of: expression) }
        // Unlike all others, the bounds of BETWEEN keep theirs for themselves.
        if case .between(let operand, _, _, _) = expression { return namedCollation(in: operand) }
        return expression.operands.lazy.compactMap { namedCollation(in: $0) }.first
    }

    /// Returns whether the expression yields texts, or may do so because it has no translation.
    private func isText(_ expression: ExpressionTree) -> Bool {
        guard let piece = try? insideAggregate.piece(expression) else { return true }
        return piece.kind == .text
    }

    /// Returns the column that the expression names; `nil` if the expression is anything else.
    func sense(of expression: ExpressionTree) -> ColumnSense? {
        switch expression {
        case .name(let name, _): use.readsRows ? found(name)?.sense : columns[SQLName.folded(name)]
        case .column(let relation, let name): found(name, of: relation)?.sense
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            nil
        }
    }

    /// Returns whether the expression has a column's collation: it is a column, or one behind a plus sign or a CAST.
    func isOfColumn(_ expression: ExpressionTree) -> Bool {
        switch expression {
        case .name, .column: sense(of: expression)?.hasCollation == true
        case .unary(.plus, let operand), .cast(let operand, _): isOfColumn(operand)
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .collated, .choice:
            false
        }
    }

    /// Returns whether two expressions compare without regard to case. Throws as `isCaseless` of their collation does.
    func isCaseless(_ left: ExpressionTree, _ right: ExpressionTree) throws(Untranslatable) -> Bool {
        try isCaseless(collation(comparing: [left, right]))
    }

    /// Returns the collation by which expressions compare with each other. A COLLATE on one of them decides, then the first column
    /// (https://www.sqlite.org/datatype3.html, 7.1); `nil` if there is neither.
    func collation(comparing sides: [ExpressionTree]) -> Collation? {
        if let named = sides.lazy.compactMap(namedCollation).first { return named }
        return sides.first(where: isOfColumn).flatMap { collation(of: $0) }
    }

    /// Returns the collation by which IN compares an operand with a column of a query: as `=` does. `isNamed` says that the query names the
    /// column's collation by COLLATE.
    func collation(comparing operand: ExpressionTree, with column: ColumnSense, isNamed: Bool) -> Collation? {
        guard namedCollation(in: operand) == nil, isNamed || !isOfColumn(operand) else { return collation(of: operand) }
        return column.collation
    }
}

extension Collation {
    /// Creates the collation of that name in SQLite.
    init(inSQLite name: String) {
        switch SQLName.folded(name) {
        case "binary": self = .binary
        case "nocase": self = .nocase
        default: self = .native(sqlite: SQLText.identifier(name), postgresql: "")
        }
    }
}
