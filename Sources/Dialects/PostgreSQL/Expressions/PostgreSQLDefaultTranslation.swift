/// Translates computed defaults of PostgreSQL into SQLite's SQL, for the type that the column has there.
enum PostgreSQLDefaultTranslation {
    /// Returns the default; `nil` for NULL, which a column without a default gets anyway. `notes` learns whether it depends on the
    /// session's time zone.
    static func value(
        of text: String, for type: ColumnType, _ notes: PostgreSQLQueryNotes
    ) throws(Untranslatable) -> Default? {
        let (declared, (type, precision)) = (type, portable(type))
        let tokens = bare(SQLToken.scan(text).filter { !$0.isBlank })
        if let number = try writtenNumber(tokens, for: type) { return .text(number) }
        if let precision, precision < 3 { return try rounded(text, for: type, to: precision, notes) }
        if let idiom = idiom(tokens, for: type) { return idiom }
        if let moment = writtenMoment(tokens, for: type) {
            return .expression(.native(sqlite: moment, postgresql: text))
        }
        var translation = PostgreSQLExpressionTranslation(columns: [])
        translation.notes = notes
        let tree = try translation.parsed(text)
        if type == .bytes, let count = PostgreSQLExpressionTranslation.randomBytes(tree) {
            return .expression(.native(sqlite: "randomblob(\(count))", postgresql: text))
        }
        var piece = try translation.piece(tree)
        if case .shaped(let from) = piece.kind,
            case .shaped(let wanted) = PostgreSQLExpressionTranslation.kind(of: type),
            from != wanted, let assigned = try translation.moment(piece, from, as: wanted)
        {
            piece = assigned
        }
        switch (piece.kind, PostgreSQLExpressionTranslation.kind(of: type)) {
        case (.null, _): return nil
        // Every digit counts, because 0.10 is a text in SQLite.
        case (_, .decimal):
            guard let literal = piece.literal, Double(literal) != nil else { break }
            return type.isStoredWithDecimals ? try PostgreSQLNumberDefault.stored(literal, as: type) : .text(literal)
        case (.padded, .padded), (.text, .padded):
            if let literal = piece.literal { return .text(PostgreSQLPattern.withoutPadding(literal)) }
        case (.foreign, .foreign):
            if let literal = piece.literal { return .text(literal) }
        case (.foreign, .text):
            // The label of an enumeration.
            if let literal = piece.literal { return .text(literal) }
        case (let kind, let wanted):
            guard kind == wanted || kind == .integer && wanted == .real else { break }
            return .expression(.native(sqlite: try SQLiteNesting.readable(piece.sql), postgresql: text))
        }
        throw Untranslatable("it is not of type \(declared.word)")
    }

    /// Returns a number for a column of texts, of which the server stores the text that it shows of the number; `nil` for any other default.
    private static func writtenNumber(
        _ tokens: [SQLToken], for type: ColumnType
    ) throws(Untranslatable) -> String? {
        guard type.isText, tokens.count == 1, let token = tokens.first, token.kind == .number else { return nil }
        if case .varchar(let limit) = type, token.text.count > limit {
            throw Untranslatable("it has more than \(limit) characters")
        }
        return token.text
    }

    /// Returns a type without the precision to which it rounds moments, and that precision.
    private static func portable(_ type: ColumnType) -> (ColumnType, Int?) {
        guard case .native(_, let name) = type else { return (type, nil) }
        let (word, precision) = PostgreSQLTypeName(name).withoutPrecision
        if word == "real" { return (.real, nil) }
        let portable = PostgreSQLTypeName(word).columnType
        return portable.isNative ? (type, nil) : (portable, precision)
    }

    /// Whether the expression is a literal whose fraction of a second has only zeros after the first `precision` digits.
    private static func isRounded(_ sql: String, to precision: Int) -> Bool {
        let fraction = sql.drop { $0 != "." }.dropFirst(1 + precision)
        return sql.hasPrefix("'") && fraction.allSatisfy { !$0.isNumber || $0 == "0" }
    }

    /// Returns the current time for a column that rounds it to whole seconds, or to fewer digits than SQLite's three behind the point.
    private static func rounded(
        _ text: String, for type: ColumnType, to precision: Int, _ notes: PostgreSQLQueryNotes
    ) throws(Untranslatable) -> Default? {
        let formats: [ColumnType: (day: String, end: String)] = [
            .timestamp: ("%Y-%m-%dT", "Z"), .datetime: ("%Y-%m-%d ", ""), .time: ("", ""),
        ]
        let moment: String
        switch try value(of: text, for: type, notes) {
        case .now?: moment = "'now'"
        case .expression(.native(let sqlite, _))?:
            if isRounded(sqlite, to: precision) { return .expression(.native(sqlite: sqlite, postgresql: text)) }
            guard !sqlite.hasPrefix("'") else { fallthrough }
            moment = sqlite
        default: throw Untranslatable("it is rounded to \(precision) digits behind the second")
        }
        guard let (day, end) = formats[type] else { throw Untranslatable("it is not of type \(type.word)") }
        let half = "'+0.\(String(repeating: "0", count: precision))5 seconds'"
        let zeros = String(repeating: "0", count: 6 - precision)
        let whole = "strftime('\(day)%H:%M:%f', \(moment), \(half))"
        let length = day.isEmpty ? 8 : 19
        let digits = precision == 0 ? 0 : precision + 1
        let tail = SQLText.literal((precision == 0 ? "." : "") + zeros + end)
        return .expression(.native(sqlite: "substr(\(whole), 1, \(length + digits)) || \(tail)", postgresql: text))
    }

