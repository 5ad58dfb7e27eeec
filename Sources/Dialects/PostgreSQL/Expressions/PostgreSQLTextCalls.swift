/// Calls of functions that read texts, and the patterns of LIKE.
extension PostgreSQLExpressionTranslation {
    /// Translates a function of texts; `nil` for any other.
    func textCall(_ function: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        if function.hasPrefix("concat") { return try concatenation(function, pieces) }
        guard let text = pieces.first else { return nil }
        if case .padded = text.kind { return try paddedCall(function, pieces) }
        guard text.kind == .text else { return nil }
        if let found = try citextCall(function, pieces) { return found }
        let pieces = pieces.map(bare)
        return try plainCall(function, pieces[0], pieces)
    }

    /// Translates the functions of a `character(n)`, most of which take it with its padding.
    private func paddedCall(_ function: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        switch (function, pieces.count) {
        case ("length", 1), ("char_length", 1), ("character_length", 1):
            return Piece("length(\(pieces[0].sql))", .integer)
        case ("textlike", 2), ("textnlike", 2), ("texticlike", 2), ("texticnlike", 2), ("textregexeq", 2),
            ("textregexne", 2):
            let text = try filled(pieces[0])
            return try plainCall(function, text, [text] + pieces.dropFirst().map(bare))
        default: return nil
        }
    }

    /// Returns a `character(n)` as text with its padding.
    private func filled(_ piece: Piece) throws(Untranslatable) -> Piece {
        guard case .padded(let length) = piece.kind else { return piece }
        guard let length, length <= 1_000 else {
            throw Untranslatable("it computes with the padding of a character(n) whose length is not known")
        }
        let blanks = SQLText.literal(String(repeating: " ", count: length))
        return Piece("substr(\(piece.sql) || \(blanks), 1, \(length))", .text)
    }

    /// Translates the functions that citext has of its own. Every other one is given the text.
    private func citextCall(_ function: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        guard pieces.contains(where: \.isCaseless) else { return nil }
        switch function {
        case "textlike", "textnlike", "texticlike", "texticnlike":
            let match = try matches(bare(pieces[0]), pieces[1], isCaseless: true)
            return Piece(function.hasSuffix("nlike") ? "(NOT \(match))" : match, .boolean)
        case "replace", "split_part", "strpos", "textregexeq", "textregexne", "texticregexeq", "texticregexne":
            throw Untranslatable("\(function)() ignores case for citext")
        default: return nil
        }
    }

    private func plainCall(_ function: String, _ text: Piece, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        let list = pieces.map(\.sql).joined(separator: ", ")
        switch (function, pieces.count) {
        case ("lower", 1), ("upper", 1):
            // A default reads no column, and nobody compares it: its letters must be those of ASCII.
            let isKnown = text.literal.map { $0.utf8.allSatisfy { $0 < 0x80 } } ?? !scopes.isEmpty
            guard isKnown || text.isByBytes || text.isASCII else {
                throw Untranslatable("\(function)() converts more letters in PostgreSQL than in SQLite")
            }
            var piece = Piece("\(function)(\(list))", .text)
            (piece.isByBytes, piece.isASCII) = (text.isByBytes, text.isASCII)
            return piece
        case ("length", 1), ("char_length", 1), ("character_length", 1): return Piece("length(\(list))", .integer)
        case ("octet_length", 1): return Piece("length(CAST(\(list) AS BLOB))", .integer)
        case ("btrim", 1), ("btrim", 2): return Piece("trim(\(list))", .text)
        case ("ltrim", 1...2), ("rtrim", 1...2): return Piece("\(function)(\(list))", .text)
        case ("replace", 3), ("split_part", 3), ("strpos", 2), ("textregexeq", 2), ("textregexne", 2):
            return try search(function, pieces)
        case ("substr", 2...3), ("substring", 2...3): return try substring(of: text, pieces)
        case ("left", 2), ("right", 2):
            guard let count = pieces[1].literal.flatMap(Int.init), count > 0 else { return nil }
            return Piece(
                function == "left" ? "substr(\(text.sql), 1, \(count))" : "substr(\(text.sql), -\(count))", .text)
        case ("lpad", 2...3), ("rpad", 2...3): return Self.padded(pieces, isLeft: function == "lpad")
        case ("repeat", 2):
            guard let count = pieces[1].literal.flatMap(Int.init), (0...1_000).contains(count) else { return nil }
            return Piece("replace(hex(zeroblob(\(count))), '00', \(text.sql))", .text)
        case ("starts_with", 2) where pieces[1].kind == .text:
            return Piece("(substr(\(text.sql), 1, length(\(pieces[1].sql))) = \(pieces[1].sql))", .boolean)
        case ("ascii", 1): return Piece("(CASE \(text.sql) WHEN '' THEN 0 ELSE unicode(\(text.sql)) END)", .integer)
        case ("like_escape", 2):
            guard let pattern = text.literal, let escape = pieces[1].literal, escape.unicodeScalars.count < 2 else {
                return nil
            }
            return Piece(text.sql, .text, literal: PostgreSQLPattern.escaped(pattern, by: escape))
        case ("textlike", 2), ("textnlike", 2), ("texticlike", 2), ("texticnlike", 2):
            let match = try matches(text, pieces[1], isCaseless: function.hasPrefix("textic"))
            return Piece(function.hasSuffix("nlike") ? "(NOT \(match))" : match, .boolean)
        default: return nil
        }
    }

