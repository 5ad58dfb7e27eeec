/// Wraps sentences for a terminal, which would otherwise break them in the middle of a word.
package enum Paragraph {
    /// Returns the text in lines of at most `columns` columns, except for longer words; `nil` means one line.
    package static func wrapped(_ text: String, to columns: Int?) -> String {
        guard let columns else { return text }
        var (lines, width) = ([String](), 0)
        for word in text.split(separator: " ").map(String.init) {
            let more = DisplayWidth.of(word)
            if let last = lines.last, width + 1 + more <= columns {
                lines[lines.count - 1] = "\(last) \(word)"
                width += 1 + more
            } else {
                lines.append(word)
                width = more
            }
        }
        return lines.joined(separator: "\n")
    }
}
