/// The quoting of names and strings, which both databases share.
public enum SQLText {
    /// Returns `"name"`, with every `"` in it doubled. No other code quotes identifiers.
    public static func identifier(_ name: String) -> String {
        quoted(name, by: "\"")
    }

    /// Returns the quoted names, separated by commas: `"a", "b"`.
    public static func identifiers(_ names: [String]) -> String { names.map(identifier).joined(separator: ", ") }

    /// Returns `'text'`, with every `'` in it doubled. No other code quotes strings.
    public static func literal(_ text: String) -> String {
        quoted(text, by: "'")
    }

    /// Returns the statement with the `;` that ends it in a script; behind a comment up to the end of the line, on a line of its own.
    package static func terminated(_ statement: String) -> String {
        guard let last = SQLToken.scan(statement).last, last.kind == .comment, last.text.hasPrefix("--") else {
            return statement + ";"
        }
        return statement + "\n;"
    }

    /// Quotes the text scalar by scalar. Swift takes a quote and a following combining accent for one character, which does not
    /// equal a quote.
    private static func quoted(_ text: String, by quote: Unicode.Scalar) -> String {
        var result = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars {
            result.append(scalar)
            if scalar == quote { result.append(quote) }
        }
        result.append(quote)
        return String(result)
    }

    /// Returns the text between the quotes of `text`, with doubled quotes made single. It works scalar by scalar, for the same
    /// reason as `quoted(_:by:)`.
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
