// Conversions of values from one kind to another. SQLite converts each value by itself; the translation does so by the column's
// type.
// https://www.sqlite.org/datatype3.html, section 3.

extension SQLiteExpressionTranslation {
    /// Translates a value to the number with which SQLite computes.
    func number(_ piece: Piece) throws(Untranslatable) -> Piece {
        switch piece.kind {
        case .integer, .number, .null: return piece
        case .boolean: return Self.integer(piece)
        case .text:
            if let literal = piece.literal, let number = Self.numeral(literal) { return number }
            if let whole = piece.whole { return Piece(whole, .integer, isWide: true) }
            if let refusal = Self.refusal(ofNumberBeside: piece) { throw refusal }
            let text = allDigits(of: piece)
            let number = "(CASE WHEN \(text) IS NOT NULL THEN \(Self.number(beginning: text)) END)"
            return Piece(number, .number).edited { ($0.storage, $0.digitsTest) = (.unknown, Self.hasBareDigits(text)) }
        case .native: return try number(text(piece))
        case .bytes: throw Untranslatable("it computes with bytes")
        }
    }

    /// Translates a value to the integer with which SQLite computes bits and remainders, and which CAST yields. The digits at the
    /// beginning of a text count, without its fraction and exponent. A number that PostgreSQL holds as a text counts as a number: its text
    /// has an exponent from 1.0e+15 on.
    func leadingInteger(of piece: Piece) throws(Untranslatable) -> Piece {
        guard piece.kind == .text, piece.whole == nil, piece.literal.map({ Int64($0) == nil }) != false else {
            return Self.cut(try number(piece))
        }
        if let refusal = Self.refusal(ofNumberBeside: piece) { throw refusal }
        let digits = Self.integer(beginning: piece)
        guard piece.isDynamic, piece.numberTest != .unknown else { return digits }
        let number = Self.cut(try number(piece))
        let value = "(CASE WHEN \(try isNumber(piece)) THEN \(number.sql) ELSE \(digits.sql) END)"
        return Piece(value, .integer, isWide: true)
    }

    private func numberText(_ piece: Piece) throws(Untranslatable) -> Piece {
        if piece.storage == .unknown && use != .view {
            throw Untranslatable("the text of a computed number has a point or none, which depends on its operands")
        }
        let digits = piece.isDecimal ? "trim_scale(\(piece.sql))" : "(\(piece.sql))::numeric"
        guard !piece.isDecimal || piece.storage == .real else { return Piece("\(digits)::text", .text) }
        let real = Self.realText(digits)
        guard piece.storage == .integer else { return Piece(real, .text) }
        return Piece("(CASE WHEN \(Self.isWhole(piece.sql)) THEN (\(piece.sql))::bigint::text ELSE \(real) END)", .text)
    }

    /// Renders the text of a REAL value. SQLite writes 15 digits and always a point, and an exponent from 1.0e+15 on and below 0.0001
    /// (https://www.sqlite.org/printf.html, "%!.15g"). PostgreSQL's numeric keeps 15 digits of a double, and its double precision has
    /// the same exponents.
    static func realText(_ numeric: String) -> String {
        "regexp_replace((\(numeric))::double precision::text, '^(-?\\d+)(e.*)?$', '\\1.0\\2')"
    }

    /// Translates a boolean to 0 or 1, as SQLite stores it.
    static func integer(_ piece: Piece) -> Piece {
        if piece.sql == "true" || piece.sql == "false" { return Piece(piece.sql == "true" ? "1" : "0", .integer) }
        return Piece("(\(piece.sql))::integer::bigint", .integer, isWide: true)
    }

    /// Returns the number that a text is written as; `nil` for other text.
    static func numeral(_ text: String) -> Piece? {
        let bare = text.trimmed
        if Int64(bare) != nil { return Piece(bare, .integer) }
        let isDecimal = bare.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard isDecimal, let number = Double(bare), number.isFinite else { return nil }
        return Piece(bare, .number)
    }

    /// Translates a value to the text that SQLite makes of it.
    func text(_ piece: Piece) throws(Untranslatable) -> Piece {
        switch piece.kind {
        case .text, .null: return piece
        case .integer: return Piece("(\(piece.sql))::text", .text)
        case .boolean: return Piece("(\(piece.sql))::integer::text", .text)
        case .number: return try numberText(piece)
        case .native(let type): return Piece(try rendered(piece, type), .text)
        case .bytes: throw Untranslatable("it uses bytes as a text")
        }
    }

    /// Translates values that appear in one column to one kind. A column has one type in PostgreSQL; in SQLite each value has
    /// its own.
    func unified(_ pieces: [Piece]) throws(Untranslatable) -> [Piece] {
        var kinds: [Kind] = []
        for piece in pieces where piece.kind != .null && !kinds.contains(piece.kind) { kinds.append(piece.kind) }
        guard kinds.count > 1 else { return pieces.map { Self.typed($0, kinds.first) } }
        guard !kinds.contains(.bytes) else { throw Untranslatable("it mixes bytes with values of other types") }
        let isNumeric = kinds.allSatisfy { $0 == .integer || $0 == .number || $0 == .boolean }
        var result: [Piece] = []
        for piece in pieces { result.append(try isNumeric ? number(piece) : text(piece)) }
        let kind: Kind = isNumeric ? (kinds.contains(.number) ? .number : .integer) : .text
        return result.map { piece in
            var piece = Self.typed(piece, kind)
            (piece.kind, piece.hasAffinity, piece.literal) = (kind, false, nil)
            return piece
        }
    }

    /// Gives NULL a type if other kinds than text are wanted: a bare NULL is a text to PostgreSQL.
    private static func typed(_ piece: Piece, _ kind: Kind?) -> Piece {
        guard piece.kind == .null, let kind, kind != .text, kind != .null else { return piece }
        return Piece("NULL::\(kind.word)", .null, isWide: kind == .integer)
    }
}

extension SQLiteExpressionTranslation.Kind {
    /// The name of the type in PostgreSQL.
    var word: String {
        switch self {
        case .null, .text: "text"
        case .integer: "bigint"
        case .number: "double precision"
        case .boolean: "boolean"
        case .bytes: "bytea"
        case .native(let type): (try? PostgreSQLDialect().render(type)) ?? "text"
        }
    }

    /// The type that a view's column of this kind has.
    var columnType: ColumnType {
        switch self {
        case .null, .text: .text
        case .integer: .bigint
        case .number: .real
        case .boolean: .boolean
        case .bytes: .bytes
        case .native(let type): type
        }
    }
}

extension String {
    /// The text without the blanks at its ends, which SQLite ignores when it reads a number.
    fileprivate var trimmed: String {
        let blanks: Set<Unicode.Scalar> = [" ", "\t", "\n", "\u{B}", "\u{C}", "\r"]
        var scalars = Substring(self).unicodeScalars
        while let first = scalars.first, blanks.contains(first) { scalars.removeFirst() }
        while let last = scalars.last, blanks.contains(last) { scalars.removeLast() }
        return String(scalars)
    }
}
