// Values of one kind where another is wanted: what SQLite does with the value itself, said about the column's type.
// https://www.sqlite.org/datatype3.html, sections 3 and 4.

extension SQLiteExpressionTranslation {
    /// What a text begins with that reads as a number (section 3.2 of the same, and CAST in lang_expr.html).
    private static let numberPrefix = #"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"#
    /// A text that is a number as a whole.
    static let wholeNumber = #"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"#

    /// The number that SQLite computes with.
    func number(_ piece: Piece) throws(Untranslatable) -> Piece {
        switch piece.kind {
        case .integer, .number, .null: return piece
        case .boolean: return Self.integer(piece)
        case .text:
            if let literal = piece.literal, let number = Self.numeral(literal) { return number }
            if let whole = piece.whole { return Piece(whole, .integer) }
            let number = "substring(\(piece.sql) from '\(Self.numberPrefix)')::numeric"
            return Piece("CASE WHEN \(piece.sql) IS NOT NULL THEN coalesce(\(number), 0) END", .number).enclosed
        case .native: return try number(text(piece))
        case .bytes: throw Untranslatable("it computes with bytes")
        }
    }

    /// A truth as the 0 or 1 that it is in SQLite.
    private static func integer(_ piece: Piece) -> Piece {
        if piece.sql == "true" || piece.sql == "false" { return Piece(piece.sql == "true" ? "1" : "0", .integer) }
        return Piece("(\(piece.sql))::integer::bigint", .integer)
    }

    /// The number that a text spells; `nil` for other text.
    static func numeral(_ text: String) -> Piece? {
        let bare = text.trimmed
        if Int64(bare) != nil { return Piece(bare, .integer) }
        let isDecimal = bare.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard isDecimal, let number = Double(bare), number.isFinite else { return nil }
        return Piece(bare, .number)
    }

    /// The text that SQLite makes of a value.
    func text(_ piece: Piece) throws(Untranslatable) -> Piece {
        switch piece.kind {
        case .text, .null: return piece
        case .integer: return Piece("(\(piece.sql))::text", .text)
        case .boolean: return Piece("(\(piece.sql))::integer::text", .text)
        case .number where piece.isDecimal: return Piece("trim_scale(\(piece.sql))::text", .text)
        // 15 digits, and a point always: numeric has as many of a double.
        case .number: return Piece("regexp_replace((\(piece.sql))::numeric::text, '^(-?\\d+)$', '\\1.0')", .text)
        case .native(let type): return Piece(try rendered(piece.sql, type), .text)
        case .bytes: throw Untranslatable("it takes bytes for a text")
        }
    }

    /// A moment as most programs write it; `to_char` knows no setting of the session that changes it.
    private func rendered(_ sql: String, _ type: ColumnType) throws(Untranslatable) -> String {
        guard use != .rows else { throw Untranslatable("it takes a \(type) for a text") }
        switch type {
        case .datetime:
            let template = "'YYYY-MM-DD HH24:MI:SS'"
            return "to_char(\(sql), CASE WHEN \(sql) = date_trunc('second', \(sql)) THEN \(template) "
                + "ELSE 'YYYY-MM-DD HH24:MI:SS.US' END)"
        case .timestamp: return "to_char(\(sql) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
        case .date: return "to_char(\(sql), 'YYYY-MM-DD')"
        case .time: return "to_char(\(sql), 'HH24:MI:SS')"
        case .interval, .uuid: return "(\(sql))::text"
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .json, .jsonText,
            .bytes,
            .native:
            throw Untranslatable("it takes a \(type) for a text")
        }
    }

