// How texts compare, in PostgreSQL's words.

extension SQLiteExpressionTranslation {
    /// `NOCASE` folds the 26 letters of ASCII only (https://www.sqlite.org/datatype3.html, 7.1), as does `lower` under `C`.
    func collated(_ operand: SQLiteTree, _ collation: String) throws(Untranslatable) -> Piece {
        let piece = try piece(operand)
        guard piece.kind == .text else { return piece }
        // In a query it says how the text compares, and does so where that is done.
        if use == .view, ["NOCASE", "BINARY"].contains(collation.uppercased()) { return piece }
        switch collation.uppercased() {
        case "NOCASE": return Piece(Self.folded(piece), .text)
        case "BINARY": return Piece("(\(piece.sql) COLLATE \"C\")", .text)
        default: throw Untranslatable("the collation \(collation) exists in SQLite only")
        }
    }

    static func folded(_ piece: Piece) -> String { "lower(\(piece.sql) COLLATE \"C\")" }

    func isCaseless(_ expression: SQLiteTree) -> Bool { collation(of: expression) == .nocase }

    /// How the expression compares: by the collation of its column, or by the one that it carries.
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

    /// The column that an expression is.
    func sense(of expression: SQLiteTree) -> ColumnSense? {
        switch expression {
        case .name(let name, _): use == .view ? found(name)?.sense : columns[SQLName.folded(name)]
        case .column(let relation, let name): found(name, of: relation)?.sense
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            nil
        }
    }

    /// How two expressions compare: as one of them says, else as the column on the left does, else as that on the right
    /// (https://www.sqlite.org/datatype3.html, 7.1). Throws where only the application knows.
    func isCaseless(_ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> Bool {
        let sides = [left, right]
        let said = sides.first { if case .collated = $0 { true } else { false } }
        guard let chosen = said ?? sides.first(where: { sense(of: $0) != nil }) else { return false }
        try requireKnownCollation(chosen)
        return isCaseless(chosen)
    }

    /// Throws when the expression compares in a way that only the application knows.
    func requireKnownCollation(_ expression: SQLiteTree) throws(Untranslatable) {
        if case .native(let name, _) = collation(of: expression) {
            throw Untranslatable("the collation \(name) exists in SQLite only")
        }
    }
}
