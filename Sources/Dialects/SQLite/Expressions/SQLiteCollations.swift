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

    func isCaseless(_ expression: ExpressionTree) -> Bool { collation(of: expression) == .nocase }

    /// Returns the collation by which the expression compares: that of its column, or the one that COLLATE names; `nil` if it
    /// has neither.
    func collation(of expression: ExpressionTree) -> Collation? {
        switch expression {
        case .name, .column: sense(of: expression)?.collation
        case .collated(_, let collation): collation.uppercased() == "NOCASE" ? .nocase : .binary
        case .unary(.plus, let operand), .cast(let operand, _): collation(of: operand)
        case .unary, .binary, .call: namedCollation(in: expression)
        case .null, .number, .string, .blob, .boolean, .aggregate, .row, .query, .exists, .isNull, .isIn, .isInQuery,
            .between, .matches, .choice:
            nil
        }
    }

    /// Returns the collation that COLLATE names in the expression or, from left to right, in what the expression is computed from; `nil` if
    /// none is named.
    private func namedCollation(in expression: ExpressionTree) -> Collation? {
        switch expression {
        case .collated: collation(of: expression)
        case .unary(_, let operand), .cast(let operand, _): namedCollation(in: operand)
        case .binary(_, let left, let right): namedCollation(in: left) ?? namedCollation(in: right)
        case .call(_, let arguments): arguments.lazy.compactMap(namedCollation).first
        case .choice(let branches, let otherwise):
            (branches.flatMap { [$0.condition, $0.value] } + [otherwise].compactMap { $0 }).lazy
                .compactMap(namedCollation).first
        case .null, .number, .string, .blob, .boolean, .name, .column, .aggregate, .row, .query, .exists, .isNull,
            .isIn,
            .isInQuery, .between, .matches:
            nil
        }
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
    private func isOfColumn(_ expression: ExpressionTree) -> Bool {
        switch expression {
        case .name, .column: sense(of: expression) != nil
        case .unary(.plus, let operand), .cast(let operand, _): isOfColumn(operand)
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .collated, .choice:
            false
        }
    }

    /// Returns whether two expressions compare without regard to case. A COLLATE on one of them decides, then the column on the
    /// left, then the column on the right (https://www.sqlite.org/datatype3.html, 7.1). Throws if the collation is one that
    /// only the application knows.
    func isCaseless(_ left: ExpressionTree, _ right: ExpressionTree) throws(Untranslatable) -> Bool {
        let sides = [left, right]
        let said = sides.first { namedCollation(in: $0) != nil }
        if let said { return namedCollation(in: said) == .nocase }
        guard let chosen = sides.first(where: isOfColumn) else { return false }
        try requireKnownCollation(chosen)
        return isCaseless(chosen)
    }

    /// Throws if the expression compares by a collation that only the application knows.
    func requireKnownCollation(_ expression: ExpressionTree) throws(Untranslatable) {
        if case .native(let name, _) = collation(of: expression) {
            throw Untranslatable("the collation \(name) exists in SQLite only")
        }
    }
}
