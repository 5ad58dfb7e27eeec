import Dialects

/// Renders words of YAML.
enum YAMLWord {
    /// Returns the text as it is if YAML reads it as that text, and otherwise quoted as in JSON, which YAML reads too
    /// (https://yaml.org/spec/1.2.2/, 1.3).
    static func of(_ text: String) -> String {
        let isPlain =
            text.unicodeScalars.first.map { $0.properties.isAlphabetic && $0.isASCII } ?? false
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || digits ~= $0)
            }
        let isMeant = !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        return isPlain && isMeant ? text : JSON.string(text).rendered()
    }

    private static let digits: ClosedRange<Unicode.Scalar> = "0"..."9"
}
