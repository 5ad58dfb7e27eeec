/// A JSON document whose members keep the order in which it was built, so that two runs print the same bytes.
public enum JSON: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number without a decimal point.
    case integer(Int64)
    /// A number with a decimal point or an exponent. It is written as `null` if it is not finite.
    case real(Double)
    /// A string, unescaped.
    case string(String)
    /// A list.
    case array([JSON])
    /// An object, with its members in the order in which they are written.
    case object([(key: String, value: JSON)])

    /// Returns the document as text, indented by two spaces per level, with empty lists and objects on one line (RFC 8259).
    public func rendered(indent: String = "") -> String {
        switch self {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        // JSON can't express numbers that are not finite.
        case .real(let value): value.isFinite ? String(value) : "null"
        case .string(let text): JSON.quoted(text)
        case .array(let items):
            JSON.block("[", items.map { $0.rendered(indent: indent + "  ") }, "]", indent)
        case .object(let members):
            JSON.block("{", members.map { JSON.quoted($0) + ": " + $1.rendered(indent: indent + "  ") }, "}", indent)
        }
    }

    /// Returns the document on one line: the members are in the order of their names' code points, no space stands outside of
    /// strings, and only the characters that must be escaped are escaped. Equal documents give equal bytes.
    public func canonical() -> String { String(decoding: canonicalBytes(), as: UTF8.self) }

    /// Returns the bytes of `canonical()`, as they are written to a file or a socket.
    public func canonicalBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1_024)
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .integer, .real: bytes += rendered().utf8
        case .string(let text): JSON.quote(text, to: &bytes)
        case .array(let items): JSON.write(items, "[", "]", to: &bytes) { $0.write(to: &$1) }
        case .object(let members):
            JSON.write(JSON.sorted(members), "{", "}", to: &bytes) { member, bytes in
                JSON.quote(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
        }
    }

    /// Returns the members in the order of their names' code points, which is also the order of the UTF-8 bytes. Many documents
    /// are built in that order already.
    private static func sorted(_ members: [(key: String, value: JSON)]) -> [(key: String, value: JSON)] {
        let areSorted = members.indices.dropFirst().allSatisfy { at in
            !members[at].key.utf8.lexicographicallyPrecedes(members[at - 1].key.utf8)
        }
        return areSorted ? members : members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    private static func write<T>(
        _ items: [T], _ open: Unicode.Scalar, _ close: Unicode.Scalar, to bytes: inout [UInt8],
        _ one: (T, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: open))
        for (at, item) in items.enumerated() {
            if at > 0 { bytes.append(UInt8(ascii: ",")) }
            one(item, &bytes)
        }
        bytes.append(UInt8(ascii: close))
    }

    private static func block(_ open: String, _ lines: [String], _ close: String, _ indent: String) -> String {
        guard !lines.isEmpty else { return open + close }
        return "\(open)\n" + lines.map { "\(indent)  \($0)" }.joined(separator: ",\n") + "\n\(indent)\(close)"
    }

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        quote(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func quote(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { letters in
            if letters.contains(where: mustBeEscaped) {
                for byte in letters { escape(byte, to: &bytes) }
            } else {
                bytes.append(contentsOf: letters)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""): bytes += #"\""#.utf8
        case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
        case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
        case UInt8(ascii: "\r"): bytes += #"\r"#.utf8
        case UInt8(ascii: "\t"): bytes += #"\t"#.utf8
        case 0x08: bytes += #"\b"#.utf8
        case 0x0C: bytes += #"\f"#.utf8
        case 0..<0x20: bytes += ((byte < 0x10 ? #"\u000"# : #"\u00"#) + String(byte, radix: 16)).utf8
        default: bytes.append(byte)
        }
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}

extension JSON: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
}
