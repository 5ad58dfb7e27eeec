/// Functions that read texts, and the formats of `printf` (https://www.sqlite.org/lang_corefunc.html).
extension SQLiteExpressionTranslation {
    /// The collation under which lower() and upper() change A to Z alone, as SQLite's do (https://www.sqlite.org/lang_corefunc.html).
    private var collationOfCase: String { use == .index ? "" : " COLLATE \"C\"" }

    /// Translates a function of texts; `nil` for any other.
    func textCall(
        _ function: String, _ pieces: [Piece], _ arguments: [ExpressionTree]
    ) throws(Untranslatable) -> Piece? {
        func text(_ at: Int) throws(Untranslatable) -> String { try self.text(pieces[at]).sql }
        switch (function, pieces.count) {
        case ("lower", 1):
            if case .call("hex", let inner) = arguments[0], inner.count == 1 {
                return Piece(try hexadecimal(piece(inner[0])), .text)
            }
            return Piece("lower(\(try text(0))\(collationOfCase))", .text)
        case ("upper", 1): return Piece("upper(\(try text(0))\(collationOfCase))", .text)
        case ("length", 1):
            if pieces[0].kind == .bytes {
                return Piece("octet_length(\(pieces[0].sql))::bigint", .integer, isWide: true)
            }
            return Piece("length(\(try text(0)))::bigint", .integer, isWide: true)
        case ("trim", 1): return Piece("btrim(\(try text(0)), ' ')", .text)
        case ("ltrim", 1), ("rtrim", 1): return Piece("\(function)(\(try text(0)), ' ')", .text)
        case ("trim", 2), ("ltrim", 2), ("rtrim", 2):
            return Piece("\(function == "trim" ? "btrim" : function)(\(try text(0)), \(try text(1)))", .text)
        case ("substr", 2...3), ("substring", 2...3): return try substring(pieces, arguments)
        case ("instr", 2): return Piece("strpos(\(try text(0)), \(try text(1)))::bigint", .integer, isWide: true)
        case ("replace", 3):
            let replaced = "replace(\(try text(0)), \(try text(1)), \(try text(2)))"
            return Piece(replaced, .text)
        case ("hex", 1): return Piece("upper(\(try hexadecimal(pieces[0])))", .text)
        case ("char", 1) where pieces[0].kind == .integer: return try character(pieces[0].sql)
        case ("unicode", 1):
            return Piece("nullif(ascii(\(try text(0))), 0)::bigint", .integer, isWide: true)
        case ("printf", 1...), ("format", 1...):
            guard case .string(let format) = arguments[0] else { return nil }
            return try formatted(format, Array(pieces.dropFirst()))
        case (_, _): return nil
        }
    }

    /// Translates `char`. A number beyond Unicode is the replacement character in SQLite. No text of PostgreSQL's holds the character 0, or
    /// half of a pair in UTF-16: a row with such a number has NULL, and is no error that ends a whole view.
    private func character(_ code: String) throws(Untranslatable) -> Piece {
        let character = "chr((\(code))::integer)"
        if let known = Int64(code), (0...0x10FFFF).contains(known) {
            guard known != 0, !(0xD800...0xDFFF).contains(known) else {
                throw Untranslatable("it makes the character \(known), which no text in PostgreSQL holds")
            }
            return Piece(character, .text)
        }
        return Piece(
            "(CASE WHEN \(code) BETWEEN 1 AND 55295 OR \(code) BETWEEN 57344 AND 1114111 THEN \(character) "
                + "WHEN \(code) NOT BETWEEN 0 AND 1114111 THEN chr(65533) END)", .text)
    }

    /// Renders two hexadecimal digits for each byte; NULL gives an empty text.
    private func hexadecimal(_ piece: Piece) throws(Untranslatable) -> String {
        guard piece.kind == .bytes || !use.isImmutable else {
            throw Untranslatable("PostgreSQL finds the bytes of a text by a function that is not immutable")
        }
        let bytes = piece.kind == .bytes ? piece.sql : "convert_to(\(try text(piece).sql), 'UTF8')"
        let digits = "encode(\(bytes), 'hex')"
        return piece.isNullable ? "coalesce(\(digits), '')" : digits
    }

