/// Reads a JSON text and computes a digest of its meaning: members in any order and only the last of those that share a name,
/// numbers as decimals, strings as the characters that they stand for. Two texts that `jsonb` holds alike have the same digest.
///
/// It accepts the texts that every PostgreSQL takes as `jsonb`: RFC 8259, except for `\u0000`, a surrogate without its other half
/// and numbers that no `numeric` holds (https://www.postgresql.org/docs/current/datatype-json.html, 8.14). Memory grows with the
/// members of the objects that are open at the same time.
struct JSONDigest {
    /// The largest depth of nesting. PostgreSQL's parser calls itself for each level, as deep as its stack allows: 12,000 levels
    /// with the default of 2 MB, measured on version 15, and fewer elsewhere.
    private static let deepest = 5_000
    /// The largest size of the elements of one array or object (`JENTRY_OFFLENMASK` in `src/include/utils/jsonb.h`).
    private static let largest = 0x0FFF_FFFF
    /// The largest size of a value in `jsonb`, not counting its characters.
    private static let overhead = 16

    private enum Kind: UInt64 { case null = 1, no, yes, number, string, array, object }

    /// An array or object that is not closed yet.
    private struct Container {
        var isObject: Bool
        /// The digest of an array's elements so far.
        var elements = Digest()
        /// The position at which an object's members begin; `name` is the name of the member whose value comes next.
        var firstMember: Int
        var name = Digest()
    }

    private struct Member {
        var name: Digest
        var position: Int
        var value: Digest
    }

    private enum Step {
        case value(Digest)
        /// A container was opened, and the next value is the first in it.
        case opened
        case invalid
    }

    private let text: UnsafeRawBufferPointer
    private var at = 0
    private var size: Int
    private var containers: [Container] = []
    private var members: [Member] = []

    /// Returns the digest of a whole text; `nil` if `jsonb` does not accept the text.
    static func of(_ text: UnsafeRawBufferPointer) -> Digest? {
        guard UTF8Text.characters(in: text) != nil else { return nil }
        var reader = JSONDigest(text)
        return reader.document()
    }

    /// Returns the digest of a JSON number; `nil` for infinities and NaN, which JSON can't express.
    static func of(_ number: Double) -> Digest? {
        guard number.isFinite else { return nil }
        var text = number.description
        return text.withUTF8 { of(UnsafeRawBufferPointer($0)) }
    }

    private init(_ text: UnsafeRawBufferPointer) {
        self.text = text
        size = text.count
    }

    private mutating func document() -> Digest? {
        while true {
            switch beginValue() {
            case .invalid: return nil
            case .opened: continue
            case .value(let value):
                guard let whole = hand(value) else { return nil }
                if containers.isEmpty {
                    skipBlanks()
                    return at == text.count ? whole : nil
                }
            }
        }
    }

    /// Adds a value to its container. If the container ends there, it is added to its own container, and so on. Returns the
    /// outermost value that ended; `nil` if the text continues in a way that it may not.
    private mutating func hand(_ value: Digest) -> Digest? {
        var value = value
        while let container = containers.last {
            take(value)
            skipBlanks()
            if skip(",") { return !container.isObject || readName() ? value : nil }
            guard skip(container.isObject ? "}" : "]") else { return nil }
            value = close()
        }
        return value
    }

    private mutating func beginValue() -> Step {
        size += Self.overhead
        guard size <= Self.largest else { return .invalid }
        skipBlanks()
        guard at < text.count else { return .invalid }
        switch text[at] {
        case UInt8(ascii: "{"): return open(isObject: true)
        case UInt8(ascii: "["): return open(isObject: false)
        case UInt8(ascii: "\""):
            at += 1
            return string().map { .value($0) } ?? .invalid
        case UInt8(ascii: "n"): return word("null", .null)
        case UInt8(ascii: "t"): return word("true", .yes)
        case UInt8(ascii: "f"): return word("false", .no)
        default: return number()
        }
    }
}

extension JSONDigest {
    private mutating func open(isObject: Bool) -> Step {
        guard containers.count < Self.deepest else { return .invalid }
        at += 1
        containers.append(Container(isObject: isObject, firstMember: members.count))
        skipBlanks()
        if skip(isObject ? "}" : "]") { return .value(close()) }
        return !isObject || readName() ? .opened : .invalid
    }

    /// Reads a member's name and the colon behind it.
    private mutating func readName() -> Bool {
        skipBlanks()
        size += Self.overhead
        guard skip("\""), let name = string() else { return false }
        containers[containers.count - 1].name = name
        skipBlanks()
        return skip(":")
    }

    private mutating func take(_ value: Digest) {
        let last = containers.count - 1
        if containers[last].isObject {
            members.append(Member(name: containers[last].name, position: members.count, value: value))
        } else {
            containers[last].elements.mix(value)
        }
    }

