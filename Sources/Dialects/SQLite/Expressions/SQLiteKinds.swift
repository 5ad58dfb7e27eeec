// Conversions of values from one kind to another. SQLite converts each value by itself; the translation does so by the column's
// type.
// https://www.sqlite.org/datatype3.html, sections 3 and 4.

extension SQLiteExpressionTranslation {
    /// Matches the beginning of a text that reads as a number (section 3.2 of the same page, and CAST in lang_expr.html).
    private static let numberPrefix = #"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"#
    /// Matches the beginning of a text that CAST reads as an integer.
    static let digitPrefix = #"^\s*([+-]?\d+)"#
    /// Matches a text that is a number as a whole.
    static let wholeNumber = #"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"#

    /// Translates a value to the number with which SQLite computes.
    func number(_ piece: Piece) throws(Untranslatable) -> Piece {
        switch piece.kind {
        case .integer, .number, .null: return piece
        case .boolean: return Self.integer(piece)
        case .text:
            if let literal = piece.literal, let number = Self.numeral(literal) { return number }
            if let whole = piece.whole { return Piece(whole, .integer, isWide: true) }
            let text = piece.edited { $0.sql = allDigits(of: piece) }
            return Self.leading(Self.numberPrefix, of: text, as: "numeric", .number).edited { $0.storage = .unknown }
        case .native: return try number(text(piece))
        case .bytes: throw Untranslatable("it computes with bytes")
        }
    }

    /// Renders the number at the beginning of a text; 0 if there is none.
    static func leading(_ pattern: String, of text: Piece, as type: String, _ kind: Kind) -> Piece {
        let found = "substring(\(text.sql) from '\(pattern)')"
        let number = type == "bigint" ? clamped("(\(found))::numeric") : "\(found)::\(type)"
        return Piece("CASE WHEN \(text.sql) IS NOT NULL THEN coalesce(\(number), 0) END", kind).enclosed
    }

