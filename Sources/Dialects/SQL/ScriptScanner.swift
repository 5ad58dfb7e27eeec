/// Scans a script by the rules of one database (`ScriptLexicon`) and returns the tokens as positions in the script.
struct ScriptScanner {
    struct Token {
        var kind: SQLToken.Kind
        var start: Int
        var end: Int
        var line: Int
    }

    let lexicon: ScriptLexicon
    private let bytes: [UInt8]
    private var at = 0
    private var line = 1

    init(_ text: String, _ lexicon: ScriptLexicon) {
        bytes = Array(text.utf8)
        self.lexicon = lexicon
    }

    mutating func next() -> Token? {
        guard at < bytes.count else { return nil }
        let (start, startLine) = (at, line)
        let kind = consume()
        for byte in bytes[start..<at] where byte == 0x0A { line += 1 }
        return Token(kind: kind, start: start, end: at, line: startLine)
    }

    func text(_ token: Token) -> String { text(from: token.start, to: token.end) }
    func text(from start: Int, to end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }
    func isSemicolon(_ token: Token) -> Bool { bytes[token.start] == UInt8(ascii: ";") }

    private func peek(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

    private mutating func consume() -> SQLToken.Kind {
        let byte = peek()
        switch byte {
        case 0x09...0x0D, 0x20:
            skip { (0x09...0x0D).contains($0) || $0 == 0x20 }
            return .space
        case 0xEF where lexicon.skipsByteOrderMark && peek(1) == 0xBB && peek(2) == 0xBF:
            at += 3
            return .space
        case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
            let endsAtReturn = lexicon.commentsEndAtReturn
            skip { $0 != 0x0A && !(endsAtReturn && $0 == 0x0D) }
            return .comment
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
            blockComment()
            return .comment
        case UInt8(ascii: "'"): return quoted(until: byte, as: .string)
        case UInt8(ascii: "\""): return quoted(until: byte, as: .quoted)
        case UInt8(ascii: "`") where lexicon.quotesByBracket: return quoted(until: byte, as: .quoted)
        case UInt8(ascii: "[") where lexicon.quotesByBracket: return bracketed()
        case UInt8(ascii: "$") where lexicon.quotesByDollar: return dollarQuoted()
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            skip { $0.continuesWord || $0 == UInt8(ascii: ".") }
            return .number
        case _ where byte.startsWord: return word()
        default:
            at += 1
            return .symbol
        }
    }

    private mutating func skip(_ matches: (UInt8) -> Bool) {
        while at < bytes.count, matches(bytes[at]) { at += 1 }
    }

    private mutating func word() -> SQLToken.Kind {
        let start = at
        skip(\.continuesWord)
        guard lexicon.escapesInStrings, at - start == 1, peek() == UInt8(ascii: "'") else { return .word }
        guard bytes[start] == UInt8(ascii: "e") || bytes[start] == UInt8(ascii: "E") else { return .word }
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

    private mutating func bracketed() -> SQLToken.Kind {
        skip { $0 != UInt8(ascii: "]") }
        at = min(at + 1, bytes.count)
        return .quoted
    }

    private mutating func blockComment() {
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
        at = min(at, bytes.count)
    }

    /// Reads a string in dollar quotes. Its tag is a name or empty: `$1` is a parameter.
    private mutating func dollarQuoted() -> SQLToken.Kind {
        var end = at + 1
        if end < bytes.count, bytes[end].startsWord {
            while end < bytes.count, bytes[end].continuesWord, bytes[end] != UInt8(ascii: "$") { end += 1 }
        }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
            at += 1
            return .symbol
        }
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
}
