// Casts (the manual, 4.2.9) in SQLite's words.

extension PostgreSQLExpressionTranslation {
    func cast(_ operand: ExpressionTree, _ type: String) throws(Untranslatable) -> Piece {
        let name = type.lowercased()
        let wanted = PostgreSQLTypeName(name).columnType
        if let now = try currentTime(operand, as: wanted) { return now }
        let piece = try piece(operand)
        if piece.kind == .null { return piece }
        try requireRoom(for: piece, of: operand, in: wanted)
        let result: Piece? =
            switch wanted {
            case .smallint, .integer, .bigint: try integer(piece, isWide: wanted == .bigint)
            case .real: try real(piece)
            case .decimal(_, let scale): decimal(piece, scale: scale)
            case .numeric: decimal(piece, scale: nil)
            case .text: text(piece)
            case .varchar(let limit): text(piece).map { cut($0, to: limit) }
            case .json, .jsonText: json(piece, isNormalized: wanted == .json)
            case .boolean: try boolean(piece)
            case .bytes: bytes(piece)
            case .timestamp, .datetime, .date, .time, .interval, .uuid: try shaped(piece, wanted)
            case .native: native(piece, wanted, name)
            }
        guard let result else { throw Untranslatable("a cast to \(name) has no known counterpart") }
        return result
    }

    /// Returns the piece as a type that only PostgreSQL has, or that cuts, pads or rounds. A literal of such a type is its text.
    private func native(_ piece: Piece, _ type: ColumnType, _ name: String) -> Piece? {
        let kind = Self.kind(of: type)
        switch kind {
        case .padded(let length):
            guard let text = text(piece) else { return nil }
            let shortened = length.map { cut(text, to: $0) } ?? text
            guard let literal = shortened.literal else { return Piece("rtrim(\(shortened.sql), ' ')", kind) }
            let trimmed = PostgreSQLPattern.withoutPadding(literal)
            return Piece(SQLText.literal(trimmed), kind, literal: trimmed)
        case .text where name == "citext": return text(piece).map(caseless)
        case .text: return piece.kind == .text && piece.literal != nil ? piece : nil
        case .foreign:
            guard piece.kind != kind else { return piece }
            guard piece.kind == .text, let literal = piece.literal, !name.contains("(") else { return nil }
            return Piece(piece.sql, kind, literal: literal)
        case .real where piece.kind == .real && piece.isSingle: return piece
        case .null, .integer, .real, .boolean, .bytes, .decimal, .quotient, .shaped, .json: return nil
        }
    }

    /// - Parameter isNormalized: Whether PostgreSQL writes the JSON in another way than the text from which it comes.
    private func json(_ piece: Piece, isNormalized: Bool) -> Piece? {
        var json: Piece
        switch piece.kind {
        case .json:
            json = piece
            let isOther = isNormalized != piece.isBinaryJSON && piece.literal == nil
            if isOther, isNormalized || piece.member != nil {
                json.member = PostgreSQLJSONMember(json: piece.sql, path: "$", isBinary: isNormalized)
            }
        case .text where piece.literal != nil: json = Piece(piece.sql, .json, literal: piece.literal)
        case .text:
            json = Piece(notes == nil ? Self.validJSON(piece.sql) : piece.sql, .json)
            if isNormalized { json.member = PostgreSQLJSONMember(json: json.sql, path: "$", isBinary: true) }
        case .null, .integer, .real, .boolean, .bytes, .decimal, .quotient, .shaped, .padded, .foreign: return nil
        }
        json.isBinaryJSON = isNormalized
        return json
    }

    /// Returns a text that is JSON; any other fails, as it does in PostgreSQL. Before version 3.42 json_valid(NULL) is 0 instead of NULL.
    private static func validJSON(_ text: String) -> String {
        "(CASE WHEN json_valid(\(text)) THEN \(text) WHEN \(text) IS NOT NULL THEN \(failure) END)"
    }

    /// - Throws: `Untranslatable` outside of queries. For a text that is no such value PostgreSQL fails, and SQLite yields some value. A
    ///   query works in the source, so it meets no such text.
    private func requireReadable(as word: String) throws(Untranslatable) {
        guard notes == nil else { return }
        throw Untranslatable("a text that is no \(word) is an error in PostgreSQL")
    }

