// Collations: the rules by which texts compare, in PostgreSQL's words.

extension SQLiteExpressionTranslation {
    /// Translates COLLATE. `NOCASE` folds only the 26 letters of ASCII (https://www.sqlite.org/datatype3.html, 7.1), and so
    /// does `lower` under the collation `C`.
    func collated(_ operand: SQLiteTree, _ collation: String) throws(Untranslatable) -> Piece {
        let piece = try piece(operand)
        guard piece.kind == .text else { return piece }
        // In a query COLLATE says how the text compares, and the code that translates the comparison reads it there.
        if use == .view, ["NOCASE", "BINARY"].contains(collation.uppercased()) { return piece }
        switch collation.uppercased() {
        case "NOCASE": return Piece(Self.folded(piece), .text)
        case "BINARY": return Piece("(\(piece.sql) COLLATE \"C\")", .text)
        default: throw Untranslatable("the collation \(collation) exists in SQLite only")
        }
    }

    static func folded(_ piece: Piece) -> String { "lower(\(piece.sql) COLLATE \"C\")" }

    func isCaseless(_ expression: SQLiteTree) -> Bool { collation(of: expression) == .nocase }

    /// Returns the collation by which the expression compares: that of its column, or the one that COLLATE names; `nil` if it
    /// has neither.
    func collation(of expression: SQLiteTree) -> Collation? {
        switch expression {
        case .name, .column: sense(of: expression)?.collation
        case .collated(_, let collation): collation.uppercased() == "NOCASE" ? .nocase : .binary
        case .unary("+", let operand), .cast(let operand, _): collation(of: operand)
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .choice:
            nil
        }
    }

    /// Returns the column that the expression names; `nil` if the expression is anything else.
    func sense(of expression: SQLiteTree) -> ColumnSense? {
        switch expression {
        case .name(let name, _): use == .view ? found(name)?.sense : columns[SQLName.folded(name)]
        case .column(let relation, let name): found(name, of: relation)?.sense
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            nil
        }
    }

    /// Returns whether two expressions compare without regard to case. A COLLATE on one of them decides, then the column on the
    /// left, then the column on the right (https://www.sqlite.org/datatype3.html, 7.1). Throws if the collation is one that
    /// only the application knows.
    func isCaseless(_ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> Bool {
        let sides = [left, right]
        let said = sides.first { if case .collated = $0 { true } else { false } }
        guard let chosen = said ?? sides.first(where: { sense(of: $0) != nil }) else { return false }
        try requireKnownCollation(chosen)
        return isCaseless(chosen)
    }

    /// Throws if the expression compares by a collation that only the application knows.
    func requireKnownCollation(_ expression: SQLiteTree) throws(Untranslatable) {
        if case .native(let name, _) = collation(of: expression) {
            throw Untranslatable("the collation \(name) exists in SQLite only")
        }
    }
}
