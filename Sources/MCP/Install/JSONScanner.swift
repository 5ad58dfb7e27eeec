/// Finds the members of an object in a JSON text, by their places: so that one can be changed and no other byte is. Comments, which
/// some programs allow in their settings, are blanks.
struct JSONScanner {
    struct Member {
        var name: String
        /// Where the blanks before its name begin: behind `{` or a comma.
        var start: Int
        /// Of its name's first quote.
        var key: Int
        /// Of its value, without the blanks around it.
        var value: Range<Int>
    }

    struct Object {
        /// Behind `{`.
        var inside: Int
        /// Of `}`.
        var end: Int
        var members: [Member]
    }

    private let bytes: [UInt8]
    private var at = 0
    /// Deeper than any settings.
    private static let deepest = 256

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The object that the text is; `nil` for a text that is none, or no JSON.
    static func root(of text: String) -> Object? {
        var scanner = JSONScanner(text)
        scanner.skipBlanks()
        guard let object = scanner.object(0) else { return nil }
        scanner.skipBlanks()
        return scanner.at == scanner.bytes.count ? object : nil
    }

    /// The object that a member's value is.
    static func object(at range: Range<Int>, in text: String) -> Object? {
        var scanner = JSONScanner(text)
        scanner.at = range.lowerBound
        return scanner.object(0)
    }

    private mutating func object(_ depth: Int) -> Object? {
        guard depth < Self.deepest, take("{") else { return nil }
        let inside = at
        var members: [Member] = []
        while true {
            let start = at
            skipBlanks()
            // Some programs allow a comma behind the last.
            if peek("}") { break }
            guard let member = member(from: start, depth) else { return nil }
            members.append(member)
            skipBlanks()
            if !take(",") { break }
        }
        let end = at
        return take("}") ? Object(inside: inside, end: end, members: members) : nil
    }

    private mutating func member(from start: Int, _ depth: Int) -> Member? {
        let key = at
        guard let name = string() else { return nil }
        skipBlanks()
        guard take(":") else { return nil }
        skipBlanks()
        let value = at
        guard skipValue(depth + 1) else { return nil }
        return Member(name: name, start: start, key: key, value: value..<at)
    }

    private mutating func skipValue(_ depth: Int) -> Bool {
        guard depth < Self.deepest, at < bytes.count else { return false }
        switch bytes[at] {
        case UInt8(ascii: "{"): return object(depth) != nil
        case UInt8(ascii: "["): return skipArray(depth)
        case UInt8(ascii: "\""): return string() != nil
        default: return skipWord()
        }
    }

    private mutating func skipArray(_ depth: Int) -> Bool {
        at += 1
        var isFirst = true
        while true {
            skipBlanks()
            if take("]") { return true }
            if !isFirst {
                guard take(",") else { return false }
                skipBlanks()
                // Some programs allow a comma behind the last.
                if take("]") { return true }
            }
            guard skipValue(depth + 1) else { return false }
            isFirst = false
        }
    }

    /// `true`, `null`, a number.
    private mutating func skipWord() -> Bool {
        let start = at
        while at < bytes.count,
            bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+")
                || bytes[at] == UInt8(ascii: ".") || isLetterOrDigit(bytes[at])
        {
            at += 1
        }
        return at > start
    }

    private func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// A string as it is spelled, without its quotes.
    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\\"): at += 2
            case UInt8(ascii: "\""):
                defer { at += 1 }
                return String(decoding: bytes[start..<at], as: UTF8.self)
            case 0..<0x20: return nil
            default: at += 1
            }
        }
        return nil
    }

    private mutating func skipBlanks() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            case UInt8(ascii: "/") where at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "/"):
                while at < bytes.count, bytes[at] != 0x0A { at += 1 }
            case UInt8(ascii: "/") where at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "*"):
                at += 2
                while at + 1 < bytes.count, bytes[at] != UInt8(ascii: "*") || bytes[at + 1] != UInt8(ascii: "/") {
                    at += 1
                }
                at = min(at + 2, bytes.count)
            default: return
            }
        }
    }

    private func peek(_ scalar: Unicode.Scalar) -> Bool { at < bytes.count && bytes[at] == UInt8(ascii: scalar) }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek(scalar) else { return false }
        at += 1
        return true
    }
}