    /// Returns the first characters of a text.
    private func cut(_ piece: Piece, to limit: Int) -> Piece {
        if let literal = piece.literal, literal.unicodeScalars.count <= limit { return piece }
        let cut = piece.literal.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(limit))) }
        return Piece(cut.map(SQLText.literal) ?? "substr(\(piece.sql), 1, \(limit))", .text, literal: cut)
    }

    private func integer(_ piece: Piece, isWide: Bool) throws(Untranslatable) -> Piece? {
        var result: Piece?
        switch piece.kind {
        case .integer: result = piece
        case .boolean: result = Piece(piece.sql, .integer)
        case .text:
            guard let literal = piece.literal else {
                try requireReadable(as: "number")
                result = Piece("CAST(\(piece.sql) AS INTEGER)", .integer)
                break
            }
            if Int64(literal) != nil { result = Self.number(literal) }
        case .decimal, .quotient: result = rounded(piece, to: 0).map { Piece($0.sql, .integer) }
        case .real where piece.scaled != nil: result = rounded(piece, to: 0).map { Piece($0.sql, .integer) }
        case .real, .null, .bytes, .shaped, .json, .padded, .foreign: break
        }
        result?.isWide = isWide
        return result
    }

    /// Makes sure that every value of a number fits into a type, whose limits SQLite does not have. A query works in the
    /// source, so its values fit.
    func requireRoom(for piece: Piece, of tree: ExpressionTree, in type: ColumnType) throws(Untranslatable) {
        guard notes == nil, piece.literal == nil, !tree.isField, let room = Self.room(in: type) else { return }
        let fits: Bool
        switch piece.kind {
        case .integer where type.isInteger: fits = type == .bigint || type == .integer && !piece.isWide
        case .integer: fits = (piece.isWide ? 19 : 10) <= room
        case .decimal(let precision?):
            let scale = piece.scaled?.scale ?? 0
            // Rounding may add a digit, as from 9.99 to 10.0.
            let isRounded = if case .decimal(_, let kept) = type { kept < scale } else { false }
            fits = precision - scale + (isRounded ? 1 : 0) <= room
        case .decimal, .quotient:
            overflow.note(.type)
            fits = true
        case .null, .real, .text, .boolean, .bytes, .shaped, .json, .padded, .foreign: fits = true
        }
        guard fits else {
            throw Untranslatable("a number that is too large for \(type.word) is an error in PostgreSQL")
        }
    }

    /// The digits that any number of a type may have before the point; `nil` if there may be any number of them.
    private static func room(in type: ColumnType) -> Int? {
        switch type {
        case .smallint: 4
        case .integer: 9
        case .bigint: 18
        case .decimal(let precision, let scale): precision - scale
        case .real, .numeric, .text, .varchar, .boolean, .bytes, .timestamp, .datetime, .date, .time, .interval, .uuid,
            .json, .jsonText, .native:
            nil
        }
    }

    private func real(_ piece: Piece) throws(Untranslatable) -> Piece? {
        switch piece.kind {
        case .integer, .real: return Piece("CAST(\(piece.sql) AS REAL)", .real, literal: piece.literal)
        case .decimal: return Piece("CAST(\(piece.sql) AS REAL)", .real)
        case .quotient: return notes == nil ? nil : shown(piece)
        case .text:
            guard let literal = piece.literal else {
                try requireReadable(as: "number")
                return Piece("CAST(\(piece.sql) AS REAL)", .real)
            }
            guard let number = Double(literal), !number.isNaN else { return nil }
            // SQLite has no literal for infinity, but reads a number that is too large as infinity.
            if number.isInfinite { return Piece(number < 0 ? "-9e999" : "9e999", .real) }
            return Piece(literal, Int64(literal) == nil ? .real : .integer, literal: literal)
        case .null, .boolean, .bytes, .shaped, .json, .padded, .foreign: return nil
        }
    }

    /// - Parameter scale: The digits behind the point; `nil` if there may be any number of them.
    private func decimal(_ piece: Piece, scale: Int?) -> Piece? {
        var number = piece
        if piece.kind == .text, let literal = piece.literal {
            guard let value = Double(literal), value.isFinite else { return nil }
            number = Self.number(literal)
        }
        if let scale {
            guard number.literal == nil || (number.exact?.scale ?? .max) > scale else { return number }
            return rounded(number, to: scale)
        }
        switch number.kind {
        case .decimal, .quotient: return number
        case .integer:
            guard number.literal == nil else { return number }
            return number.exact.map { Piece($0) }
        case .real: return number.literal == nil ? nil : number
        case .null, .text, .boolean, .bytes, .shaped, .json, .padded, .foreign: return nil
        }
    }

    private func text(_ piece: Piece) -> Piece? {
        switch piece.kind {
        case .text: return bare(piece)
        case .padded: return Piece(piece.sql, .text, literal: piece.literal)
        // A part of a JSON is written without blanks in SQLite, and an address with its length in PostgreSQL.
        case .json where piece.member == nil: return Piece(piece.sql, .text)
        case .foreign(let type) where type != "inet": return Piece(piece.sql, .text)
        case .integer: return Piece("CAST(\(piece.sql) AS TEXT)", .text)
        case .boolean: return Piece("(CASE \(piece.sql) WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)", .text)
        // A column has as many digits as it is declared with.
        case .decimal(let precision): return precision == nil ? nil : Piece(piece.sql, .text)
        case .shaped(.date): return Piece(piece.sql, .text)
        case .shaped(.uuid):
            var text = Piece(piece.sql, .text)
            text.isASCII = true
            return text
        case .null, .real, .bytes, .quotient, .shaped, .json, .foreign: return nil
        }
    }

    private func bytes(_ piece: Piece) -> Piece? {
        if piece.kind == .bytes { return piece }
        guard let literal = piece.literal, literal.hasPrefix("\\x"), literal.dropFirst(2).allSatisfy(\.isHexDigit)
        else {
            return nil
        }
        return Piece("x'\(literal.dropFirst(2))'", .bytes)
    }

    private func boolean(_ piece: Piece) throws(Untranslatable) -> Piece? {
        switch piece.kind {
        case .boolean: return piece
        case .text where piece.literal == nil:
            try requireReadable(as: "boolean")
            // PostgreSQL accepts blanks around the word, and the beginning of the word alone (the manual, 8.6).
            let word = "lower(trim(\(piece.sql), char(9, 10, 11, 12, 13, 32)))"
            return Piece("(\(word) IN ('true', 'tru', 'tr', 't', 'yes', 'ye', 'y', 'on', '1'))", .boolean)
        case .integer where notes != nil: return Piece("(\(piece.sql) <> 0)", .boolean)
        case .text, .integer, .null, .real, .bytes, .decimal, .quotient, .shaped, .json, .padded, .foreign: return nil
        }
    }

    private func shaped(_ piece: Piece, _ type: ColumnType) throws(Untranslatable) -> Piece? {
        switch piece.kind {
        case .text:
            guard let literal = piece.literal else { return nil }
            return Piece(
                SQLText.literal(try SQLiteEncoding.literal(literal, as: type)), .shaped(type), literal: literal)
        case .shaped(type): return piece
        case .shaped(let from): return try moment(piece, from, as: type)
        case .null, .integer, .real, .boolean, .bytes, .decimal, .quotient, .json, .padded, .foreign: return nil
        }
    }

    func collated(_ operand: ExpressionTree, _ collation: String) throws(Untranslatable) -> Piece {
        guard collation == "C" || collation == "POSIX" else {
            throw Untranslatable("the collation \(collation) exists in PostgreSQL only")
        }
        let piece = try piece(operand)
        guard !piece.isCaseless else {
            throw Untranslatable(
                "it gives a text that ignores case the collation \(collation), under which citext alone still does so")
        }
        return byBytes(piece)
    }

    private func byBytes(_ piece: Piece) -> Piece {
        var piece = bare(piece)
        piece.isByBytes = true
        return piece
    }

    /// Returns a text of citext as text. SQLite passes an explicit collation on to everything that is computed from the text.
    func bare(_ piece: Piece) -> Piece {
        guard piece.isCaseless else { return piece }
        var piece = piece
        if piece.literal == nil { piece.sql = "(\(piece.sql) COLLATE BINARY)" }
        piece.isCaseless = false
        return piece
    }

    /// Returns a text as citext.
    func caseless(_ piece: Piece) -> Piece {
        guard !piece.isCaseless else { return piece }
        var piece = piece
        if piece.literal == nil { piece.sql = "(\(piece.sql) COLLATE NOCASE)" }
        (piece.isByBytes, piece.isCaseless) = (false, true)
        return piece
    }
}

extension ExpressionTree {
    /// Whether the expression is a field of a date, other than the seconds since an epoch.
    fileprivate var isField: Bool {
        guard case .call("extract", let arguments) = self else { return false }
        return arguments.first != .string("epoch")
    }
}