    private mutating func close() -> Digest {
        let container = containers.removeLast()
        var digest = Digest()
        digest.mix(container.isObject ? Kind.object.rawValue : Kind.array.rawValue)
        digest.mix(container.isObject ? sum(ofMembersFrom: container.firstMember) : container.elements)
        return digest
    }

    /// Removes an object's members from the stack and returns their digest. A later member replaces an earlier one of the same
    /// name.
    private mutating func sum(ofMembersFrom first: Int) -> Digest {
        var sum = Digest.zero
        members[first...].sort { $0.name == $1.name ? $0.position < $1.position : $0.name < $1.name }
        for position in first..<members.count {
            let next = position + 1
            if next < members.count, members[next].name == members[position].name { continue }
            var member = members[position].name
            member.mix(members[position].value)
            sum &+= member
        }
        members.removeSubrange(first...)
        return sum
    }
}

extension JSONDigest {
    private mutating func skipBlanks() {
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): at += 1
            default: return
            }
        }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard at < text.count, text[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func word(_ word: StaticString, _ kind: Kind) -> Step {
        let end = at + word.utf8CodeUnitCount
        guard end <= text.count, (at..<end).allSatisfy({ text[$0] == word.utf8Start[$0 - at] }) else { return .invalid }
        at = end
        var digest = Digest()
        digest.mix(kind.rawValue)
        return .value(digest)
    }

    /// Reads a number: RFC 8259, section 6, within the limits of a `numeric`.
    private mutating func number() -> Step {
        let start = at
        _ = skip("-")
        let whole = skipDigits()
        guard whole > 0, whole == 1 || text[at - whole] != UInt8(ascii: "0") else { return .invalid }
        if skip("."), skipDigits() == 0 { return .invalid }
        if skip("e") || skip("E") {
            if !skip("-") { _ = skip("+") }
            // PostgreSQL would refuse a longer exponent, even that of a zero.
            guard (1...6).contains(skipDigits()) else { return .invalid }
        }
        let digits = UnsafeRawBufferPointer(rebasing: text[start..<at])
        var digest = Digest()
        digest.mix(Kind.number.rawValue)
        guard let decimal = DecimalText(digits), PostgreSQLNumeric.Limit.none.holdsAsWritten(decimal),
            RowDigest.mix(decimal: digits, into: &digest)
        else { return .invalid }
        return .value(digest)
    }

    private mutating func skipDigits() -> Int {
        let start = at
        while at < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[at]) { at += 1 }
        return at - start
    }

    /// Reads the characters up to the closing quote.
    private mutating func string() -> Digest? {
        var characters = CharacterDigest(Kind.string.rawValue)
        var start = at
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""):
                characters.add(text[start..<at])
                at += 1
                return characters.finished
            case UInt8(ascii: "\\"):
                characters.add(text[start..<at])
                at += 1
                guard let scalar = escaped() else { return nil }
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { characters.add(byte) }
                start = at
            case 0..<0x20: return nil
            default: at += 1
            }
        }
        return nil
    }

    /// Reads the escape behind a backslash.
    private mutating func escaped() -> Unicode.Scalar? {
        guard at < text.count else { return nil }
        at += 1
        switch text[at - 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return codePoint()
        default: return nil
        }
    }

    /// Reads four hexadecimal digits, or twice as many for a pair of surrogates. A NUL is refused.
    private mutating func codePoint() -> Unicode.Scalar? {
        guard let unit = hexadecimal(), unit != 0 else { return nil }
        guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) }
        guard skip("\\"), skip("u"), let other = hexadecimal(), UTF16.isTrailSurrogate(other) else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + UInt32(other) - 0xDC00)
    }

    private mutating func hexadecimal() -> UInt16? {
        guard at + 4 <= text.count else { return nil }
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = text[at].hexadecimalValue else { return nil }
            unit = unit << 4 | UInt16(digit)
            at += 1
        }
        return unit
    }
}

/// A digest of characters that come in pieces. The boundaries of the pieces do not count.
private struct CharacterDigest {
    private var digest = Digest()
    private var word: UInt64 = 0
    private var count = 0

    init(_ kind: UInt64) { digest.mix(kind) }

    mutating func add(_ byte: UInt8) {
        word |= UInt64(byte) << (8 * UInt64(count & 7))
        count += 1
        if count & 7 == 0 {
            digest.mix(word)
            word = 0
        }
    }

    mutating func add(_ bytes: Slice<UnsafeRawBufferPointer>) {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        var at = 0
        while count & 7 == 0, at + 8 <= bytes.count {
            digest.mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
            at += 8
            count += 8
        }
        while at < bytes.count {
            add(bytes[at])
            at += 1
        }
    }

    var finished: Digest {
        var digest = digest
        digest.mix(word)
        digest.mix(UInt64(count))
        return digest
    }
}
