// https://www.sqlite.org/datatype3.html, section 4.

/// Comparisons, whose sides SQLite converts by their affinity and orders by their kinds first.
extension SQLiteExpressionTranslation {
    /// Translates a comparison to one of values that compare as in SQLite (section 4.2): a side with a declared type converts
    /// the other side.
    func compared(_ sign: Comparison, _ a: Piece, _ b: Piece) throws(Untranslatable) -> String {
        try requireLikeOrder(a, b)
        if (a.isDynamic || b.isDynamic) && a.kind != .null && b.kind != .null { return try comparedDynamic(sign, a, b) }
        if let (a, b) = Self.matched(a, b) { return Self.rendered(sign, a, b) }
        switch (a.kind, b.kind) {
        case (.boolean, _): return try compared(sign, Self.integer(a).declared(a), b)
        case (_, .boolean): return try compared(sign, a, Self.integer(b).declared(b))
        case (.native(let type), .text) where b.literal != nil:
            if let said = Self.beginning(sign, a, b, type) { return said }
            if type.isMoment, let literal = b.literal, !Self.startsWithDigit(literal), !sign.comparesNull {
                return Self.decided(sign, a, b, isSmaller: literal.utf8.first.map { $0 > 0x39 } ?? false)
            }
            // In SQLite no type for moments has the affinity TEXT, so SQLite reads '2024' as a number.
            if a.hasAffinity, let number = b.literal.flatMap(Self.numeral) {
                return Self.decided(sign, a, number, isSmaller: false)
            }
            return Self.rendered(sign, try text(a), b)
        case (.text, .native) where a.literal != nil: return try compared(Self.turned(sign), b, a)
        case (.native(let type), .text) where a.hasAffinity && type.isMoment && sign.isOrder:
            return try comparedDynamic(sign, Piece(text(a).sql, .text), b.edited { $0.numberTest = .reading })
        case (.text, .native(let type)) where b.hasAffinity && type.isMoment && sign.isOrder:
            return try comparedDynamic(sign, a.edited { $0.numberTest = .reading }, Piece(text(b).sql, .text))
        case (.native, .text), (.text, .native), (.native, .native):
            return Self.rendered(sign, try text(a), try text(b))
        case (.integer, .text), (.number, .text): return try numberBesideText(sign, a, b, isNumberFirst: true)
        case (.text, .integer), (.text, .number): return try numberBesideText(sign, b, a, isNumberFirst: false)
        // In SQLite texts are larger than all numbers.
        case (.native, .integer), (.native, .number): return Self.decided(sign, a, b, isSmaller: false)
        case (.integer, .native), (.number, .native): return Self.decided(sign, a, b, isSmaller: true)
        case (_, _): throw Untranslatable("\(a.sql) and \(b.sql) are of different types")
        }
    }

    private func numberBesideText(
        _ sign: Comparison, _ number: Piece, _ text: Piece, isNumberFirst: Bool
    ) throws(Untranslatable) -> String {
        func ordered(_ number: Piece, _ text: Piece) -> (Piece, Piece) {
            isNumberFirst ? (number, text) : (text, number)
        }
        if number.hasAffinity && text.literal != nil {
            // The text is not a number; otherwise SQLite would have converted it to one.
            let (a, b) = ordered(number, text)
            return Self.decided(sign, a, b, isSmaller: isNumberFirst)
        }
        if number.hasAffinity {
            let turned = Piece(text.whole ?? Self.number(beginning: text.sql), .number)
            let (a, b) = ordered(number, turned)
            guard text.whole == nil else { return Self.rendered(sign, a, b) }
            let test = "\(text.sql) ~ '\(Self.wholeNumber)'"
            if isFilter {
                let (a, b) = ordered(number, Piece("(CASE WHEN \(test) THEN \(turned.sql) END)", .number))
                return Self.rendered(sign, a, b)
            }
            let (first, second) = ordered(number, text)
            let rest = Self.decided(sign, first, second, isSmaller: isNumberFirst)
            return "(CASE WHEN \(test) THEN \(Self.rendered(sign, a, b)) ELSE \(rest) END)"
        }
        // A column of texts does not convert the values of a column without a type.
        guard text.hasAffinity, !number.isUntypedColumn else {
            try requireKnown(number: number, text: text)
            let (a, b) = ordered(number, text)
            return Self.decided(sign, a, b, isSmaller: isNumberFirst)
        }
        let (a, b) = ordered(try self.text(number), text)
        return Self.rendered(sign, a, b)
    }

