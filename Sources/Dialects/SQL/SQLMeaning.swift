extension SQLToken {
    /// Returns the text in a form for comparison, as both databases read it: without comments, blanks, needless parentheses and
    /// needless aliases, with bare words in lower case, and without quotes around names that need none (SQLite adds quotes to a
    /// name that it rewrites). A string stays a string: only a reader that knows the columns can tell SQLite's `"text"` from a
    /// name, and such a reader does so beforehand.
    package static func compared(_ text: String) -> String {
        let tokens = scan(text).filter { !$0.isBlank }
        var words = tokens.indices.map { at in
            // Beside a point there is nothing but a name: `new."full"` is `new.full`.
            let beside = [tokens[..<at].last, tokens[(at + 1)...].first]
            return tokens[at].withoutNeedlessQuotes(isQualified: beside.contains { $0?.isSymbol(".") == true })
        }
        while words.count > 2, words[0].isSymbol("("), closing(words, 0) == words.count - 1 {
            words = Array(words.dropFirst().dropLast())
        }
        words = withoutNeedlessAliases(withoutNeedlessParentheses(words))
        var result = ""
        for at in words.indices {
            if at > 0, isSpaced(words, at) { result += " " }
            result += words[at].text
        }
        return result
    }

    private func withoutNeedlessQuotes(isQualified: Bool) -> SQLToken {
        switch kind {
        case .word: return SQLToken(kind: .word, text: SQLName.folded(text))
        case .quoted:
            guard let name else { return self }
            let isPlain =
                name.utf8.allSatisfy(SQLToken.isPlain) && name.utf8.first.map { !(0x30...0x39).contains($0) } == true
            guard isPlain, isQualified || !SQLToken.special.contains(SQLName.keyword(name)) else {
                return SQLToken(kind: .quoted, text: SQLText.identifier(name))
            }
            return SQLToken(kind: .word, text: name)
        case .symbol: return SQLToken(kind: .symbol, text: SQLToken.synonyms[text] ?? text)
        case .string, .number, .space, .comment: return self
        }
    }

    private static let synonyms = ["==": "=", "!=": "<>"]

    /// Returns whether a bare name in lower case may contain this byte.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    /// The words that mean something else when they stand without quotes.
    private static let special: Set<String> = SQLToken.reserved.union([
        "ANALYSE", "ANALYZE", "ANY", "ARRAY", "BOTH", "BY", "COLUMN", "CONSTRAINT", "CURRENT_CATALOG", "CURRENT_DATE",
        "CURRENT_ROLE", "CURRENT_SCHEMA", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "ESCAPE", "FALSE",
        "FETCH",
        "FOR", "FOREIGN", "GLOB", "ILIKE", "ISNULL", "LEADING", "LOCALTIME", "LOCALTIMESTAMP", "MATCH", "NOTNULL",
        "PRIMARY",
        "REFERENCES", "REGEXP", "RETURNING", "SESSION_USER", "SIMILAR", "SOME", "SYMMETRIC", "TO", "TRAILING", "TRUE",
        "USER", "WINDOW",
    ])

    /// Removes the parentheses from `(a)`: from a single word whose parentheses belong to no function and to no list.
    private static func withoutNeedlessParentheses(_ words: [SQLToken]) -> [SQLToken] {
        var result: [SQLToken] = []
        var at = 0
        while at < words.count {
            let isAtom =
                words[at].isSymbol("(") && at + 2 < words.count && words[at + 2].isSymbol(")")
                && words[at + 1].kind != .symbol
            if isAtom, opensOperand(after: result.last) {
                result.append(words[at + 1])
                at += 3
            } else {
                result.append(words[at])
                at += 1
            }
        }
        return result
    }

    /// Shortens `a AS a` to `a`. Renaming a column and renaming it back leaves such aliases in views.
    private static func withoutNeedlessAliases(_ words: [SQLToken]) -> [SQLToken] {
        var result: [SQLToken] = []
        var at = 0
        while at < words.count {
            if words[at].isWord("AS"), at + 1 < words.count, words[at + 1].name != nil, result.last == words[at + 1] {
                at += 2
            } else {
                result.append(words[at])
                at += 1
            }
        }
        return result
    }

    /// Returns whether a parenthesis that follows this token encloses an operand.
    private static func opensOperand(after token: SQLToken?) -> Bool {
        guard let token else { return true }
        switch token.kind {
        case .symbol: return !token.isSymbol(")") && !token.isSymbol("]")
        case .word:
            let words = ["AND", "OR", "NOT", "WHEN", "THEN", "ELSE", "BETWEEN", "LIKE", "WHERE", "ON", "HAVING"]
            return words.contains(SQLName.keyword(token.text))
        case .quoted, .string, .number, .space, .comment: return false
        }
    }

    /// Returns the index of the parenthesis that closes the one at `start`.
    private static func closing(_ words: [SQLToken], _ start: Int) -> Int? {
        var depth = 0
        for at in start..<words.count {
            if words[at].isSymbol("(") { depth += 1 }
            if words[at].isSymbol(")") { depth -= 1 }
            if depth == 0 { return at }
        }
        return nil
    }

    private static func isSpaced(_ words: [SQLToken], _ at: Int) -> Bool {
        let (before, token) = (words[at - 1], words[at])
        if before.isSymbol("(") || before.isSymbol(".") || before.isSymbol("::") { return false }
        if token.kind == .symbol, [")", ",", ";", ".", "::"].contains(token.text) { return false }
        let isCall = token.isSymbol("(") && before.kind == .word && !ColumnNames.isKeyword(before)
        return !isCall
    }
}
