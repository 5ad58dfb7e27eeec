import Dialects

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
        default: scalar.turnsText
        }
    }

    /// Returns the JSON document with each of these characters written as its escape (RFC 8259, section 7).
    package static func ofJSON(_ document: some StringProtocol) -> String {
        document.unicodeScalars.reduce(into: "") { text, scalar in
            guard (0x7F...0x9F).contains(scalar.value) || scalar.turnsText else {
                return text.unicodeScalars.append(scalar)
            }
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
}
