import Dialects
import TCSettings

/// Finds the positions of an object's members in a JSON text, so that one member can be changed without touching another byte.
/// Comments, which some programs allow in their settings, count as blanks. All positions are offsets in UTF-8 bytes.
struct JSONScanner {
    struct Member {
        /// The name that the text means: `"a\u0062"` is `ab`.
        var name: String
        /// The start of the blanks before the name: the position after `{` or a comma.
        var start: Int
        /// The position of the name's opening quote.
        var key: Int
        /// The range of the value, without the blanks around it.
        var value: Range<Int>
    }

    struct Object {
        /// The position after `{`.
        var inside: Int
        /// The position of `}`.
        var end: Int
        var members: [Member]
        /// The position of a comma that follows the last member; `nil` if there is none.
        var lastComma: Int?
    }

    private let bytes: [UInt8]
    private var at = 0
    /// The deepest nesting that is read; no settings are nested as deeply.
    private static let deepest = 256

    init(_ text: String) { bytes = Array(text.utf8) }

    /// Returns the object that makes up the whole text; `nil` if the text is another value, or is not JSON.
    static func root(of text: String) -> Object? {
        var scanner = JSONScanner(text)
        scanner.skipBlanks()
        guard let object = scanner.object(0) else { return nil }
        scanner.skipBlanks()
        return scanner.at == scanner.bytes.count ? object : nil
    }

    /// Returns the object at a member's value; `nil` if the value is not an object.
    static func object(at range: Range<Int>, in text: String) -> Object? {
        var scanner = JSONScanner(text)
        scanner.at = range.lowerBound
        return scanner.object(0)
    }

    private mutating func object(_ depth: Int) -> Object? {
        guard depth < Self.deepest, take("{") else { return nil }
        let inside = at
        var members: [Member] = []
        var lastComma: Int?
        while true {
            let start = at
            skipBlanks()
            if peek("}") {
                // Some programs allow a comma after the last member.
                if !members.isEmpty { lastComma = start - 1 }
                break
            }
            guard let member = member(from: start, depth) else { return nil }
            members.append(member)
            skipBlanks()
            if !take(",") { break }
        }
        let end = at
        guard take("}") else { return nil }
        return Object(inside: inside, end: end, members: members, lastComma: lastComma)
    }

    private mutating func member(from start: Int, _ depth: Int) -> Member? {
        let key = at
        guard let name = string() else { return nil }
        skipBlanks()
        guard take(":") else { return nil }
        skipBlanks()
        let value = at
        guard skipValue(depth + 1) else { return nil }
        return Member(name: Self.decoded(name), start: start, key: key, value: value..<at)
    }

    /// Returns the text that a string means. One that no program can decode is returned as it is written.
    private static func decoded(_ string: String) -> String {
        guard string.utf8.contains(UInt8(ascii: "\\")) else { return string }
        return JSON(parsing: "[\"\(string)\"]")?.items?.first?.text ?? string
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
                // Some programs allow a comma after the last item.
                if take("]") { return true }
            }
            guard skipValue(depth + 1) else { return false }
            isFirst = false
        }
    }

    /// Skips a word such as `true` or `null`, or a number.
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

    /// Reads a string and returns it as it is written, with its escapes and without its quotes.
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
