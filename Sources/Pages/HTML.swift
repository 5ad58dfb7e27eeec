/// Text that a page shows as text, never as markup.
package enum HTML {
    /// Escapes the text scalar by scalar: a "<" followed by a combining accent is another `Character` in Swift, and still a "<"
    /// for a browser. Scalars that no page may hold become U+FFFD.
    package static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            default: escaped.unicodeScalars.append(isControl(scalar) ? "\u{FFFD}" : scalar)
            }
        }
    }

    /// Escapes a name that a person has chosen: on one line, isolated in its text direction, and cut to a readable length.
    package static func name(_ text: String) -> String {
        var short = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(longestName) {
            short.append(turnsText(scalar) || scalar == "\n" || scalar == "\t" ? "\u{FFFD}" : scalar)
        }
        let isCut = text.unicodeScalars.count > longestName
        return "<bdi>\(escaped(String(short)))\(isCut ? "…" : "")</bdi>"
    }

    static let longestName = 100

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }

    /// Returns whether the scalar changes the direction of the text that follows.
    private static func turnsText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
