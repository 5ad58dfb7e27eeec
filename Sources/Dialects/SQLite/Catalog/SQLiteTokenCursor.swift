/// A reader over the tokens of DDL that skips blanks and still gives back the exact text between two places.
struct SQLiteTokenCursor {
    private let tokens: [SQLToken]
    /// The place of the next token that is not blank; `tokens.count` at the end.
    private(set) var at = 0

    init(_ text: String) {
        tokens = Self.joiningBrackets(SQLToken.scan(text))
        skipBlanks()
    }

    var isAtEnd: Bool { at >= tokens.count }
    var current: SQLToken? { isAtEnd ? nil : tokens[at] }

    func isAt(word: String) -> Bool { current?.isWord(word) ?? false }
    func isAt(symbol: String) -> Bool { current?.isSymbol(symbol) ?? false }

    /// Returns whether the next words are these, in this order.
    func isAt(words: String...) -> Bool {
        var ahead = self
        return words.allSatisfy { ahead.take(word: $0) }
    }

    @discardableResult
    mutating func advance() -> SQLToken? {
        guard !isAtEnd else { return nil }
        let token = tokens[at]
        at += 1
        skipBlanks()
        return token
    }

    mutating func take(word: String) -> Bool {
        guard isAt(word: word) else { return false }
        advance()
        return true
    }

    mutating func take(symbol: String) -> Bool {
        guard isAt(symbol: symbol) else { return false }
        advance()
        return true
    }

    /// Reads a name: a word, a quoted name, or a string that SQLite takes for a name.
    mutating func takeName() -> String? {
        guard let name = current?.nameOrString else { return nil }
        advance()
        return name
    }

    /// Reads `( … )`: moves behind the closing parenthesis and returns the text between the two, without the blanks at its
    /// ends.
    mutating func takeParenthesized() -> String? {
        guard take(symbol: "(") else { return nil }
        let start = at
        skip { $0.isSymbol(")") }
        let inner = text(from: start)
        _ = take(symbol: ")")
        return inner
    }

    /// Moves to the first token that `stop` accepts and that stands in no parentheses opened on the way.
    mutating func skip(until stop: (SQLToken) -> Bool) {
        var depth = 0
        while let token = current, depth > 0 || !stop(token) {
            if token.isSymbol("(") { depth += 1 }
            if token.isSymbol(")") { depth -= 1 }
            advance()
        }
    }

    /// The text from a place read before up to here, without the blanks at its ends.
    func text(from start: Int) -> String { text(from: start, to: at) }

    /// The text from one place up to another, without the blanks at its ends.
    func text(from start: Int, to stop: Int) -> String {
        var end = stop
        while end > start, tokens[end - 1].isBlank { end -= 1 }
        return tokens[start..<end].map(\.text).joined()
    }

    private mutating func skipBlanks() {
        while at < tokens.count, tokens[at].isBlank { at += 1 }
    }

    /// Joins the tokens of names in brackets. SQLite accepts `[ ]` as quotes even right after a word, where the scanner sees
    /// PostgreSQL's subscript: `byte[]`.
    static func joiningBrackets(_ tokens: [SQLToken]) -> [SQLToken] {
        var joined: [SQLToken] = []
        var open: Int?
        for token in tokens {
            if token.isSymbol("["), open == nil { open = joined.count }
            joined.append(token)
            guard let start = open, token.isSymbol("]") else { continue }
            let name = SQLToken(kind: .quoted, text: joined[start...].map(\.text).joined())
            joined.replaceSubrange(start..., with: [name])
            open = nil
        }
        return joined
    }
}

extension SQLToken {
    /// The name that the token stands for at a place where a name must stand. SQLite then accepts 'text' as a name, too.
    var nameOrString: String? {
        guard kind == .string else { return name }
        return stringValue
    }

    /// Returns whether the token names `identifier` at a place where a name may stand. SQLite compares quoted names, too, without
    /// regard to case.
    func namesInSQLite(_ identifier: String) -> Bool {
        guard kind != .word, let name = nameOrString else { return names(identifier) }
        return SQLName.equal(name, identifier)
    }

    /// The content of `'text'`; `nil` for every other token, including strings that begin with a letter or a dollar.
    var stringValue: String? {
        guard kind == .string, text.utf8.first == UInt8(ascii: "'"), text.utf8.count >= 2 else { return nil }
        return SQLText.unquoted(text, doubled: "'")
    }
}