    /// Translates `substr`. In SQLite a negative start counts from the end, and a negative length takes the characters before
    /// the start.
    private func substring(_ pieces: [Piece], _ arguments: [ExpressionTree]) throws(Untranslatable) -> Piece {
        let numbers = arguments.dropFirst().map(Self.whole)
        let text = try text(pieces[0]).sql
        if let start = numbers[0], start >= 1, numbers.count == 1 || numbers[1].map({ $0 >= 0 }) == true {
            return Piece(
                "substr(\(text), \(numbers.compactMap { $0.map(String.init) }.joined(separator: ", ")))", .text)
        }
        let start = try Self.count(number(pieces[1]))
        var from = "(CASE WHEN \(start) < 0 THEN length(\(text)) + \(start) + 1 ELSE \(start) END)"
        if let number = numbers[0] { from = number < 0 ? "length(\(text)) - \(-number - 1)" : "\(number)" }
        guard pieces.count == 3 else { return Piece("substr(\(text), \(from))", .text) }
        let length = try Self.count(number(pieces[2]))
        if let number = numbers[1], number >= 0 { return Piece("substr(\(text), \(from), \(number))", .text) }
        if numbers[0] == 1 {
            return Piece("substr(\(text), 1, CASE WHEN \(length) < 0 THEN 0 ELSE \(length) END)", .text)
        }
        return Piece(
            "(CASE WHEN \(length) < 0 THEN substr(\(text), \(from) + \(length), -\(length)) "
                + "ELSE substr(\(text), \(from), \(length)) END)", .text)
    }

    private static func whole(_ tree: ExpressionTree) -> Int64? {
        switch tree {
        case .number(let text): Int64(text)
        case .unary(.minus, .number(let text)): Int64("-" + text)
        case .null, .string, .blob, .boolean, .name, .column, .unary, .binary, .call, .aggregate, .row, .query,
            .exists, .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            nil
        }
    }

    private static func count(_ number: Piece) throws(Untranslatable) -> String {
        guard number.kind == .integer else { throw Untranslatable("substr() has a start or length with a fraction") }
        guard Int32(number.sql) == nil else { return "(\(number.sql))::integer" }
        return
            "(CASE WHEN \(number.sql) BETWEEN -2147483647 AND 2147483647 THEN \(number.sql) WHEN \(number.sql) < 0 THEN -2147483647 "
            + "WHEN \(number.sql) > 0 THEN 2147483647 END)::integer"
    }

    /// Translates `printf` and `format` with the fields `%s`, `%d`, `%.2f`, `%02d` and `%%`. In SQLite NULL counts as an empty
    /// text, and as the number 0 (https://www.sqlite.org/printf.html).
    private func formatted(_ format: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece {
        var parts: [String] = []
        var plain = ""
        var arguments = pieces[...]
        var rest = Substring(format)
        func close() {
            if !plain.isEmpty { parts.append(SQLText.literal(plain)) }
            plain = ""
        }
        while let character = rest.popFirst() {
            guard character == "%" else {
                plain.append(character)
                continue
            }
            let spec = String(rest.prefix { "0123456789.-+, ".contains($0) })
            rest = rest.dropFirst(spec.count)
            guard let letter = rest.popFirst() else { throw Untranslatable("the format '\(format)' is incomplete") }
            if letter == "%", spec.isEmpty {
                plain.append("%")
                continue
            }
            close()
            guard let argument = arguments.popFirst() else {
                throw Untranslatable("the format '\(format)' has more fields than there are values")
            }
            parts.append(try field(letter, spec, argument, format))
        }
        close()
        return Piece(parts.isEmpty ? "''" : "(\(parts.joined(separator: " || ")))", .text)
    }

    private func field(
        _ letter: Character, _ spec: String, _ piece: Piece, _ format: String
    ) throws(Untranslatable) -> String {
        switch letter {
        case "s" where spec.isEmpty: return "coalesce(\(try text(piece).sql), '')"
        case "d", "i":
            // A text counts as the digits at its beginning, as for CAST AS INTEGER.
            let number = "coalesce(\(try cast(piece, .integer, "INTEGER").sql), 0)"
            if spec.isEmpty { return "\(number)::text" }
            if let width = Int(spec), spec.allSatisfy(\.isNumber), (1...99).contains(width) {
                guard spec.hasPrefix("0") else { return Self.padded("\(number)::text", to: "\(width)", " ") }
                // The zeros stand behind the sign.
                let sign = "CASE WHEN \(number) < 0 THEN '-' ELSE '' END"
                let digits = Self.padded("abs(\(number))::text", to: "\(width) - (\(number) < 0)::integer", "0")
                return "\(sign) || \(digits)"
            }
        case "f" where spec.isEmpty || spec.hasPrefix("."):
            guard let places = spec.isEmpty ? 6 : Int(spec.dropFirst()), (0...15).contains(places) else { break }
            let number = "coalesce(\(try cast(piece, toInteger: false)), 0)"
            let rounded = "round(\(number), \(places))"
            // SQLite keeps the sign of a negative number even if the number is rounded to zero.
            return "CASE WHEN \(number) < 0 AND \(rounded) = 0 THEN '-' ELSE '' END || \(rounded)::text"
        default: break
        }
        throw Untranslatable("the format '\(format)' has a field that PostgreSQL does not have")
    }

    private static func padded(_ text: String, to width: String, _ filling: String) -> String {
        "lpad(\(text), greatest(length(\(text)), \(width)), '\(filling)')"
    }
}
