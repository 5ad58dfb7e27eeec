/// The parts of an index that only the text of `CREATE INDEX` shows: its expressions and its condition
/// (https://www.sqlite.org/lang_createindex.html).
struct SQLiteIndexDefinition: Equatable, Sendable {
    struct Part: Equatable, Sendable {
        /// The part's text as it was written, without its direction.
        var text: String
        /// The same without the `COLLATE name` at its end: as long as that is the part's own and not its last operand's.
        var expression: String
        var collation: String?
    }

    var parts: [Part] = []
    var condition: String?

    /// Reads the text; returns `nil` if it is not a `CREATE INDEX`.
    init?(_ text: String) {
        var cursor = SQLiteTokenCursor(text)
        guard cursor.take(word: "CREATE") else { return nil }
        cursor.skip { $0.isSymbol("(") }
        guard cursor.take(symbol: "(") else { return nil }
        while !cursor.isAtEnd, !cursor.isAt(symbol: ")") {
            parts.append(Self.part(&cursor))
            _ = cursor.take(symbol: ",")
        }
        guard cursor.take(symbol: ")") else { return nil }
        guard cursor.take(word: "WHERE") else { return }
        let start = cursor.at
        cursor.skip { $0.isSymbol(";") }
        condition = cursor.text(from: start)
    }

    private static func part(_ cursor: inout SQLiteTokenCursor) -> Part {
        let start = cursor.at
        var words: [(token: SQLToken, at: Int)] = []
        while let token = cursor.current, !token.isSymbol(","), !token.isSymbol(")") {
            words.append((token, cursor.at))
            if cursor.takeParenthesized() == nil { cursor.advance() }
        }
        var end = cursor.at
        if let last = words.last, last.token.isWord("ASC") || last.token.isWord("DESC") { end = words.removeLast().at }
        let text = cursor.text(from: start, to: end)
        guard let collate = words.dropLast().last, collate.token.isWord("COLLATE") else {
            return Part(text: text, expression: text)
        }
        let expression = cursor.text(from: start, to: collate.at)
        return Part(text: text, expression: expression, collation: words.last?.token.nameOrString)
    }
}
