import Dialects

extension Check {
    /// The check as a list shows it: on one line, and cut after 120 characters.
    var words: String {
        let text = expression.sourceText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return "CHECK (\(text.count > 120 ? "\(text.prefix(120))…" : text))"
    }
}
