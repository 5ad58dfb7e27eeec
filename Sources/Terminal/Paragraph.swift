/// Sentences on a terminal, which would break them in the middle of a word.
public enum Paragraph {
    /// In lines no wider than this, but for a word that is wider itself; `nil`: in one.
    public static func wrapped(_ text: String, to columns: Int?) -> String {
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
