// Columns whose type in PostgreSQL is a guess, because they have neither a declared type nor values. Where a number and a text meet, the
// guess alone would decide the result, which SQLite decides by the value in each row.

extension SQLiteExpressionTranslation {
    /// Returns the refusal of a number beside a piece, or of a computation with it, if the piece is a text by a guess alone.
    static func refusal(ofNumberBeside piece: Piece) -> Untranslatable? {
        guard piece.kind == .text, let guess = piece.guess else { return nil }
        return Untranslatable(
            "it takes \(guess.column) for a number, which is text by a guess: it has no declared type and no values",
            numbersWanted: guess)
    }

    /// - Throws: `Untranslatable` if the result of comparing a number with a text is constant only because of a guess.
    func requireKnown(number: Piece, text: Piece) throws(Untranslatable) {
        if let refusal = Self.refusal(ofNumberBeside: text) { throw refusal }
        guard let guess = number.guess else { return }
        throw Untranslatable(
            "it takes \(guess.column) for a text, which is a number by a guess: it has no declared type and no values")
    }

    /// - Throws: `Untranslatable` if a value that is one of these is a number, or a text by a guess alone.
    func requireKnown(oneOf pieces: [Piece]) throws(Untranslatable) {
        guard pieces.contains(where: { $0.isNumber == true }) else { return }
        for piece in pieces { if let refusal = Self.refusal(ofNumberBeside: piece) { throw refusal } }
    }

    func yieldedType(_ expression: SQLExpression) -> ColumnType? {
        var translation = self
        translation.use = .computed
        guard let tree = try? translation.parsed(Self.text(expression)), let piece = try? translation.piece(tree),
            piece.guess == nil || piece.kind != .text, !piece.isDynamic
        else { return nil }
        switch piece.kind {
        case .integer, .boolean: return .bigint
        case .number: return piece.isDecimal ? .numeric : .real
        case .text: return .text
        case .bytes: return .bytes
        case .null, .native: return nil
        }
    }
}