    private func numberText(_ piece: Piece) throws(Untranslatable) -> Piece {
        if piece.storage == .unknown && use != .view {
            throw Untranslatable("the text of a computed number has a point or none, which depends on its operands")
        }
        let digits = piece.isDecimal ? "trim_scale(\(piece.sql))" : "(\(piece.sql))::numeric"
        guard !piece.isDecimal || piece.storage == .real else { return Piece("\(digits)::text", .text) }
        return Piece(Self.realText(digits), .text)
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

    /// Renders a moment as most programs write it. No setting of the session changes the result of `to_char` here.
    private func rendered(_ piece: Piece, _ type: ColumnType) throws(Untranslatable) -> String {
        let sql = piece.sql
        switch type {
        case .datetime:
            try requireKnownText(of: piece, type)
            return try withFraction("%Y-%m-%d %H:%M:%S", sql)
        case .timestamp:
            try requireKnownText(of: piece, type)
            return "(\(try withFraction("%Y-%m-%dT%H:%M:%S", "(\(sql) AT TIME ZONE 'UTC')")) || 'Z')"
        case .date: return try formatted("%Y-%m-%d", sql)
        case .time:
            try requireKnownText(of: piece, type)
            return try withFraction("%H:%M:%S", sql)
        case .uuid: return "(\(sql))::text"
        case .interval:
            guard !use.isImmutable else { throw Untranslatable("it uses a \(type) as a text") }
            return "(\(sql))::text"
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .json, .jsonText,
            .bytes,
            .native:
            throw Untranslatable("it uses a \(type) as a text")
        }
    }

    /// Requires that the source's texts of a moment are the target's. Programs write a zone in several ways. The rows of a view
    /// tell whether it is this one, but nothing tells for the rows that come after them.
    private func requireKnownText(of piece: Piece, _ type: ColumnType) throws(Untranslatable) {
        let isKnown =
            switch piece.momentTexts {
            case .absent, .alike: type != .timestamp || use == .view
            case .uniform, .mixed: use == .view
            case .byRule: false
            }
        guard isKnown else {
            throw Untranslatable("it uses a \(type) as a text, which has another form in the target")
        }
    }

    /// Requires that moments compare with each other, or with a literal, as the source's texts of them do: `2024-01-02T03:04` is larger than
    /// `2024-01-02 09:00:00` there.
    func requireLikeOrder(_ a: Piece, _ b: Piece) throws(Untranslatable) {
        guard use != .view else { return }
        for (one, other) in [(a, b), (b, a)] {
            guard case .native(let type) = one.kind else { continue }
            let isKnown =
                switch other.kind {
                case .native: Self.compareAlike(one.momentTexts, other.momentTexts)
                case .text: other.literal.map { Self.compares($0, with: one.momentTexts) } ?? true
                case .null, .integer, .number, .boolean, .bytes: true
                }
            if !isKnown { try requireKnownText(of: one, type) }
        }
    }

    /// Returns whether texts in these forms compare with each other as the moments do that they mean.
    private static func compareAlike(_ a: NamedRelation.MomentTexts, _ b: NamedRelation.MomentTexts) -> Bool {
        switch (a, b) {
        case (.absent, _), (_, .absent), (.byRule, _), (_, .byRule): true
        case (.mixed, _), (_, .mixed): false
        // Two texts of these forms have the parts that both of them hold at the same places.
        case (.alike, .uniform(let form)), (.uniform(let form), .alike): form == "0000-00-00 00:00:00.000000"
        case (.alike, .alike): true
        case (.uniform(let form), .uniform(let other)): form == other
        }
    }

    /// Returns whether texts in these forms compare with the literal as the moments do that both mean.
    private static func compares(_ literal: String, with texts: NamedRelation.MomentTexts) -> Bool {
        func isDay() -> Bool { isReadable(literal, as: .date) }
        switch texts {
        case .absent, .alike, .byRule: return true
        case .uniform(let form):
            return Self.form(of: literal) == form || isDay() && form.contains(":") || !startsWithDigit(literal)
        case .mixed(let haveTimes): return haveTimes && isDay() || !startsWithDigit(literal)
        }
    }

    /// Returns whether the literal has the form in which the target writes a moment.
    private static func isRendered(_ literal: String) -> Bool {
        let times = ["00:00:00", "00:00:00.000000"]
        return (times + times.map { "0000-00-00 " + $0 }).contains(form(of: literal))
    }

    /// Returns the text with a zero for each digit.
    private static func form(of literal: String) -> String {
        String(literal.map { $0.isASCII && $0.isNumber ? "0" : $0 })
    }

    /// Returns whether the literal begins with a digit, as every moment does.
    private static func startsWithDigit(_ literal: String) -> Bool {
        literal.utf8.first.map { (0x30...0x39).contains($0) } ?? false
    }

    /// Returns how the source writes a moment that is one of these pieces.
    static func momentTexts(of pieces: [Piece]) -> NamedRelation.MomentTexts {
        let texts = pieces.filter { if case .native = $0.kind { $0.momentTexts != .absent } else { false } }.map(
            \.momentTexts)
        guard let first = texts.first, texts.contains(where: { $0 != first }) else { return texts.first ?? .alike }
        return texts.contains(.byRule) ? .byRule : .mixed(haveTimes: false)
    }

    /// Renders a moment or a time of day by a format, and the fraction of its second where it has one.
    private func withFraction(_ format: String, _ sql: String) throws(Untranslatable) -> String {
        let fraction = "nullif(extract(microseconds FROM \(sql))::integer % 1000000, 0)"
        return "(\(try formatted(format, sql)) || coalesce('.' || lpad((\(fraction))::text, 6, '0'), ''))"
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
                return try Self.decided(sign, a, b, isSmaller: literal.utf8.first.map { $0 > 0x39 } ?? false)
            }
            // In SQLite no type for moments has the affinity TEXT, so SQLite reads '2024' as a number.
            if a.hasAffinity, let number = b.literal.flatMap(Self.numeral) {
                return try Self.decided(sign, a, number, isSmaller: false)
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
        case (.native, .integer), (.native, .number): return try Self.decided(sign, a, b, isSmaller: false)
        case (.integer, .native), (.number, .native): return try Self.decided(sign, a, b, isSmaller: true)
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
            return try Self.decided(sign, a, b, isSmaller: isNumberFirst)
        }
        if number.hasAffinity {
            let turned = Piece(text.whole ?? "(\(text.sql))::numeric", .number)
            let (a, b) = ordered(number, turned)
            guard text.whole == nil else { return Self.rendered(sign, a, b) }
            let rest = try Self.decided(
                sign, ordered(number, text).0, ordered(number, text).1, isSmaller: isNumberFirst)
            return "(CASE WHEN \(text.sql) ~ '\(Self.wholeNumber)' THEN \(Self.rendered(sign, a, b)) ELSE \(rest) END)"
        }
        // A column of texts does not convert the values of a column without a type.
        guard text.hasAffinity, !number.isUntypedColumn else {
            let (a, b) = ordered(number, text)
            return try Self.decided(sign, a, b, isSmaller: isNumberFirst)
        }
        let (a, b) = ordered(try self.text(number), text)
        return Self.rendered(sign, a, b)
    }

    /// Renders a comparison whose result is known unless one of the sides is NULL.
    private static func decided(
        _ sign: Comparison, _ a: Piece, _ b: Piece, isSmaller: Bool
    ) throws(Untranslatable) -> String {
        guard !sign.comparesNull else {
            throw Untranslatable("\(a.sql) and \(b.sql) are of different types")
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

    /// Returns a moment's text with the zone UTC if it has none: the function of a trigger would read it in the session's zone.
    static func inUTC(_ text: String, of type: ColumnType) -> String {
        guard type == .timestamp else { return text }
        if isReadable(text, as: .date) { return "\(text) 00:00:00Z" }
        return isReadable(text, as: .datetime) ? "\(text)Z" : text
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
            // Only a bare number is converted. The text of any other expression would not be a literal.
            guard other.hasAffinity else { return nil }
            return Int64(piece.sql) == nil ? nil : Piece(SQLText.literal(piece.sql), .text)
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