    /// Translates `substr(text, start, length)`. A start before the first character is counted in PostgreSQL, and is one from the end in
    /// SQLite.
    private func substring(of text: Piece, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        let isCounted = pieces.count == 2 || pieces[2].literal.flatMap(Int.init).map { $0 >= 0 } == true
        guard isCounted || notes != nil else { throw Untranslatable("a negative length is an error in PostgreSQL") }
        if let start = pieces[1].literal.flatMap(Int.init), start > 0 {
            return Piece("substr(\(pieces.map(\.sql).joined(separator: ", ")))", .text)
        }
        if isCounted, let place = Self.placeFromEnd(pieces[1].sql, of: text.sql) {
            let list = [text.sql, "-\(place)"] + pieces.dropFirst(2).map(\.sql)
            return Piece("substr(\(list.joined(separator: ", ")))", .text)
        }
        guard pieces.count == 2, pieces[1].kind == .integer else { return nil }
        return Piece("substr(\(text.sql), max(\(pieces[1].sql), 1))", .text)
    }

    /// Translates the functions that search in a text.
    private func search(_ function: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        let list = pieces.map(\.sql).joined(separator: ", ")
        switch function {
        case "replace": return pieces.allSatisfy { $0.kind == .text } ? Piece("replace(\(list))", .text) : nil
        case "split_part": return try part(of: pieces[0], pieces[1], pieces[2])
        case "strpos": return Piece("instr(\(list))", .integer)
        default:
            guard let glob = pieces[1].literal.flatMap(PostgreSQLPattern.glob(ofRegularExpression:)) else {
                throw Untranslatable("it matches a regular expression, which SQLite does not have")
            }
            let match = "(\(pieces[0].sql) GLOB \(SQLText.literal(glob)))"
            return Piece(function == "textregexne" ? "(NOT \(match))" : match, .boolean)
        }
    }

    /// Translates `split_part(text, '@', 2)`: the first or the second part.
    private func part(of text: Piece, _ separator: Piece, _ number: Piece) throws(Untranslatable) -> Piece {
        guard let delimiter = separator.literal, !delimiter.isEmpty, number.literal == "1" || number.literal == "2"
        else {
            throw Untranslatable("split_part() of more than two parts has no known counterpart")
        }
        let quoted = SQLText.literal(delimiter)
        func end(_ sql: String) -> String { "instr(\(sql) || \(quoted), \(quoted))" }
        func first(_ sql: String) -> String { "substr(\(sql), 1, \(end(sql)) - 1)" }
        let rest = "substr(\(text.sql), \(end(text.sql)) + \(delimiter.unicodeScalars.count))"
        return Piece(first(number.literal == "1" ? text.sql : rest), .text)
    }

    /// Translates `lpad(text, 8, '0')` to a fixed length, which cuts off what is longer.
    private static func padded(_ pieces: [Piece], isLeft: Bool) -> Piece? {
        let fill = Array(pieces.count == 3 ? pieces[2].literal ?? "" : " ").flatMap(\.unicodeScalars)
        guard let length = pieces[1].literal.flatMap(Int.init), (0...1_000).contains(length), !fill.isEmpty else {
            return nil
        }
        var blank = String.UnicodeScalarView()
        for at in 0..<length { blank.append(fill[at % fill.count]) }
        let text = pieces[0].sql
        let cut = "substr(\(text), 1, \(length))"
        let padding = "substr(\(SQLText.literal(String(blank))), 1, max(\(length) - length(\(text)), 0))"
        return Piece(isLeft ? "(\(padding) || \(cut))" : "(\(cut) || \(padding))", .text)
    }

    /// Translates `concat(a, b)` and `concat_ws(', ', a, b)`, which pass over NULL.
    private func concatenation(_ function: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        let isJoin = function == "concat_ws"
        var filled: [Piece] = []
        for piece in pieces { filled.append(bare(try self.filled(piece))) }
        let pieces = filled
        let separator = isJoin ? pieces.first?.literal : ""
        let parts = pieces.dropFirst(isJoin ? 1 : 0)
        guard isJoin || function == "concat", let separator, !parts.isEmpty,
            parts.allSatisfy({ $0.kind == .text || $0.kind == .integer || $0.kind == .null })
        else { return nil }
        let before = separator.isEmpty ? "" : "\(SQLText.literal(separator)) || "
        let joined = try Self.chain(parts.map { "coalesce(\(before)\($0.sql), '')" }, .concatenate)
        let start = separator.unicodeScalars.count + 1
        return Piece(separator.isEmpty ? joined : "substr(\(joined), \(start))", .text)
    }

    /// Translates LIKE, which respects case in PostgreSQL and ignores it in SQLite, to GLOB, which respects it.
    private func matches(_ text: Piece, _ pattern: Piece, isCaseless: Bool) throws(Untranslatable) -> String {
        guard let literal = pattern.literal else { throw Untranslatable("the pattern of LIKE is not a literal") }
        guard isCaseless else {
            return "(\(text.sql) GLOB \(SQLText.literal(PostgreSQLPattern.glob(ofLike: literal))))"
        }
        return "(\(text.sql) LIKE \(SQLText.literal(literal)) ESCAPE '\\')"
    }
}
