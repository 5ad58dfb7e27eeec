extension Unicode.Scalar {
    /// Whether the character changes the direction of the text around it, so that the text looks like another one
    /// (https://www.unicode.org/reports/tr9/, section 2).
    package var turnsText: Bool {
        switch self {
        case "\u{061C}", "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
        default: false
        }
    }
}