    /// Returns the tokens without parentheses around all of them, and without casts to text.
    private static func bare(_ tokens: [SQLToken]) -> [SQLToken] {
        var kept: [SQLToken] = []
        for token in tokens {
            if token.isWord("TEXT"), kept.last?.isSymbol("::") == true { kept.removeLast() } else { kept.append(token) }
        }
        while kept.first?.isSymbol("(") == true, closing(kept, of: 0) == kept.count - 1 {
            kept = Array(kept.dropFirst().dropLast())
        }
        return kept
    }

    private static func closing(_ tokens: [SQLToken], of open: Int) -> Int? {
        var depth = 0
        return tokens.indices[open...].first { at in
            if tokens[at].isSymbol("(") { depth += 1 }
            if tokens[at].isSymbol(")") { depth -= 1 }
            return depth == 0
        }
    }

    private static let utc = ["now()attimezone'utc'", "timezone('utc',now())"]
    private static let seconds: Set<String> = [
        "extract(epochfromnow())::bigint", "floor(extract(epochfromnow()))::bigint",
        "(floor(extract(epochfromnow())))::bigint", "(extract(epochfromnow()))::bigint",
    ]

    /// Returns the default for a well-known expression: the moment, the day, the random UUID.
    private static func idiom(_ tokens: [SQLToken], for type: ColumnType) -> Default? {
        let text = tokens.map { $0.text.lowercased() }.joined()
        switch type {
        case .datetime: return utc.contains(text) ? .now : nil
        case .date: return utc.contains { text == "(\($0))::date" } ? .today : nil
        case .time: return utc.contains { text.hasPrefix("(\($0))::time") } ? .now : nil
        case .uuid, .text, .varchar:
            let calls: Set<String> = [
                "gen_random_uuid()", "(gen_random_uuid())", "uuid_generate_v4()", "(uuid_generate_v4())",
            ]
            if type != .uuid, text == "upper((gen_random_uuid()))" {
                return .expression(
                    .native(
                        sqlite: "upper(\(SQLiteDialect.randomUUID))", postgresql: "upper((gen_random_uuid())::text)"))
            }
            // The text of an array is kept as text.
            return calls.contains(text) ? .uuid : text.hasPrefix("array[]") ? .text("{}") : nil
        case .smallint, .integer, .bigint: return seconds.contains(text) ? .now : nil
        case .native: return text.hasPrefix("array[]") ? .text("{}") : nil
        case .real, .decimal, .numeric, .boolean, .timestamp, .interval, .json, .jsonText, .bytes: return nil
        }
    }

    /// Translates `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')` into `strftime('%Y-%m-%d', 'now')`: the manual's 9.8, and
    /// https://www.sqlite.org/lang_datefunc.html.
    private static func writtenMoment(_ tokens: [SQLToken], for type: ColumnType) -> String? {
        guard type == .text, tokens.count > 4, tokens[0].isWord("TO_CHAR"),
            let template = tokens.dropLast().last?.stringValue
        else { return nil }
        let moment = tokens[2..<tokens.count - 3].map { $0.text.lowercased() }.joined()
        guard utc.contains(where: { moment == $0 || moment == "(\($0))" }), let format = format(of: template) else {
            return nil
        }
        return "strftime(\(SQLText.literal(format)), 'now')"
    }

    /// Returns a template of `to_char` (the manual, 9.8) as a format of strftime; `nil` if it has other fields.
    static func format(of template: String) -> String? {
        let fields = [
            ("YYYY", "%Y"), ("HH24", "%H"), ("SS.MS", "%f"), ("SS.US", "%f000"), ("DDD", "%j"), ("MM", "%m"),
            ("DD", "%d"),
            ("MI", "%M"), ("SS", "%S"),
        ]
        var format = ""
        var rest = Substring(template)
        while let first = rest.first {
            if first == "\"" {
                let quoted = rest.dropFirst().prefix { $0 != "\"" }
                guard !quoted.contains(where: { $0 == "%" || $0 == "\\" }) else { return nil }
                format += quoted
                rest = rest.dropFirst(quoted.count + 2)
            } else if rest.hasPrefix("SSSS") {
                // The seconds of the day.
                return nil
            } else if let field = fields.first(where: { rest.hasPrefix($0.0) }) {
                format += field.1
                rest = rest.dropFirst(field.0.count)
            } else {
                guard !first.isLetter, !first.isNumber, first != "%", first != "\\" else { return nil }
                format.append(first)
                rest = rest.dropFirst()
            }
        }
        return format.contains("%") ? format : nil
    }
}