    /// Values that stand for one another, in one kind: PostgreSQL gives a column one type, SQLite each value its own.
    func unified(_ pieces: [Piece]) throws(Untranslatable) -> [Piece] {
        var kinds: [Kind] = []
        for piece in pieces where piece.kind != .null && !kinds.contains(piece.kind) { kinds.append(piece.kind) }
        guard kinds.count > 1 else { return pieces.map { Self.typed($0, kinds.first) } }
        guard use != .rows else { throw Untranslatable("the branches of CASE differ in kind") }
        guard !kinds.contains(.bytes) else { throw Untranslatable("it yields bytes beside values of other kinds") }
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

    /// NULL by itself is a text to PostgreSQL.
    private static func typed(_ piece: Piece, _ kind: Kind?) -> Piece {
        guard piece.kind == .null, let kind, kind != .text, kind != .null else { return piece }
        return Piece("NULL::\(kind.word)", .null)
    }

    /// Both sides of a comparison as SQLite compares them, and the comparison (section 4.2): a side with a declared type turns
    /// the other one.
    func compared(_ sign: String, _ a: Piece, _ b: Piece) throws(Untranslatable) -> String {
        if let (a, b) = Self.matched(a, b) { return Self.said(sign, a, b) }
        guard use != .rows else { throw Untranslatable("\(a.sql) and \(b.sql) are of different kinds") }
        switch (a.kind, b.kind) {
        case (.boolean, _): return try compared(sign, Self.integer(a).declared(a), b)
        case (_, .boolean): return try compared(sign, a, Self.integer(b).declared(b))
        case (.native(let type), .text) where b.literal != nil:
            if let said = Self.beginning(sign, a, b, type) { return said }
            // No type that holds moments is one of texts in SQLite: it takes '2024' for the number.
            if let number = b.literal.flatMap(Self.numeral) {
                return try Self.decided(sign, a, number, isSmaller: false)
            }
            return Self.said(sign, try text(a), b)
        case (.text, .native) where a.literal != nil: return try compared(Self.turned(sign), b, a)
        case (.native, .text), (.text, .native), (.native, .native): return Self.said(sign, try text(a), try text(b))
        case (.integer, .text), (.number, .text): return try numberBesideText(sign, a, b, isNumberFirst: true)
        case (.text, .integer), (.text, .number): return try numberBesideText(sign, b, a, isNumberFirst: false)
        // Texts are larger than all numbers.
        case (.native, .integer), (.native, .number): return try Self.decided(sign, a, b, isSmaller: false)
        case (.integer, .native), (.number, .native): return try Self.decided(sign, a, b, isSmaller: true)
        case (_, _): throw Untranslatable("\(a.sql) and \(b.sql) are of different kinds")
        }
    }

    private func numberBesideText(
        _ sign: String, _ number: Piece, _ text: Piece, isNumberFirst: Bool
    ) throws(Untranslatable) -> String {
        func ordered(_ number: Piece, _ text: Piece) -> (Piece, Piece) {
            isNumberFirst ? (number, text) : (text, number)
        }
        if number.hasAffinity && text.literal != nil {
            // It is no number, or it would have been turned into one.
            let (a, b) = ordered(number, text)
            return try Self.decided(sign, a, b, isSmaller: isNumberFirst)
        }
        if number.hasAffinity || text.isDynamic {
            let turned = Piece(text.whole ?? "(\(text.sql))::numeric", .number)
            let (a, b) = ordered(number, turned)
            guard text.whole == nil else { return Self.said(sign, a, b) }
            let rest = try Self.decided(
                sign, ordered(number, text).0, ordered(number, text).1, isSmaller: isNumberFirst)
            return "(CASE WHEN \(text.sql) ~ '\(Self.wholeNumber)' THEN \(Self.said(sign, a, b)) ELSE \(rest) END)"
        }
        guard text.hasAffinity else {
            let (a, b) = ordered(number, text)
            return try Self.decided(sign, a, b, isSmaller: isNumberFirst)
        }
        let (a, b) = ordered(try self.text(number), text)
        return Self.said(sign, a, b)
    }

    /// A comparison whose outcome is known where neither side is NULL.
    private static func decided(
        _ sign: String, _ a: Piece, _ b: Piece, isSmaller: Bool
    ) throws(Untranslatable) -> String {
        let truths = isSmaller ? ["<", "<=", "<>"] : [">", ">=", "<>"]
        guard ["=", "<>", "<", "<=", ">", ">="].contains(sign) else {
            throw Untranslatable("\(a.sql) and \(b.sql) are of different kinds")
        }
        let isKnown = "\(a.sql) IS NOT NULL AND \(b.sql) IS NOT NULL"
        return "(CASE WHEN \(isKnown) THEN \(truths.contains(sign)) END)"
    }

    /// A moment beside a text that only begins one: every moment of that day comes after `2024-01-02`, for it is longer.
    private static func beginning(_ sign: String, _ a: Piece, _ b: Piece, _ type: ColumnType) -> String? {
        guard type == .datetime || type == .timestamp, let literal = b.literal, isReadable(literal, as: .date) else {
            return nil
        }
        let day = Piece("'\(literal) 00:00:00\(type == .timestamp ? "Z" : "")'", .native(type))
        switch sign {
        case ">", ">=": return said(">=", a, day)
        case "<", "<=": return said("<", a, day)
        default: return nil
        }
    }

    /// SQLite orders texts by their bytes, PostgreSQL by the database's collation.
    private static func said(_ sign: String, _ a: Piece, _ b: Piece) -> String {
        let isOrder = ["<", "<=", ">", ">="].contains(sign)
        let collation = isOrder && a.kind == .text && b.kind == .text ? " COLLATE \"C\"" : ""
        return "(\(a.sql)\(collation) \(sign) \(b.sql))"
    }

    private static func turned(_ sign: String) -> String {
        switch sign {
        case "<": ">"
        case "<=": ">="
        case ">": "<"
        case ">=": "<="
        default: sign
        }
    }

    /// Both sides in one kind where only a literal has to be turned.
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
            // A bare number only: spelling an expression as text would be no comparison of literals.
            guard other.hasAffinity, !other.isDynamic else { return nil }
            return Int64(piece.sql) == nil ? nil : Piece(SQLText.literal(piece.sql), .text)
        case (.native(let type), .text):
            guard let literal = piece.literal, isReadable(literal, as: type) else { return nil }
            // A day alone is no moment's text.
            if type == .datetime || type == .timestamp, isReadable(literal, as: .date) { return nil }
            return Piece(piece.sql, kind)
        default: return nil
        }
    }
}

extension SQLiteExpressionTranslation.Kind {
    /// The type in PostgreSQL's words.
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

    /// As a column of a view has it.
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
    /// Without the blanks at its ends, as SQLite reads a number.
    fileprivate var trimmed: String {
        let blanks: Set<Unicode.Scalar> = [" ", "\t", "\n", "\u{B}", "\u{C}", "\r"]
        var scalars = Substring(self).unicodeScalars
        while let first = scalars.first, blanks.contains(first) { scalars.removeFirst() }
        while let last = scalars.last, blanks.contains(last) { scalars.removeLast() }
        return String(scalars)
    }
}
