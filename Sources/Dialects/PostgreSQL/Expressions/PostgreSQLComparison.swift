// Comparisons. Values that SQLite finds equal, or less, must be so for PostgreSQL too.

extension PostgreSQLExpressionTranslation {
    func compare(_ sign: String, _ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> String {
        var (a, b) = (try piece(left), try piece(right))
        if a.kind == .null || b.kind == .null { return "(\(a.sql) \(sign) \(b.sql))" }
        let isEquality = ["=", "<>", "IS", "IS NOT"].contains(sign)
        switch (a.kind, b.kind) {
        case (.integer, .integer), (.integer, .real), (.real, .integer), (.real, .real), (.boolean, .boolean): break
        case (.text, .text), (.bytes, .bytes):
            guard isEquality || a.kind == .bytes || a.isByBytes || b.isByBytes else {
                throw Untranslatable("\(sign) orders texts by the database's collation there")
            }
        case (.shaped(let type), .text): b = try shape(b, type)
        case (.text, .shaped(let type)): a = try shape(a, type)
        case (.shaped(let type), .shaped(let other)):
            guard type == other else { throw Untranslatable("\(type) and \(other) are compared") }
        case (.decimal(let precision), .integer), (.decimal(let precision), .real):
            a.sql = try double(a, precision, beside: b)
        case (.integer, .decimal(let precision)), (.real, .decimal(let precision)):
            b.sql = try double(b, precision, beside: a)
        case (_, _): throw Untranslatable("it compares values of two kinds, or decimals")
        }
        return "(\(a.sql) \(sign) \(b.sql))"
    }

    private func shape(_ piece: Piece, _ type: ColumnType) throws(Untranslatable) -> Piece {
        guard let literal = piece.literal else { throw Untranslatable("a text is compared with a \(type)") }
        return Piece(SQLText.literal(try Self.shaped(literal, as: type)), .shaped(type))
    }

    /// Returns a decimal as a double for a comparison. The double of a decimal of at most fifteen digits differs from that of
    /// every other such decimal, and keeps the order. And any double tells whether the decimal is 0, or more than 0.
    private func double(_ piece: Piece, _ precision: Int?, beside other: Piece) throws(Untranslatable) -> String {
        guard let literal = other.literal else { throw Untranslatable("it compares decimals") }
        let digits = literal.filter(\.isNumber).count
        guard literal == "0" || (precision.map { $0 <= 15 } ?? false) && digits <= 15 else {
            throw Untranslatable("it compares decimals of more than fifteen digits")
        }
        return "CAST(\(piece.sql) AS REAL)"
    }
}
