// The translation of functions that read values of one row (https://www.sqlite.org/lang_corefunc.html).

extension SQLiteExpressionTranslation {
    func call(_ function: String, _ arguments: [ExpressionTree]) throws(Untranslatable) -> Piece {
        if use.readsRows, Self.isAggregate(function, arguments.count) {
            return try aggregate(CallTree(name: function, arguments: arguments))
        }
        if let moment = try momentCall(function, arguments) { return moment }
        let inside = function == "nullif" ? deciding : self
        var pieces: [Piece] = []
        for argument in arguments { pieces.append(try inside.piece(argument)) }
        switch (function, pieces.count) {
        case ("ifnull", 2), ("coalesce", 2...): return try coalesced(pieces)
        case ("nullif", 2):
            guard try !isAnyCaseless(arguments) else { break }
            return try nullIfSame(pieces[0], pieces[1])
        case ("iif", 2...3), ("if", 2...3):
            let branch = ExpressionTree.Branch(condition: arguments[0], value: arguments[1])
            return try piece(.choice([branch], otherwise: arguments.count == 3 ? arguments[2] : nil))
        case ("min", 2...), ("max", 2...): return try extreme(function, pieces, arguments)
        case ("likely", 1), ("unlikely", 1): return pieces[0]
        case ("typeof", 1): return try className(of: pieces[0])
        case ("random", 0) where use == .insert: return Piece(Self.randomNumber, .integer, isWide: true)
        case ("randomblob", 1) where use == .insert:
            guard case .number(let text) = arguments[0], let count = Int(text), (1...256).contains(count) else { break }
            return Piece("(\(Self.randomBytes(count)))", .bytes).edited { $0.isNullable = false }
        case ("json_valid", 1): if let known = validity(arguments[0], pieces[0]) { return known }
        case ("json_extract", 2), ("json_array_length", 1...2), ("json_type", 1...2):
            return try json(function, pieces, arguments)
        case (_, _):
            if let piece = try textCall(function, pieces, arguments) { return piece }
            if let piece = try numberCall(function, pieces) { return piece }
        }
        throw Untranslatable("\(function)() has no counterpart that is known to mean the same")
    }

    private func nullIfSame(_ piece: Piece, _ other: Piece) throws(Untranslatable) -> Piece {
        // An argument of a function does not convert the other one, whatever its declared type is.
        let piece = piece.edited { $0.hasAffinity = false }
        let other = other.edited { $0.hasAffinity = false }
        try requireLikeOrder(piece, other)
        if !piece.isDynamic, !other.isDynamic, let (a, b) = Self.matched(piece, other), a.kind == piece.kind {
            return Piece("nullif(\(a.sql), \(b.sql))", piece.kind).edited {
                $0.keepFacts(of: piece)
            }
        }
        let isSame = try compared(.equal, piece, other)
        return Piece("(CASE WHEN \(isSame) THEN NULL ELSE \(piece.sql) END)", piece.kind).edited {
            if piece.exact != nil {
                $0.exact = "(CASE WHEN \(isSame) THEN NULL ELSE \(allDigits(of: piece)) END)"
            }
            $0.keepFacts(of: piece)
        }
    }

    private func coalesced(_ pieces: [Piece]) throws(Untranslatable) -> Piece {
        let test = try numberTest(ofFirst: pieces)
        var list = [pieces[0]]
        for piece in pieces.dropFirst() {
            guard let matched = Self.matched(list[0], piece), matched.0.sql == list[0].sql else {
                list = try unified(pieces)
                break
            }
            list.append(matched.1)
        }
        let kind = list.contains { $0.kind == .number } ? .number : Self.kind(of: list)
        return Piece("coalesce(\(list.map(\.sql).joined(separator: ", ")))", kind).edited { piece in
            piece.isNullable = pieces.allSatisfy(\.isNullable)
            (piece.numberTest, piece.isWide) = (kind == .text ? test : nil, Self.isWide(list))
            piece.momentTexts = Self.momentTexts(of: list)
            if kind == .text, list.contains(where: { $0.exact != nil }) {
                piece.exact = "coalesce(\(list.map { allDigits(of: $0) }.joined(separator: ", ")))"
            }
            (piece.isDecimal, piece.storage) = (list.allSatisfy(\.isExact), Self.storage(of: pieces))
        }
    }

    /// Translates `min` or `max` of several values. The result is NULL if any of the values is NULL.
    private func extreme(
        _ function: String, _ pieces: [Piece], _ arguments: [ExpressionTree]
    ) throws(Untranslatable) -> Piece {
        guard try !isAnyCaseless(arguments) else {
            throw Untranslatable("\(function)() compares texts without regard to case")
        }
        guard Self.numberTest(ofAny: pieces) == nil else {
            throw Untranslatable("\(function)() compares numbers with texts")
        }
        let list = try unified(pieces)
        let kind = Self.kind(of: list)
        let collation = kind == .text ? " COLLATE \"C\"" : ""
        let values = list.map { "\($0.sql)\(collation)" }.joined(separator: ", ")
        let chosen = "\(function == "min" ? "least" : "greatest")(\(values))"
        let known = pieces.map { "\($0.sql) IS NOT NULL" }.joined(separator: " AND ")
        return Piece("(CASE WHEN \(known) THEN \(chosen) END)", kind).edited {
            ($0.isDecimal, $0.storage) = (list.allSatisfy(\.isExact), Self.storage(of: pieces))
            ($0.isWide, $0.momentTexts) = (Self.isWide(list), Self.momentTexts(of: list))
        }
    }

