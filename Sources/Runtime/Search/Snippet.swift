import Dialects

/// Some of a passage, around the words that were looked for, in one line.
struct Snippet {
    let text: String

    /// In characters.
    private static let (longest, before) = (160, 40)

    /// `words`: as `SearchWords` has them. A word that stands there in another spelling may not be seen; then it is the beginning.
    init(of passage: String, around words: [String]) {
        let line = passage.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let place = words.compactMap { Self.place(of: $0, in: line) }.min() ?? line.startIndex
        var start = line.index(place, offsetBy: -Self.before, limitedBy: line.startIndex) ?? line.startIndex
        if start > line.startIndex, let space = line[start..<place].firstIndex(of: " ") {
            start = line.index(after: space)
        }
        let end = line.index(start, offsetBy: Self.longest, limitedBy: line.endIndex) ?? line.endIndex
        text = (start > line.startIndex ? "…" : "") + line[start..<end] + (end < line.endIndex ? "…" : "")
    }

    /// Where a whole word begins, whatever its case and accents.
    private static func place(of word: String, in line: String) -> String.Index? {
        let wanted = folded(word[...])
        var at = line.startIndex
        while at < line.endIndex {
            guard let start = line[at...].firstIndex(where: \.isOfAWord) else { return nil }
            let end = line[start...].firstIndex { !$0.isOfAWord } ?? line.endIndex
            if folded(line[start..<end]) == wanted { return start }
            at = end
        }
        return nil
    }

    private static func folded(_ word: Substring) -> String {
        let letters = String(word).lowercased().decomposed.unicodeScalars.filter {
            !("\u{300}"..."\u{36F}").contains($0)
        }
        return String(String.UnicodeScalarView(letters))
    }
}

extension Character {
    fileprivate var isOfAWord: Bool { isLetter || isNumber }
}
