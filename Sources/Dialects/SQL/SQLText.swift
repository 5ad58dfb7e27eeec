/// The quoting of names and strings, which both databases share.
public enum SQLText {
    /// `"name"`, with `"` doubled. The only place that quotes an identifier.
    public static func identifier(_ name: String) -> String {
        quoted(name, by: "\"")
    }

    /// `"a", "b"`.
    public static func identifiers(_ names: [String]) -> String { names.map(identifier).joined(separator: ", ") }

    /// `'text'`, with `'` doubled. The only place that quotes a string.
    public static func literal(_ text: String) -> String {
        quoted(text, by: "'")
    }

    /// Scalar by scalar: to Swift a quote and an accent after it are one character, and no quote.
    private static func quoted(_ text: String, by quote: Unicode.Scalar) -> String {
        var result = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars {
            result.append(scalar)
            if scalar == quote { result.append(quote) }
        }
        result.append(quote)
        return String(result)
    }

    /// What stands between the quotes of `text`, with quotes that are doubled in it made single. Scalar by scalar, as above.
    static func unquoted(_ text: String, doubled quote: Unicode.Scalar?) -> String {
        var inner = String.UnicodeScalarView()
        var isOpen = false
        for scalar in text.unicodeScalars.dropFirst().dropLast() {
            isOpen = scalar == quote && !isOpen
            if !isOpen || scalar != quote { inner.append(scalar) }
        }
        return String(inner)
    }
}
