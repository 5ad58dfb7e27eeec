/// A JSON document that keeps the order in which it was built, so that two runs print the same bytes.
public indirect enum JSON: Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case real(Double)
    case string(String)
    case array([JSON])
    case object([(key: String, value: JSON)])

    /// Two spaces a step; empty lists and objects on one line (RFC 8259).
    public func rendered(indent: String = "") -> String {
        switch self {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        // JSON has no word for what is not finite.
        case .real(let value): value.isFinite ? String(value) : "null"
        case .string(let text): JSON.quoted(text)
        case .array(let items):
            JSON.block("[", items.map { $0.rendered(indent: indent + "  ") }, "]", indent)
        case .object(let members):
            JSON.block("{", members.map { JSON.quoted($0) + ": " + $1.rendered(indent: indent + "  ") }, "}", indent)
        }
    }

    /// The same document on one line: members in the order of their names' code points, no space outside strings, and only
    /// those characters escaped that have to be. Equal documents are equal bytes.
    public func canonical() -> String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null, .boolean, .integer, .real, .string: text += rendered()
        case .array(let items):
            JSON.write(items, "[", "]", to: &text) { $0.write(to: &$1) }
        case .object(let members):
            // UTF-8 keeps the order of code points.
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            JSON.write(sorted, "{", "}", to: &text) { member, text in
                text += JSON.quoted(member.key)
                text += ":"
                member.value.write(to: &text)
            }
        }
    }

    private static func write<T>(
        _ items: [T], _ open: String, _ close: String, to text: inout String, _ one: (T, inout String) -> Void
    ) {
        text += open
        for (at, item) in items.enumerated() {
            if at > 0 { text += "," }
            one(item, &text)
        }
        text += close
    }

    private static func block(_ open: String, _ lines: [String], _ close: String, _ indent: String) -> String {
        guard !lines.isEmpty else { return open + close }
        return "\(open)\n" + lines.map { "\(indent)  \($0)" }.joined(separator: ",\n") + "\n\(indent)\(close)"
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: mustBeEscaped) else { return "\"\(text)\"" }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{08}": result += "\\b"
            case "\u{0C}": result += "\\f"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}

extension JSON: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
}
