import Dialects

/// Renders values for messages: short, and recognisable by their type.
enum ValueText {
    /// Returns a text such as `'n/a'`, `17` or `x'00ff…'`, cut after 40 characters or 16 bytes.
    static func short(_ value: RawValue) -> String { short(value.copied) }

    static func short(_ value: Value) -> String {
        switch value {
        case .null: return "NULL"
        case .integer(let number): return String(number)
        case .real(let number): return String(number)
        case .boolean(let flag): return flag ? "true" : "false"
        case .text(let text): return "'" + cut(text) + "'"
        case .blob(let bytes):
            return "x'" + Hexadecimal.text(bytes.prefix(16)) + (bytes.count > 16 ? "…'" : "'")
        }
    }

    /// Cuts a text, and escapes control characters, which would garble a terminal.
    private static func cut(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(40).map {
            $0.value < 0x20 || $0.value == 0x7F ? $0.escaped(asASCII: true) : String($0)
        }
        return shown.joined() + (text.unicodeScalars.count > 40 ? "…" : "")
    }
}
