// Computed columns (https://www.sqlite.org/gencol.html) in PostgreSQL's words (its manual, 5.3).

extension SQLiteExpressionTranslation {
    /// The most computed columns that are written out inside each other.
    static let deepest = 20

    /// Translates the expression of a computed column, to a value that the column stores. A column of decimals is computed with decimals,
    /// unless it stands in the expression of another column, which shows the digits of SQLite's double.
    func computed(_ expression: SQLExpression, for type: ColumnType) throws(Untranslatable) -> Piece {
        var inside = self
        inside.computesDoubles = computesDoubles || !type.isDecimal
        return try inside.computedValue(expression, for: type)
    }

    /// The translation for what is compared, and for conditions. In a computed column the last digit of SQLite's doubles decides:
    /// 0.1 * 3 is more than 0.3 there.
    var deciding: SQLiteExpressionTranslation {
        var inside = self
        inside.computesDoubles = computesDoubles || use == .computed
        inside.isFilter = false
        return inside
    }

    private func computedValue(_ expression: SQLExpression, for type: ColumnType) throws(Untranslatable) -> Piece {
        let tree = try parsed(Self.text(expression))
        let kind = Self.kind(of: type)
        // An integer counts the seconds of the moment.
        if let moment = try moment(tree, for: type) { return Piece(moment, kind, isWide: kind == .integer) }
        let value = try stored(piece(tree), as: type)
        guard !Self.isAssignable(value.kind, to: type) else { return value }
        return Piece("(\(value.sql))::\(Self.word(of: type))", kind, isWide: type == .bigint)
    }

    /// Translates a column that a computed column reads. PostgreSQL refuses to read another computed column there, so that one's
    /// expression stands in its place.
    func operand(_ column: ColumnSense) throws(Untranslatable) -> Piece {
        guard let expression = column.generated else {
            return Self.piece(column, SQLText.identifier(column.name))
        }
        guard nesting < Self.deepest else {
            throw Untranslatable("it reads a chain of more than \(Self.deepest) computed columns")
        }
        var inner = self
        inner.nesting += 1
        let piece = try inner.computed(expression, for: column.type)
        guard piece.sql.utf8.count < 10_000 else {
            throw Untranslatable(
                "it reads \(column.name), a computed column whose expression is too long to be repeated")
        }
        return piece.enclosed.edited {
            $0.hasAffinity = true
            // The column stores the value by its declared type, whatever yields it.
            if $0.kind == .number, column.storage != .unknown { $0.storage = column.storage }
        }
    }
}
