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
        var scanner = Scanner(bytes: Array(text.utf8))
        var tokens: [SQLToken] = []
        while let token = scanner.next() { tokens.append(token) }
        return tokens
    }

    /// Renames every occurrence of a name that is not the name of a function. Strings and comments stay unchanged.
    package static func rename(_ text: String, from old: String, to new: String) -> String {
        let tokens = scan(text)
        return tokens.indices.map { at in
            guard tokens[at].names(old), !isCall(tokens, at) else { return tokens[at].text }
            return SQLText.identifier(new)
        }.joined()
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

    /// Returns whether `(` follows the word at `index`, so that the word names a function.
    package static func isCall(_ tokens: [SQLToken], _ index: Int) -> Bool {
        guard tokens[index].kind == .word else { return false }
        return tokens[(index + 1)...].first { !$0.isBlank }?.isSymbol("(") ?? false
    }
}

private struct Scanner {
    let bytes: [UInt8]
    var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> SQLToken? {
        guard at < bytes.count else { return nil }
        let start = at
        let kind = consume()
        return SQLToken(kind: kind, text: String(decoding: bytes[start..<at], as: UTF8.self))
    }

    private func peek(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

    private mutating func consume() -> SQLToken.Kind {
        let byte = peek()
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0C, 0x0D:
            skip { [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains($0) }
            return .space
        case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
            skip { $0 != 0x0A }
            return .comment
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
            blockComment()
            return .comment
        case UInt8(ascii: "'"):
            quoted(until: byte)
            return .string
        case UInt8(ascii: "\""), UInt8(ascii: "`"):
            quoted(until: byte)
            return .quoted
        case UInt8(ascii: "["):
            return bracketed()
        case UInt8(ascii: "$") where dollarTag() != nil:
            dollarQuoted()
            return .string
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return number()
        case _ where byte.startsWord:
            return word()
        default:
            return symbol()
        }
    }

    /// Reads a number, such as `1`, `1.5e-3` or `0xE`.
    private mutating func number() -> SQLToken.Kind {
        let start = at
        skip { $0.continuesWord || $0 == UInt8(ascii: ".") }
        let isHexadecimal = at > start + 1 && (bytes[start + 1] | 0x20) == UInt8(ascii: "x")
        let isSigned = peek() == UInt8(ascii: "-") || peek() == UInt8(ascii: "+")
        if !isHexadecimal, isSigned, (bytes[at - 1] | 0x20) == UInt8(ascii: "e"),
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(peek(1))
        {
            at += 1
            skip(\.continuesWord)
        }
        return .number
    }

    private mutating func word() -> SQLToken.Kind {
        let start = at
        skip(\.continuesWord)
        // E'…' and x'…' are strings with a letter before them.
        if at - start == 1, peek() == UInt8(ascii: "'"), "eExXbB".utf8.contains(bytes[start]) {
            escapedString(backslashes: "eE".utf8.contains(bytes[start]))
            return .string
        }
        return .word
    }

    private mutating func symbol() -> SQLToken.Kind {
        let pairs: [String] = ["||", "::", "<=", ">=", "<>", "!=", "==", "->", "<<", ">>"]
        let pair = String(decoding: [peek(), peek(1)], as: UTF8.self)
        at += pairs.contains(pair) ? 2 : 1
        if pair == "->" && peek() == UInt8(ascii: ">") { at += 1 }
        return .symbol
    }

    private mutating func quoted(until quote: UInt8) {
        at += 1
        while at < bytes.count {
            if bytes[at] == quote {
                at += 1
                guard peek() == quote else { return }
            }
            at += 1
        }
        at = min(at, bytes.count)
    }

    private mutating func escapedString(backslashes: Bool) {
        guard backslashes else { return quoted(until: UInt8(ascii: "'")) }
        at += 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\") {
                at += 2
                continue
            }
            if bytes[at] == UInt8(ascii: "'") {
                at += 1
                guard peek() == UInt8(ascii: "'") else { return }
            }
            at += 1
        }
        at = min(at, bytes.count)
    }

    /// Reads `[name]`, SQLite's third way to quote a name. After a value, `[` is PostgreSQL's subscript, which contains only
    /// digits.
    private mutating func bracketed() -> SQLToken.Kind {
        guard let close = bytes[at...].firstIndex(of: UInt8(ascii: "]")), !isWordByteBefore,
            close > at + 1
        else {
            at += 1
            return .symbol
        }
        at = close + 1
        return .quoted
    }

    private var isWordByteBefore: Bool {
        at > 0
            && (bytes[at - 1].continuesWord || bytes[at - 1] == UInt8(ascii: "]") || bytes[at - 1] == UInt8(ascii: ")"))
    }

    private mutating func blockComment() {
        at += 2
        while at < bytes.count, !(peek() == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) { at += 1 }
        at = min(at + 2, bytes.count)
    }

    private func dollarTag() -> [UInt8]? {
        var end = at + 1
        while end < bytes.count, bytes[end].continuesWord, bytes[end] != UInt8(ascii: "$") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else { return nil }
        return Array(bytes[at...end])
    }

    private mutating func dollarQuoted() {
        guard let tag = dollarTag() else { return }
        at += tag.count
        while at < bytes.count, !bytes[at...].starts(with: tag) { at += 1 }
        at = min(at + tag.count, bytes.count)
    }

    private mutating func skip(_ matches: (UInt8) -> Bool) {
        while at < bytes.count, matches(bytes[at]) { at += 1 }
    }
}
