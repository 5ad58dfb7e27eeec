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
        switch self {
        case .null, .boolean, .integer, .real, .string: rendered()
        case .array(let items): "[" + items.map { $0.canonical() }.joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
                .map { JSON.quoted($0.key) + ":" + $0.value.canonical() }.joined(separator: ",") + "}"
        }
    }

    private static func block(_ open: String, _ lines: [String], _ close: String, _ indent: String) -> String {
        guard !lines.isEmpty else { return open + close }
        return "\(open)\n" + lines.map { "\(indent)  \($0)" }.joined(separator: ",\n") + "\n\(indent)\(close)"
    }

    private static func quoted(_ text: String) -> String {
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
}

extension JSON: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
}