    /// Renders a comparison of values that are never equal. Its result is known unless one of the sides is NULL.
    private static func decided(
        _ sign: Comparison, _ a: Piece, _ b: Piece, isSmaller: Bool
    ) -> String {
        guard !sign.comparesNull else {
            let areNull = "(\(a.sql) IS NULL AND \(b.sql) IS NULL)"
            return sign == .distinct ? "(NOT \(areNull))" : areNull
        }
        let isKnown = "\(a.sql) IS NOT NULL AND \(b.sql) IS NOT NULL"
        return "(CASE WHEN \(isKnown) THEN \(sign.holds(leftIsSmaller: isSmaller)) END)"
    }

    /// Renders the comparison of a moment with a text that is only a date. In SQLite every moment of that day is larger than
    /// `2024-01-02`, because its text is longer.
    private static func beginning(_ sign: Comparison, _ a: Piece, _ b: Piece, _ type: ColumnType) -> String? {
        guard type == .datetime || type == .timestamp, let literal = b.literal, isReadable(literal, as: .date) else {
            return nil
        }
        let day = Piece("'\(literal) 00:00:00\(type == .timestamp ? "Z" : "")'", .native(type))
        // Where the texts are days themselves, each is the beginning of its day.
        if a.momentTexts == .uniform("0000-00-00") { return rendered(sign, a, day) }
        switch sign {
        case .greater, .greaterOrEqual: return rendered(.greaterOrEqual, a, day)
        case .less, .lessOrEqual: return rendered(.less, a, day)
        case .equal, .notEqual, .notDistinct, .distinct: return nil
        }
    }

    /// Renders a comparison. SQLite orders texts by their bytes; PostgreSQL would order them by the database's collation.
    static func rendered(_ sign: Comparison, _ a: Piece, _ b: Piece) -> String {
        let collation = sign.isOrder && a.kind == .text && b.kind == .text ? " COLLATE \"C\"" : ""
        return "(\(a.sql)\(collation) \(sign.inPostgreSQL) \(b.sql))"
    }

    private static func turned(_ sign: Comparison) -> Comparison {
        switch sign {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .notEqual, .notDistinct, .distinct: sign
        }
    }

    /// Returns both sides in one kind if at most a literal has to be converted for that; otherwise `nil`.
    static func matched(_ a: Piece, _ b: Piece) -> (Piece, Piece)? {
        if let turned = turned(b, beside: a) { return (a, turned) }
        if let turned = turned(a, beside: b) { return (turned, b) }
        return nil
    }

    private static func turned(_ piece: Piece, beside other: Piece) -> Piece? {
        let kind = other.kind
        if piece.kind == kind || piece.kind == .null || kind == .null { return piece }
        switch (kind, piece.kind) {
        case (.number, .integer), (.integer, .number): return piece
        case (.boolean, .integer):
            return piece.sql == "1" ? Piece("true", .boolean) : piece.sql == "0" ? Piece("false", .boolean) : nil
        case (.integer, .text), (.number, .text):
            guard other.hasAffinity, let literal = piece.literal else { return nil }
            return numeral(literal)
        case (.text, .integer):
            // Only a bare number is converted. The text of any other expression would not be a literal, and beside a CAST to a number it
            // is the text that is converted.
            guard other.hasAffinity, !piece.hasAffinity, let number = Int64(piece.sql) else { return nil }
            return Piece(SQLText.literal(String(number)), .text)
        case (.native(let type), .text):
            guard let literal = piece.literal, isReadable(literal, as: type) else { return nil }
            // A date alone is not the text of a moment, nor is a moment in another form than the column's.
            if type == .datetime || type == .timestamp, isReadable(literal, as: .date) { return nil }
            if type == .datetime || type == .time, other.momentTexts == .alike, !isRendered(literal) { return nil }
            return Piece(SQLText.literal(inUTC(literal, of: type)), kind)
        default: return nil
        }
    }
}
