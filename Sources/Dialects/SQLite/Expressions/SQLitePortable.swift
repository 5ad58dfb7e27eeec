/// Rewrites portable SQL for SQLite, where decimals are texts, LIKE does not distinguish case, and booleans are numbers.
enum SQLitePortable {
    static func answer(_ note: PortableNote, _ draft: inout PortableDraft) throws(LoweringError) {
        switch note {
        case .name(let token, let name, _): render(name, at: token, &draft)
        case .literal(let range, let text), .numeral(let range, let text): draft.replace(range, with: text)
        case .number(let range), .double(let range): draft.wrap(range, "CAST(", " AS REAL)")
        case .digits(let range, let scale):
            // printf() turns NULL into 0 (https://www.sqlite.org/printf.html).
            let number = draft.text(of: range)
            draft.replace(range, with: "CASE WHEN \(number) IS NOT NULL THEN printf('%.\(scale)f', \(number)) END")
        case .collation(let token): draft.replace(token..<token + 1, with: "BINARY")
        case .stands(let range, let other): draft.replace(range, with: draft.text(of: other))
        case .match(let words, let pattern, let escape, let pieces, let isNegated):
            guard !pieces.isPlain else { break }
            draft.replace(words, with: isNegated ? "NOT GLOB" : "GLOB")
            draft.replace(pattern, with: SQLText.literal(glob(pieces)))
            if let escape { draft.replace(escape, with: "") }
        case .integer(let cast, let inner, let type):
            let text = "(\(draft.text(of: inner)))"
            // Only json_extract() can refuse a row in the middle of an expression with a message of its own.
            let refusal = "json_extract('{}', \(text) || ' is no integer')"
            draft.replace(
                cast,
                with:
                    "CASE WHEN \(SQLiteIncompatibility.integer(text, type)) THEN \(refusal) ELSE CAST(\(text) AS INTEGER) END"
            )
        case .sameness(let range, let isNegated): draft.replace(range, with: isNegated ? "IS NOT" : "IS")
        // SQLite needs no change here: texts compare by their bytes, lower() knows ASCII only, NULL is the smallest value,
        // integers have 64 bits, || converts them to texts, and a part of a type's name determines its affinity
        // (https://www.sqlite.org/datatype3.html, 3.1).
        case .bytes, .letters, .nulls, .truth, .blob, .wide, .text, .type: break
        }
    }

    /// Renders a name. SQLite finds names without regard to case, so only a word of the grammar needs quotes.
    private static func render(_ name: String, at token: Int, _ draft: inout PortableDraft) {
        let written = draft.text(of: token..<token + 1)
        guard let first = written.unicodeScalars.first, first != "\"" else {
            if SQLToken.scan(written).first?.means(name) != true {
                draft.replace(token..<token + 1, with: SQLText.identifier(name))
            }
            return
        }
        if keywords.contains(SQLName.keyword(written)) {
            draft.replace(token..<token + 1, with: SQLText.identifier(name))
        }
    }

    /// The words of https://www.sqlite.org/lang_keywords.html, without those that SQLite's grammar accepts as a name where it
    /// can.
    private static let keywords: Set<String> = [
        "ADD", "ALTER", "AUTOINCREMENT", "CHECK", "COMMIT", "CONSTRAINT", "CREATE", "CURRENT_DATE", "CURRENT_TIME",
        "CURRENT_TIMESTAMP", "DEFAULT", "DEFERRABLE", "DELETE", "DROP", "FOREIGN", "INDEX", "INSERT", "INTO", "NOTHING",
        "PRIMARY", "REFERENCES", "RETURNING", "SET", "TABLE", "TO", "TRANSACTION", "UNIQUE", "UPDATE",
    ]

    /// Returns the pattern for GLOB, which distinguishes case: `*` for `%`, `?` for `_`, and brackets around characters that
    /// GLOB gives a meaning.
    private static func glob(_ pattern: PortablePattern) -> String {
        var text = ""
        for piece in pattern.pieces {
            switch piece {
            case .anything: text += "*"
            case .one: text += "?"
            case .character(let scalar) where "*?[".unicodeScalars.contains(scalar): text += "[\(scalar)]"
            case .character(let scalar): text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
