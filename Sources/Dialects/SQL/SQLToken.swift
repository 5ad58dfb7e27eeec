/// A token of SQL text. Tokens suffice to find names, rename them and compare texts without any knowledge of the grammar.
package struct SQLToken: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// A bare word: a keyword, a name or a function.
        case word
        /// `"name"`, `[name]` or `` `name` ``.
        case quoted
        /// `'text'`, or PostgreSQL's `E'…'` and `$$…$$`.
        case string
        case number
        case symbol
        case space
        case comment
    }

    package var kind: Kind
    package var text: String

    /// The name that the token stands for, without its quotes; `nil` if it can't be one.
    package var name: String? {
        switch kind {
        case .word: return text
        case .quoted:
            let quote = text.unicodeScalars.first
            return SQLText.unquoted(text, doubled: quote == "[" ? nil : quote)
        case .string, .number, .symbol, .space, .comment: return nil
        }
    }

    /// The words that are reserved in both databases. A name that equals one of them has to be quoted.
    static let reserved: Set<String> = [
        "ALL", "AND", "AS", "ASC", "BETWEEN", "CASE", "CAST", "CHECK", "COLLATE", "CREATE", "CROSS", "DEFAULT",
        "DELETE", "DESC",
        "DISTINCT", "ELSE", "END", "EXCEPT", "EXISTS", "FROM", "FULL", "GROUP", "HAVING", "IN", "INNER", "INSERT",
        "INTERSECT", "INTO", "IS", "JOIN", "LEFT", "LIKE", "LIMIT", "NATURAL", "NOT", "NULL", "OFFSET", "ON", "OR",
        "ORDER", "OUTER", "RIGHT", "SELECT", "SET", "TABLE", "THEN", "UNION", "UNIQUE", "UPDATE", "USING", "VALUES",
        "WHEN", "WHERE", "WITH",
    ]

    /// Returns whether the token names `identifier`. Bare words are compared without regard to case, quoted names exactly.
    package func names(_ identifier: String) -> Bool {
        switch kind {
        case .word:
            SQLName.equal(text, identifier) && !SQLToken.reserved.contains(SQLName.keyword(text))
        case .quoted: name == identifier
        case .string, .number, .symbol, .space, .comment: false
        }
    }

    /// Returns whether the token is this keyword or symbol, written without quotes.
    package func isWord(_ word: String) -> Bool { kind == .word && SQLName.keyword(text) == word }
    package func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
    package var isBlank: Bool { kind == .space || kind == .comment }
}

extension SQLToken {
    /// Returns all tokens of `text`, including blanks. Joined again, they give the same text, byte for byte.
    package static func scan(_ text: String) -> [SQLToken] {
        var lexer = SQLLexer(text, .either)
        var tokens: [SQLToken] = []
        while let token = lexer.next() { tokens.append(SQLToken(kind: token.kind, text: lexer.text(token))) }
        return tokens
    }

    /// Returns the text without comments, with single spaces, and with bare words in lower case. Texts with equal results mean
    /// the same.
    package static func canonical(_ text: String) -> String {
        var result = ""
        var pendingSpace = false
        for token in scan(text) {
            if token.isBlank {
                pendingSpace = !result.isEmpty
                continue
            }
            let tight = token.kind == .symbol && ",);".contains(token.text)
            if pendingSpace && !tight && result.last != "(" { result += " " }
            pendingSpace = false
            result += token.kind == .word ? SQLName.folded(token.text) : token.text
        }
        return result
    }

    /// Returns whether `name` occurs in `text` as a whole word. Occurrences in quotes, strings and comments count too, because
    /// SQLite takes a string for a name where it expects a name.
    package static func isWhole(_ name: String, in text: String) -> Bool {
        let (name, text) = (Array(name.utf8), Array(text.utf8))
        guard let first = name.first, let last = name.last else { return false }
        return text.indices.contains { start in
            let end = start + name.count
            guard text[start] == first, end <= text.count, text[start..<end].elementsEqual(name) else { return false }
            let goesOnBefore = start > 0 && first.continuesWord && text[start - 1].continuesWord
            let goesOnBehind = end < text.count && last.continuesWord && text[end].continuesWord
            return !goesOnBefore && !goesOnBehind
        }
    }

    /// Returns the words in `text`, those in quotes, strings and comments too: the longest runs of what a bare word may contain.
    package static func words(of text: String) -> Set<String> {
        Set(text.utf8.split { !$0.continuesWord }.map { String(decoding: $0, as: UTF8.self) })
    }

    /// Returns whether `(` follows the word at `index`, so that the word names a function.
    package static func isCall(_ tokens: [SQLToken], _ index: Int) -> Bool {
        guard tokens[index].kind == .word else { return false }
        return tokens[(index + 1)...].first { !$0.isBlank }?.isSymbol("(") ?? false
    }
}
