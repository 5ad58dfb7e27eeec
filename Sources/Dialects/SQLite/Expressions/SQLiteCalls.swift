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
        try requireKnown(oneOf: pieces)
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
            (piece.momentTexts, piece.guess) = (Self.momentTexts(of: list), pieces.lazy.compactMap(\.guess).first)
            if kind == .text, list.contains(where: { $0.exact != nil }) {
                piece.exact = "coalesce(\(list.map { allDigits(of: $0) }.joined(separator: ", ")))"
            }
            (piece.isDecimal, piece.storage) = (list.allSatisfy(\.isExact), Self.storage(of: pieces))
        }
    }

    /// Translates `min` or `max` of several values. The result is NULL if any of the values is NULL.
    ///
    /// - Parameter isNullIfAllAre: Whether a NULL among the values is passed over, as in PostgreSQL's own functions.
    private func extreme(
        _ function: String, _ pieces: [Piece], _ arguments: [ExpressionTree], isNullIfAllAre: Bool = false
    ) throws(Untranslatable) -> Piece {
        if !isNullIfAllAre, let values = Self.writtenValues(of: arguments) {
            var pieces: [Piece] = []
            for value in values { pieces.append(try piece(value)) }
            return try extreme(function, pieces, values, isNullIfAllAre: true)
        }
        guard try !isAnyCaseless(arguments) else {
            throw Untranslatable("\(function)() compares texts without regard to case")
        }
        try requireKnown(oneOf: pieces)
        guard Self.numberTest(ofAny: pieces) == nil else {
            throw Untranslatable("\(function)() compares numbers with texts")
        }
        let list = try unified(pieces)
        let kind = Self.kind(of: list)
        let collation = kind == .text ? " COLLATE \"C\"" : ""
        let values = list.map { "\($0.sql)\(collation)" }.joined(separator: ", ")
        let chosen = "\(function == "min" ? "least" : "greatest")(\(values))"
        let known = pieces.map { "\($0.sql) IS NOT NULL" }.joined(separator: " AND ")
        return Piece(isNullIfAllAre ? chosen : "(CASE WHEN \(known) THEN \(chosen) END)", kind).edited {
            ($0.isDecimal, $0.storage) = (list.allSatisfy(\.isExact), Self.storage(of: pieces))
            ($0.isWide, $0.momentTexts) = (Self.isWide(list), Self.momentTexts(of: list))
            $0.guess = pieces.lazy.compactMap(\.guess).first
        }
    }

    /// Translates `typeof`, which yields the class in which a value is stored.
    private func className(of piece: Piece) throws(Untranslatable) -> Piece {
        if let guess = piece.guess {
            throw Untranslatable(
                "typeof() would always be the class of the type guessed for \(guess.column), which has no declared type"
            )
        }
        let name =
            switch piece.kind {
            case .null: "'null'"
            case .integer, .boolean: "'integer'"
            case .number: try className(ofNumber: piece)
            case .text where piece.isDynamic: try classOfDynamic(piece)
            case .text, .native: "'text'"
            case .bytes where piece.isDynamic:
                throw Untranslatable("typeof() differs by row, and the target holds all of \(piece.sql) as bytes")
            case .bytes: "'blob'"
            }
        return Piece("(CASE WHEN \(piece.sql) IS NULL THEN 'null' ELSE \(name) END)", .text)
    }

    private func className(ofNumber piece: Piece) throws(Untranslatable) -> String {
        switch piece.storage {
        case .real: return "'real'"
        // A column that stores whole numbers as INTEGER does so as far as they have 64 bits.
        case .integer: return "(CASE WHEN \(Self.isWhole(piece.sql)) THEN 'integer' ELSE 'real' END)"
        case .unknown:
            guard use != .view else { return "'real'" }
            throw Untranslatable("typeof() of a computed number depends on its operands")
        }
    }

    func cast(_ piece: Piece, toInteger isInteger: Bool) throws(Untranslatable) -> String {
        let number = try number(piece)
        return isInteger ? Self.cut(number).sql : "(\(number.sql))::numeric"
    }

    /// Functions of https://www.sqlite.org/lang_mathfunc.html, and `sign`.
    private static let mathematical: Set<String> = [
        "sign", "ceil", "ceiling", "floor", "trunc", "sqrt", "exp", "ln", "radians",
    ]

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
        case ("pi", 0): return Piece("pi()", .number)
        case ("ceil", 1), ("ceiling", 1), ("floor", 1), ("trunc", 1), ("sqrt", 1), ("exp", 1), ("ln", 1),
            ("radians", 1):
            let number = try number(pieces[0])
            let isWhole = function.hasPrefix("ceil") || function == "floor" || function == "trunc"
            if number.kind == .integer, isWhole { return number }
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
