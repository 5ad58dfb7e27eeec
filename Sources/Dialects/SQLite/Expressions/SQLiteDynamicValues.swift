// Values that are numbers in some rows and texts in others: values out of JSON, of a column of numbers that also holds texts,
// and of an expression that yields both. PostgreSQL holds all of them as texts. In SQLite numbers compare as numbers, and sort
// before all texts (https://www.sqlite.org/datatype3.html, sections 4.1 and 4.2).

extension SQLiteExpressionTranslation {
    /// The test for the rows in which a piece, which is a text in PostgreSQL, is a number in SQLite.
    enum NumberTest: Equatable {
        /// By the text: every text that reads as a number is one, as in a column of numbers, which converts such texts.
        case reading
        /// By this condition.
        case condition(String)
        /// It can't be told.
        case unknown

        /// The test of a column that shows such values, where their expression can't be read.
        var ofColumn: NumberTest { self == .reading ? .reading : .unknown }
    }

    /// Renders the condition under which the piece is a number in SQLite, `true` or `false` if it is the same in every row.
    func isNumber(_ piece: Piece) throws(Untranslatable) -> String {
        switch (piece.kind, piece.numberTest) {
        case (.integer, _), (.number, _), (.boolean, _): return "true"
        case (.text, .reading?): return "(\(piece.sql) ~ '\(Self.wholeNumber)')"
        // A group has one text. The other columns that the test reads have one value in each group too, but PostgreSQL can't
        // know that.
        case (.text, .condition(let condition)?):
            return scopes.first?.groups.contains(piece.sql) == true ? "bool_or(\(condition))" : condition
        case (.text, .unknown?):
            throw Untranslatable("it compares a value that is a number in some rows and a text in others")
        case (.bytes, .unknown?):
            throw Untranslatable("it compares a value that is bytes in some rows and a number or a text in others")
        case (.text, nil), (.bytes, _), (.native, _), (.null, _): return "false"
        }
    }

    /// Translates a comparison with a value that is a number in some rows.
    func comparedDynamic(_ sign: Comparison, _ a: Piece, _ b: Piece) throws(Untranslatable) -> String {
        switch sign {
        case .notDistinct, .distinct:
            let areNull = "\(a.sql) IS NULL AND \(b.sql) IS NULL"
            let isSame = "coalesce(\(try comparedDynamic(.equal, a, b)), \(areNull))"
            return sign == .distinct ? "(NOT \(isSame))" : "(\(isSame))"
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: break
        }
        if let sql = try comparedAsTexts(sign, a, b) { return sql }
        let (left, right) = (try converted(a, beside: b), try converted(b, beside: a))
        let (isLeft, isRight) = (try isNumber(left), try isNumber(right))
        if isFilter, isLeft == "true" || isRight == "true" {
            let sides = [(left, isLeft), (right, isRight)].map { piece, test in
                test == "true" ? digits(piece) : "(CASE WHEN \(test) THEN \(digits(piece)) END)"
            }
            return "(\(sides[0]) \(sign.inPostgreSQL) \(sides[1]))"
        }
        var branches = "WHEN \(a.sql) IS NULL OR \(b.sql) IS NULL THEN NULL"
        func add(_ conditions: [String], _ value: String) {
            guard !conditions.contains("false") else { return }
            let rest = conditions.filter { $0 != "true" }
            branches += rest.isEmpty ? " ELSE \(value)" : " WHEN \(rest.joined(separator: " AND ")) THEN \(value)"
        }
        add([isLeft, isRight], "(\(digits(left)) \(sign.inPostgreSQL) \(digits(right)))")
        if isRight != "true" { add([isLeft], "\(sign.holds(leftIsSmaller: true))") }
        if isLeft != "true" { add([isRight], "\(sign.holds(leftIsSmaller: false))") }
        if isLeft != "true", isRight != "true" { add([], Self.rendered(sign, left, right)) }
        return "(CASE \(branches) END)"
    }

    /// Renders a comparison of texts if it means the same for the numbers among them: a column of texts compares a number as
    /// its text, and no number equals a text that does not read as a number.
    private func comparedAsTexts(_ sign: Comparison, _ a: Piece, _ b: Piece) throws(Untranslatable) -> String? {
        func isOfTexts(_ piece: Piece) -> Bool { piece.kind == .text && piece.numberTest == nil && piece.hasAffinity }
        let isEquality = sign == .equal || sign == .notEqual
        func equalsNoNumber(_ piece: Piece) -> Bool {
            isEquality && piece.literal.map { Self.numeral($0) == nil } == true
        }
        for (one, other) in [(a, b), (b, a)] where other.kind == .text {
            if equalsNoNumber(one) || isOfTexts(one) && !other.hasAffinity { return Self.rendered(sign, a, b) }
        }
        if isEquality, let sql = try equalsWhole(sign, a, b) { return sql }
        if isEquality, let sql = try equalsWhole(sign, b, a) { return sql }
        // Columns of the same affinity that hold the same number show the same text.
        guard isEquality, a.numberTest == .reading, b.numberTest == .reading, a.hasAffinity, b.hasAffinity,
            a.storage == b.storage, a.storage != .unknown
        else { return nil }
        return Self.rendered(sign, a, b)
    }

