/// Text that may hold what others wrote, as a terminal can show it. No sequence in it controls the terminal.
package enum PrintableText {
    /// Returns the text with `U+FFFD` in place of each control character other than line ends and tabs, and of each mark that changes the
    /// direction of the text around it.
    package static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isUnsafe($0) ? "\u{FFFD}" : $0 }))
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\t": false
        case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}": true
        case "\u{061C}", "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
        default: false
        }
    }

    /// Returns the JSON document with each control character written as its escape (RFC 8259, section 7).
    package static func ofJSON(_ document: some StringProtocol) -> String {
        document.unicodeScalars.reduce(into: "") { text, scalar in
            guard (0x7F...0x9F).contains(scalar.value) else { return text.unicodeScalars.append(scalar) }
            text += "\\u00" + String(scalar.value, radix: 16)
        }
    }
}
