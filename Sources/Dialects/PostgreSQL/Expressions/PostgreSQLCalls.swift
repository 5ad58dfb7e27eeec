// Calls of functions, the patterns of LIKE, days and JSON in SQLite's words.

extension PostgreSQLExpressionTranslation {
    /// Translates a call of a function that yields the same in both databases.
    func call(_ function: String, _ arguments: [SQLiteTree]) throws(Untranslatable) -> Piece {
        var pieces: [Piece] = []
        for argument in arguments { pieces.append(try piece(argument)) }
        if let text = try textCall(function, pieces) { return text }
        let list = pieces.map(\.sql).joined(separator: ", ")
        switch (function, pieces.count) {
        case ("abs", 1) where pieces[0].kind == .integer || pieces[0].kind == .real:
            return Piece("abs(\(list))", pieces[0].kind)
        case ("coalesce", 2...) where pieces.allSatisfy({ $0.kind == pieces[0].kind }):
            return Piece("coalesce(\(list))", pieces[0].kind)
        case ("nullif", 2):
            guard Self.isComparable(pieces) else { break }
            return Piece("nullif(\(list))", pieces[0].kind)
        case ("greatest", 2), ("least", 2):
            // NULL is passed over in PostgreSQL, and is the result in SQLite.
            guard Self.isComparable(pieces), pieces[0].kind != .text else { break }
            let (a, b) = (pieces[0].sql, pieces[1].sql)
            return Piece(
                "\(function == "least" ? "min" : "max")(coalesce(\(a), \(b)), coalesce(\(b), \(a)))", pieces[0].kind)
        case ("num_nonnulls", 1...), ("num_nulls", 1...):
            let test = function == "num_nulls" ? "IS NULL" : "IS NOT NULL"
            return Piece("(\(pieces.map { "(\($0.sql) \(test))" }.joined(separator: " + ")))", .integer)
        case ("date_part", 2): return try field(pieces[0], of: pieces[1])
        case ("jsonb_array_length", 1), ("json_array_length", 1):
            return Piece("json_array_length(\(pieces[0].place))", .integer)
        case ("jsonb_typeof", 1), ("json_typeof", 1): return Self.typeName(ofJSON: pieces[0].place)
        default: break
        }
        throw Untranslatable("\(function)() has no known counterpart")
    }

    /// Whether two values are of one kind that compares in SQLite as in PostgreSQL.
    private static func isComparable(_ pieces: [Piece]) -> Bool {
        guard pieces[0].kind == pieces[1].kind else { return false }
        return switch pieces[0].kind {
        case .integer, .real, .text, .boolean, .bytes, .shaped: true
        case .null, .decimal: false
        }
    }

    // MARK: Texts

    private func textCall(_ function: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        guard let text = pieces.first, text.kind == .text else { return nil }
        let list = pieces.map(\.sql).joined(separator: ", ")
        switch (function, pieces.count) {
        case ("lower", 1), ("upper", 1):
            // A default reads no column, and nobody compares it: its letters must be those of ASCII.
            let isKnown = text.literal.map { $0.utf8.allSatisfy { $0 < 0x80 } } ?? !columns.isEmpty
            guard isKnown || text.isByBytes else {
                throw Untranslatable("\(function)() converts more letters in PostgreSQL than in SQLite")
            }
            var piece = Piece("\(function)(\(list))", .text)
            piece.isByBytes = text.isByBytes
            return piece
        case ("length", 1), ("char_length", 1), ("character_length", 1): return Piece("length(\(list))", .integer)
        case ("octet_length", 1): return Piece("length(CAST(\(list) AS BLOB))", .integer)
        case ("btrim", 1), ("btrim", 2): return Piece("trim(\(list))", .text)
        case ("ltrim", 1...2), ("rtrim", 1...2): return Piece("\(function)(\(list))", .text)
        case ("replace", 3) where pieces.allSatisfy({ $0.kind == .text }): return Piece("replace(\(list))", .text)
        case ("strpos", 2): return Piece("instr(\(list))", .integer)
        case ("substr", 2...3), ("substring", 2...3):
            // A start before the first character is counted in PostgreSQL, and is one from the end in SQLite.
            if let start = pieces[1].literal.flatMap(Int.init), start > 0 { return Piece("substr(\(list))", .text) }
            guard pieces.count == 2, pieces[1].kind == .integer else { return nil }
            return Piece("substr(\(text.sql), max(\(pieces[1].sql), 1))", .text)
        case ("textregexeq", 2),
            ("textregexne", 2) where !text.isCaseless:
            guard let glob = pieces[1].literal.flatMap(PostgreSQLPattern.glob(ofRegularExpression:)) else {
                throw Untranslatable("it matches a regular expression, which SQLite does not have")
            }
            let match = "(\(text.sql) GLOB \(SQLText.literal(glob)))"
            return Piece(function == "textregexne" ? "(NOT \(match))" : match, .boolean)
        case ("left", 2), ("right", 2):
            guard let count = pieces[1].literal.flatMap(Int.init), count > 0 else { return nil }
            return Piece(
                function == "left" ? "substr(\(text.sql), 1, \(count))" : "substr(\(text.sql), -\(count))", .text)
        case ("like_escape", 2):
            guard let pattern = text.literal, let escape = pieces[1].literal, escape.count < 2 else { return nil }
            return Piece(text.sql, .text, literal: PostgreSQLPattern.escaped(pattern, by: escape))
        case ("textlike", 2), ("textnlike", 2), ("texticlike", 2), ("texticnlike", 2):
            let match = try matches(text, pieces[1], isCaseless: function.hasPrefix("textic") || text.isCaseless)
            return Piece(function.hasSuffix("nlike") ? "(NOT \(match))" : match, .boolean)
        default: return nil
        }
    }