    /// Renders the equality with a whole number by the texts that SQLite gives it. An index of the piece can be used for it.
    private func equalsWhole(_ sign: Comparison, _ piece: Piece, _ other: Piece) throws(Untranslatable) -> String? {
        guard piece.isDynamic, piece.numberTest != .unknown, other.kind == .integer, let number = Int64(other.sql),
            abs(Double(number)) < 1e15
        else { return nil }
        var sql = "\(piece.sql) IN ('\(number)', '\(number).0')"
        if piece.numberTest != .reading { sql += " AND (\(try isNumber(piece)) OR \(piece.sql) IS NULL)" }
        return sign == .equal ? "(\(sql))" : "(NOT (\(sql)))"
    }

    /// Returns the piece as it compares beside a column of numbers, which turns a text that reads as a number into one.
    private func converted(_ piece: Piece, beside other: Piece) throws(Untranslatable) -> Piece {
        switch piece.kind {
        case .boolean: return Self.integer(piece)
        case .native: return Piece(try text(piece).sql, .text)
        case .bytes:
            _ = try isNumber(piece)
            throw Untranslatable("it compares bytes with values of other types")
        case .text:
            guard other.hasNumericAffinity, !piece.hasNumericAffinity else { return piece }
            if let literal = piece.literal, let number = Self.numeral(literal) { return number }
            return piece.edited { $0.numberTest = piece.literal == nil ? .reading : nil }
        case .null, .integer, .number: return piece
        }
    }

    /// Renders the piece as a number, for the rows in which it is a number.
    private func digits(_ piece: Piece) -> String {
        piece.kind == .text ? Self.number(beginning: allDigits(of: piece)) : piece.sql
    }

    /// Renders the text with all digits of a number. A query that groups by the piece can read nothing else.
    func allDigits(of piece: Piece) -> String {
        scopes.first?.groups.contains(piece.sql) == true ? piece.sql : piece.exact ?? piece.sql
    }

    /// Returns the test of the first of these pieces that is not NULL.
    func numberTest(ofFirst pieces: [Piece]) throws(Untranslatable) -> NumberTest? {
        let common = Self.numberTest(ofAny: pieces)
        guard common == .unknown, !pieces.contains(where: { $0.numberTest == .unknown }) else { return common }
        var sql = "(CASE"
        for piece in pieces { sql += " WHEN \(piece.sql) IS NOT NULL THEN \(try isNumber(piece))" }
        return .condition("\(sql) END)")
    }

    /// Returns the test of a value that is any of these pieces; `nil` if all of them are texts, or none is.
    static func numberTest(ofAny pieces: [Piece]) -> NumberTest? {
        let known = pieces.filter { $0.kind != .null }
        guard known.contains(where: { $0.isShownAsText }), !known.allSatisfy({ $0.isText }) else { return nil }
        let areRead = known.allSatisfy { piece in
            switch piece.kind {
            // The text of a moment never reads as a number.
            case .integer, .number, .boolean, .native: true
            case .text: piece.numberTest == .reading || piece.literal.map { numeral($0) == nil } == true
            case .null, .bytes: false
            }
        }
        return areRead ? .reading : .unknown
    }

    /// Renders the terms of ORDER BY for a value that is a number in some rows: numbers before texts, then by the number, then
    /// by the text.
    func orderedDynamic(
        _ piece: Piece, _ isCaseless: Bool, _ order: QueryTree.Order
    ) throws(Untranslatable) -> String {
        let test = try isNumber(piece)
        let isNullFirst = order.nullsFirst ?? !order.isDescending
        let null = isNullFirst == order.isDescending ? 3 : 0
        let terms = [
            "(CASE WHEN \(piece.sql) IS NULL THEN \(null) WHEN \(test) THEN 1 ELSE 2 END)",
            "(CASE WHEN \(test) THEN \(digits(piece)) END)",
            "(CASE WHEN NOT \(test) THEN \(isCaseless ? Self.folded(piece) : piece.sql) END) COLLATE \"C\"",
        ]
        return terms.map { order.isDescending ? "\($0) DESC" : $0 }.joined(separator: ", ")
    }

    /// Renders the name of the class that the value has in SQLite if it is not NULL.
    func classOfDynamic(_ piece: Piece) throws(Untranslatable) -> String {
        let integer = "CASE WHEN \(piece.sql) ~ '^-?\\d+$' THEN 'integer' ELSE 'real' END"
        return "CASE WHEN \(try isNumber(piece)) THEN \(integer) ELSE 'text' END"
    }

    /// Renders `min` or `max` of many values: the largest is a text if there is one, and the smallest a number.
    func extremes(_ function: String, of piece: Piece) throws(Untranslatable) -> (numbers: String, texts: String) {
        let test = try isNumber(piece)
        return (
            "\(function)(CASE WHEN \(test) THEN \(Self.decimal(beginning: piece.sql)) END)",
            "\(function)(CASE WHEN NOT \(test) THEN \(piece.sql) END COLLATE \"C\")"
        )
    }
}

extension SQLiteExpressionTranslation.Piece {
    /// Whether the piece is a text in PostgreSQL that is a number in SQLite in some rows.
    var isDynamic: Bool { numberTest != nil }

    /// Whether the piece is a text in PostgreSQL once it is united with others.
    fileprivate var isShownAsText: Bool { kind == .text || isText }

    /// Whether the piece is a text in SQLite in every row.
    fileprivate var isText: Bool {
        switch kind {
        case .text: numberTest == nil
        case .native: true
        case .null, .integer, .number, .boolean, .bytes: false
        }
    }

    /// Whether the piece has a declared type of numbers, which converts a text that it is compared with.
    fileprivate var hasNumericAffinity: Bool {
        guard hasAffinity else { return false }
        switch kind {
        case .integer, .number, .boolean: return true
        case .text: return numberTest == .reading
        case .null, .bytes, .native: return false
        }
    }
}
