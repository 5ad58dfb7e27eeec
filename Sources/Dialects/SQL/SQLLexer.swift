/// Cuts text into tokens by the rules of a lexicon, and returns them as positions in the text.
struct SQLLexer {
    struct Token {
        var kind: SQLToken.Kind
        var start: Int
        var end: Int

        var isBlank: Bool { kind == .space || kind == .comment }
    }

    private let lexicon: SQLLexicon
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String, _ lexicon: SQLLexicon) {
        bytes = Array(text.utf8)
        self.lexicon = lexicon
    }

    /// Returns the next token; `nil` at the end of the text. What is never closed ends there.
    mutating func next() -> Token? {
        guard at < bytes.count else { return nil }
        let start = at
        let kind = consume()
        return Token(kind: kind, start: start, end: at)
    }

    func text(_ token: Token) -> String { text(from: token.start, to: token.end) }
    func text(from start: Int, to end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }

    /// Returns the number of line feeds between two positions.
    func lineFeeds(from start: Int, to end: Int) -> Int {
        var count = 0
        for byte in bytes[start..<end] where byte == 0x0A { count += 1 }
        return count
    }

    private func peek(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

    private mutating func skip(_ matches: (UInt8) -> Bool) {
        while at < bytes.count, matches(bytes[at]) { at += 1 }
    }

    private mutating func consume() -> SQLToken.Kind {
        let byte = peek()
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0C, 0x0D: return blanks()
        case 0x0B where lexicon.skipsVerticalTab: return blanks()
        case 0xEF where lexicon.skipsByteOrderMark && peek(1) == 0xBB && peek(2) == 0xBF:
            at += 3
            return .space
        case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): return lineComment()
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): return blockComment()
        case UInt8(ascii: "'"): return quoted(until: byte, as: .string)
        case UInt8(ascii: "\""): return quoted(until: byte, as: .quoted)
        case UInt8(ascii: "`") where lexicon.brackets != .subscripts: return quoted(until: byte, as: .quoted)
        case UInt8(ascii: "["): return bracket()
        case UInt8(ascii: "$") where lexicon.quotesByDollar: return dollarQuoted()
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case _ where byte.startsWord: return word()
        default: return symbol()
        }
    }
}

// MARK: Blanks

extension SQLLexer {
    private mutating func blanks() -> SQLToken.Kind {
        let skipsVerticalTab = lexicon.skipsVerticalTab
        skip { $0 == 0x20 || (0x09...0x0D).contains($0) && ($0 != 0x0B || skipsVerticalTab) }
        return .space
    }

    private mutating func lineComment() -> SQLToken.Kind {
        let endsAtReturn = lexicon.commentsEndAtReturn
        skip { $0 != 0x0A && !(endsAtReturn && $0 == 0x0D) }
        return .comment
    }

    private mutating func blockComment() -> SQLToken.Kind {
        var depth = 1
        at += 2
        while at < bytes.count, depth > 0 {
            if peek() == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/") {
                depth -= 1
                at += 2
            } else if lexicon.nestsComments && peek() == UInt8(ascii: "/") && peek(1) == UInt8(ascii: "*") {
                depth += 1
                at += 2
            } else {
                at += 1
            }
        }
        return .comment
    }
}

// MARK: Words, numbers and symbols

extension SQLLexer {
    private mutating func word() -> SQLToken.Kind {
        let start = at
        skip(\.continuesWord)
        guard at - start == 1, peek() == UInt8(ascii: "'") else { return .word }
        // E'…', x'…' and b'…' are strings with a letter before them.
        switch bytes[start] | 0x20 {
        case UInt8(ascii: "x"), UInt8(ascii: "b"): return quoted(until: UInt8(ascii: "'"), as: .string)
        case UInt8(ascii: "e") where lexicon.escapesInStrings: return escapedString()
        default: return .word
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

    private mutating func symbol() -> SQLToken.Kind {
        switch (peek(), peek(1)) {
        case (UInt8(ascii: "-"), UInt8(ascii: ">")): at += peek(2) == UInt8(ascii: ">") ? 3 : 2
        case (UInt8(ascii: "|"), UInt8(ascii: "|")), (UInt8(ascii: ":"), UInt8(ascii: ":")),
            (UInt8(ascii: "<"), UInt8(ascii: "=")), (UInt8(ascii: ">"), UInt8(ascii: "=")),
            (UInt8(ascii: "<"), UInt8(ascii: ">")), (UInt8(ascii: "!"), UInt8(ascii: "=")),
            (UInt8(ascii: "="), UInt8(ascii: "=")), (UInt8(ascii: "<"), UInt8(ascii: "<")),
            (UInt8(ascii: ">"), UInt8(ascii: ">")):
            at += 2
        case (_, _): at += 1
        }
        return .symbol
    }
}

// MARK: Quotes

extension SQLLexer {
    private mutating func quoted(until quote: UInt8, as kind: SQLToken.Kind) -> SQLToken.Kind {
        at += 1
        while at < bytes.count {
            at += 1
            guard bytes[at - 1] == quote else { continue }
            guard peek() == quote else { return kind }
            at += 1
        }
        return kind
    }

    private mutating func escapedString() -> SQLToken.Kind {
        at += 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\") {
                at += 1
            } else if bytes[at] == UInt8(ascii: "'") {
                at += 1
                if peek() != UInt8(ascii: "'") { return .string }
            }
            at = min(at + 1, bytes.count)
        }
        return .string
    }

    /// Reads a string in dollar quotes. Its tag is a name or empty: `$1` is a parameter.
    private mutating func dollarQuoted() -> SQLToken.Kind {
        var end = at + 1
        if end < bytes.count, bytes[end].startsWord {
            while end < bytes.count, bytes[end].continuesWord, bytes[end] != UInt8(ascii: "$") { end += 1 }
        }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else { return symbol() }
        let tag = bytes[at...end]
        at = end + 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "$"), bytes[at...].starts(with: tag) {
                at += tag.count
                return .string
            }
            at += 1
        }
        return .string
    }

    /// Reads `[name]`, SQLite's third way to quote a name, or the bracket alone.
    private mutating func bracket() -> SQLToken.Kind {
        switch lexicon.brackets {
        case .subscripts: return symbol()
        case .names:
            skip { $0 != UInt8(ascii: "]") }
            at = min(at + 1, bytes.count)
            return .quoted
        case .either:
            guard !isBehindValue, let close = bytes[at...].firstIndex(of: UInt8(ascii: "]")), close > at + 1 else {
                return symbol()
            }
            at = close + 1
            return .quoted
        }
    }

    private var isBehindValue: Bool {
        guard at > 0 else { return false }
        let before = bytes[at - 1]
        return before.continuesWord || before == UInt8(ascii: "]") || before == UInt8(ascii: ")")
    }
}