    /// Translates LIKE, which respects case in PostgreSQL and ignores it in SQLite, to GLOB, which respects it.
    private func matches(_ text: Piece, _ pattern: Piece, isCaseless: Bool) throws(Untranslatable) -> String {
        guard let literal = pattern.literal else { throw Untranslatable("the pattern of LIKE is not a literal") }
        guard isCaseless else {
            return "(\(text.sql) GLOB \(SQLText.literal(PostgreSQLPattern.glob(ofLike: literal))))"
        }
        return "(\(text.sql) LIKE \(SQLText.literal(literal)) ESCAPE '\\')"
    }

    // MARK: Days

    /// Translates a difference of two dates, and a date that is moved by a number of days.
    func days(_ sign: String, _ operands: [Piece]) throws(Untranslatable) -> Piece {
        let (day, other) = (operands[0], operands[1])
        switch (sign, other.kind, operands.count) {
        case ("-", .shaped(.date), 2):
            return Piece("CAST(julianday(\(day.sql)) - julianday(\(other.sql)) AS INTEGER)", .integer)
        case ("+", .integer, 2), ("-", .integer, 2):
            let count = sign == "-" ? "-(\(other.sql))" : other.sql
            return Piece("date(\(day.sql), (\(count)) || ' days')", .shaped(.date))
        default: throw Untranslatable("\(sign) is used on a date and something other than a number of days")
        }
    }

    /// Translates `EXTRACT(year FROM day)`. A timestamp with a zone depends on the session's zone.
    private func field(_ name: Piece, of moment: Piece) throws(Untranslatable) -> Piece {
        let formats = [
            "year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "doy": "%j", "dow": "%w",
        ]
        guard let format = name.literal.flatMap({ formats[$0] }),
            moment.kind == .shaped(.date) || moment.kind == .shaped(.datetime)
        else { throw Untranslatable("EXTRACT of this field has no known counterpart") }
        return Piece("CAST(strftime('\(format)', \(moment.sql)) AS INTEGER)", .integer)
    }

    // MARK: JSON

    /// Translates `->` and `->>` with a fixed name or position. The text of a JSON boolean is `true`; in SQLite it is 1.
    func member(_ sign: String, _ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> Piece {
        let (json, key) = (try piece(left), try piece(right))
        guard json.kind == .text, let name = key.literal else { throw Untranslatable("\(sign) has no fixed path") }
        // SQLite counts from the end in another way, and has no escapes in a path.
        guard key.kind == .integer ? !name.hasPrefix("-") : !name.contains(where: { $0 == "\"" || $0 == "\\" }) else {
            throw Untranslatable("\(sign) has a path that SQLite can't write")
        }
        let step = key.kind == .integer ? "[\(name)]" : ".\"\(name)\""
        let path = (json.member?.path ?? "$") + step
        let place = "\(json.member?.json ?? json.sql), \(SQLText.literal(path))"
        let (type, value) = ("json_type(\(place))", "json_extract(\(place))")
        guard sign == "->" else {
            return Piece("(CASE WHEN \(type) IN ('true', 'false') THEN \(type) ELSE CAST(\(value) AS TEXT) END)", .text)
        }
        // As a value of its own, only an object or an array is JSON in SQLite.
        var part = Piece("(CASE WHEN \(type) IN ('object', 'array') THEN \(value) END)", .text)
        part.member = (json.member?.json ?? json.sql, path)
        return part
    }

    private static func typeName(ofJSON json: String) -> Piece {
        Piece(
            "(CASE json_type(\(json)) WHEN 'text' THEN 'string' WHEN 'integer' THEN 'number' WHEN 'real' THEN 'number' "
                + "WHEN 'true' THEN 'boolean' WHEN 'false' THEN 'boolean' ELSE json_type(\(json)) END)", .text)
    }
}