    /// Translates `typeof`, which yields the class in which a value is stored.
    private func className(of piece: Piece) throws(Untranslatable) -> Piece {
        let name =
            switch piece.kind {
            case .null: "'null'"
            case .integer, .boolean: "'integer'"
            case .number: try className(ofNumber: piece)
            case .text where piece.isDynamic: try classOfDynamic(piece)
            case .text, .native: "'text'"
            case .bytes: "'blob'"
            }
        return Piece("(CASE WHEN \(piece.sql) IS NULL THEN 'null' ELSE \(name) END)", .text)
    }

    private func className(ofNumber piece: Piece) throws(Untranslatable) -> String {
        switch piece.storage {
        case .real: return "'real'"
        // A column that stores whole numbers as INTEGER does so as far as they have 64 bits.
        case .integer:
            let isWhole = "\(piece.sql) = trunc(\(piece.sql)) AND abs(\(piece.sql)) < 9223372036854775808"
            return "(CASE WHEN \(isWhole) THEN 'integer' ELSE 'real' END)"
        case .unknown:
            guard use != .view else { return "'real'" }
            throw Untranslatable("typeof() of a computed number depends on its operands")
        }
    }

    // MARK: Texts

    /// The collation under which lower() and upper() change A to Z alone, as SQLite's do (https://www.sqlite.org/lang_corefunc.html).
    private var collationOfCase: String { use == .index ? "" : " COLLATE \"C\"" }

    private func textCall(
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
        case ("char", 1) where pieces[0].kind == .integer:
            return Piece("chr((\(pieces[0].sql))::integer)", .text)
        case ("unicode", 1):
            return Piece("nullif(ascii(\(try text(0))), 0)::bigint", .integer, isWide: true)
        case ("printf", 1...), ("format", 1...):
            guard case .string(let format) = arguments[0] else { return nil }
            return try formatted(format, Array(pieces.dropFirst()))
        case (_, _): return nil
        }
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

    private func cast(_ piece: Piece, toInteger isInteger: Bool) throws(Untranslatable) -> String {
        let number = try number(piece)
        return isInteger ? Self.cut(number).sql : "(\(number.sql))::numeric"
    }

    // MARK: Numbers

    /// Functions of https://www.sqlite.org/lang_mathfunc.html, and `sign`.
    private static let mathematical: Set<String> = ["sign", "ceil", "ceiling", "floor", "sqrt", "exp", "ln"]

    private func numberCall(_ function: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        switch (function, pieces.count) {
        case ("abs", 1):
            let number = try number(pieces[0])
            guard number.kind == .integer || number.kind == .number else { return nil }
            return Piece("abs(\(Self.wide(number)))", number.kind).edited {
                ($0.isDecimal, $0.storage, $0.isWide) = (number.isDecimal, number.storage, true)
            }
        case ("round", 1...2):
            // SQLite rounds halves away from zero. PostgreSQL does that for numeric, but not for double precision.
            let places = pieces.count == 2 ? try cast(pieces[1], toInteger: true) : "0"
            let known = Int64(places) ?? -1
            let count = known >= 0 ? places : "CASE WHEN \(places) < 0 THEN 0 ELSE (\(places))::integer END"
            let number = try number(pieces[0])
            let rounded = "round((\(number.sql))::numeric, \(count))"
            // All digits count in a computed column of decimals.
            return use == .computed && !computesDoubles
                ? Piece(rounded, .number).edited { $0.isDecimal = true }
                : Piece("\(rounded)::double precision", .number)
        // For a text that does not read as a number these functions yield NULL.
        case (_, 1) where pieces[0].kind == .text && Self.mathematical.contains(function): return nil
        case ("sign", 1):
            return Piece("sign(\(try number(pieces[0]).sql))::bigint", .integer, isWide: true)
        case ("ceil", 1), ("ceiling", 1), ("floor", 1), ("sqrt", 1), ("exp", 1), ("ln", 1):
            let number = try number(pieces[0])
            if number.kind == .integer, function.hasPrefix("ceil") || function == "floor" { return number }
            let result = "\(function)((\(number.sql))::double precision)"
            switch function {
            // NULL in SQLite (https://www.sqlite.org/lang_mathfunc.html), an error in PostgreSQL.
            case "sqrt": return Piece("(CASE WHEN \(number.sql) >= 0 THEN \(result) END)", .number)
            case "ln": return Piece("(CASE WHEN \(number.sql) > 0 THEN \(result) END)", .number)
            default: return Piece(result, .number)
            }
        case (_, _): return nil
        }
    }
}

extension SQLiteExpressionTranslation {
    /// Renders an expression that yields this number of random bytes. They are the last seven bytes of random uuids, which are
    /// random throughout; a uuid's version and variant stand before them (RFC 9562, section 5.4).
    static func randomBytes(_ count: Int) -> String {
        var parts: [String] = []
        var left = count
        while left > 0 {
            let taken = min(left, 7)
            parts.append("substring(uuid_send(gen_random_uuid()) FROM \(17 - taken))")
            left -= taken
        }
        return parts.joined(separator: " || ")
    }

    /// An expression that yields a random 64-bit integer, each with the same probability.
    fileprivate static let randomNumber = "('x' || encode(\(randomBytes(8)), 'hex'))::bit(64)::bigint"
}
