/// Rewrites those parts of a view's text, as the server writes it, for which SQLite has other words with the same meaning.
struct PostgreSQLViewText {
    private let tokens: [SQLToken]
    private var at = 0
    private var isPlain = false

    init(_ text: String) { tokens = SQLToken.scan(text) }

    /// The text with `IN` for `= ANY (ARRAY[…])`, and with `GLOB` for `~~`, which respects case as it does.
    ///
    /// - Parameter isPlain: Whether `LIKE` is written instead, which both databases have.
    func text(isPlain: Bool = false) -> String {
        var reader = self
        reader.isPlain = isPlain
        var written: [String] = []
        while reader.at < tokens.count {
            written.append(reader.list() ?? reader.match() ?? reader.next())
        }
        return written.joined()
    }

    private mutating func next() -> String {
        at += 1
        return tokens[at - 1].text
    }

    private mutating func skipBlanks() { while at < tokens.count, tokens[at].isBlank { at += 1 } }

    private mutating func take(_ symbol: String) -> Bool {
        guard at < tokens.count, tokens[at].isSymbol(symbol) else { return false }
        at += 1
        skipBlanks()
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard at < tokens.count, tokens[at].isWord(word) else { return false }
        at += 1
        skipBlanks()
        return true
    }

    /// Reads `= ANY (ARRAY[…])` or `<> ALL (ARRAY[…])`.
    private mutating func list() -> String? {
        let start = at
        let isIn = take("=") && take(word: "ANY")
        if !isIn { at = start }
        let isOut = !isIn && take("<>") && take(word: "ALL")
        var depth = 0
        while isIn || isOut, take("(") { depth += 1 }
        guard depth > 0, take(word: "ARRAY"), take("[") else {
            at = start
            return nil
        }
        var items = ""
        while at < tokens.count, !tokens[at].isSymbol("]"), !tokens[at].isSymbol("[") { items += next() }
        guard take("]") else {
            at = start
            return nil
        }
        for _ in 0..<depth {
            guard at < tokens.count, tokens[at].isSymbol(")") else {
                at = start
                return nil
            }
            at += 1
        }
        return "\(isIn ? "IN" : "NOT IN") (\(items))"
    }

    /// Reads `~~ 'pattern'`, `!~~`, `~~*` or `!~~*`.
    private mutating func match() -> String? {
        let start = at
        let isNegated = take("!")
        guard take("~"), take("~") else {
            at = start
            return nil
        }
        let ignoresCase = take("*")
        guard at < tokens.count, let pattern = tokens[at].stringValue else {
            at = start
            return nil
        }
        at += 1
        let not = isNegated ? "NOT " : ""
        if isPlain { return "\(not)LIKE \(SQLText.literal(pattern))" }
        guard ignoresCase else {
            return "\(not)GLOB \(SQLText.literal(PostgreSQLPattern.glob(ofLike: pattern)))"
        }
        return "\(not)LIKE \(SQLText.literal(pattern)) ESCAPE '\\'"
    }
}
