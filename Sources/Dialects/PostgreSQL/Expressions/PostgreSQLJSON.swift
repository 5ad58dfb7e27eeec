/// A part of a JSON, as SQLite's functions find it.
struct PostgreSQLJSONMember {
    var json: String
    var path: String
    /// Whether the JSON is `jsonb`, where a string, number, boolean or null has itself at the place 0, as if it were an array of one.
    var isBinary: Bool

    /// The JSON and the path, as arguments of a function.
    var place: String { "\(json), \(chosen { SQLText.literal($0) })" }

    /// Returns the text of the part. That of a JSON boolean is `true`; in SQLite it is 1. That of a number has all of its digits; SQLite's is
    /// the text of a double.
    var text: String {
        let written = chosen { "\(scalar(at: $0)) ELSE CAST(json_extract(\(place(at: $0))) AS TEXT) END" }
        return "(\(written))"
    }

    /// Returns the part as a JSON.
    var part: String {
        let written = chosen { path in
            let place = place(at: path)
            return
                "\(scalar(at: path)) WHEN json_type(\(place)) IS NOT NULL THEN json_quote(json_extract(\(place))) END"
        }
        return "(\(written))"
    }

    private func place(at path: String) -> String { "\(json), \(SQLText.literal(path))" }

    private func scalar(at path: String) -> String {
        let place = place(at: path)
        // Several paths yield an array, in which numbers are written as in the JSON.
        let pair = "json_extract(\(place), \(SQLText.literal(path)))"
        return "CASE WHEN json_type(\(place)) IN ('true', 'false') THEN json_type(\(place)) "
            + "WHEN json_type(\(place)) IN ('integer', 'real') THEN substr(\(pair), 2, instr(\(pair), ',') - 2)"
    }

    /// Returns what `write` makes of the path, or of its beginning where there is no array at which the rest could be found.
    private func chosen(_ write: (_ path: String) -> String) -> String {
        var beginnings: [String] = []
        while isBinary, (beginnings.last ?? path).hasSuffix("[0]") {
            beginnings.append(String((beginnings.last ?? path).dropLast(3)))
        }
        return beginnings.reduce(write(path)) { rest, path in
            "CASE WHEN json_type(\(place(at: path))) IN ('array', 'object') THEN \(rest) ELSE \(write(path)) END"
        }
    }
}

// JSON in SQLite's words.

extension PostgreSQLExpressionTranslation {
    func jsonCall(_ function: String, _ pieces: [Piece]) -> Piece? {
        guard pieces.count == 1, pieces[0].kind == .json else { return nil }
        switch function {
        case "jsonb_array_length", "json_array_length": return Piece(length(ofJSON: pieces[0].place), .integer)
        case "jsonb_typeof", "json_typeof": return Self.typeName(ofJSON: pieces[0].place)
        default: return nil
        }
    }

    /// Translates `->` and `->>` with a fixed name or position.
    func member(
        _ sign: BinaryOperator, _ left: ExpressionTree, _ right: ExpressionTree
    ) throws(Untranslatable) -> Piece {
        let (json, key) = (try piece(left), try piece(right))
        guard json.kind == .json, let name = key.literal else { throw Untranslatable("\(sign) has no fixed path") }
        // SQLite counts from the end in another way, and has no escapes in a path.
        guard key.kind == .integer ? !name.hasPrefix("-") : !name.contains(where: { $0 == "\"" || $0 == "\\" }) else {
            throw Untranslatable("\(sign) has a path that SQLite can't write")
        }
        let step = key.kind == .integer ? "[\(name)]" : ".\"\(name)\""
        let member = PostgreSQLJSONMember(
            json: json.member?.json ?? json.sql, path: (json.member?.path ?? "$") + step, isBinary: json.isBinaryJSON)
        guard sign == .member else { return Piece(member.text, .text) }
        var part = Piece(member.part, .json)
        part.member = member
        part.isBinaryJSON = json.isBinaryJSON
        return part
    }

    /// Returns the length of an array. For any other value PostgreSQL fails, and SQLite yields 0. Only a query is not guarded
    /// against such values: it works in the source.
    private func length(ofJSON json: String) -> String {
        let (type, length) = ("json_type(\(json))", "json_array_length(\(json))")
        guard notes == nil else { return length }
        return "(CASE WHEN \(type) = 'array' THEN \(length) WHEN \(type) IS NOT NULL THEN \(Self.failure) END)"
    }

    private static func typeName(ofJSON json: String) -> Piece {
        Piece(
            "(CASE json_type(\(json)) WHEN 'text' THEN 'string' WHEN 'integer' THEN 'number' WHEN 'real' THEN 'number' "
                + "WHEN 'true' THEN 'boolean' WHEN 'false' THEN 'boolean' ELSE json_type(\(json)) END)", .text)
    }
}
