import Dialects

/// Some of a passage, around the words that were looked for, in one line.
struct Snippet {
    let text: String

    /// In characters.
    private static let (longest, before) = (160, 40)

    /// `words`: as `SearchWords` has them. A word that stands there in another spelling may not be seen; then it is the beginning.
    init(of passage: String, around words: [String]) {
        let line = passage.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let place = FoundWords.places(of: words, in: line).first?.lowerBound ?? line.startIndex
        var start = line.index(place, offsetBy: -Self.before, limitedBy: line.startIndex) ?? line.startIndex
        if start > line.startIndex, let space = line[start..<place].firstIndex(of: " ") {
            start = line.index(after: space)
        }
        let end = line.index(start, offsetBy: Self.longest, limitedBy: line.endIndex) ?? line.endIndex
        text = (start > line.startIndex ? "…" : "") + line[start..<end] + (end < line.endIndex ? "…" : "")
    }
}

/// Where words stand in a line, as whole words, whatever their case and accents.
package enum FoundWords {
    /// `words`: what somebody looks for, as it was typed.
    package static func places(of words: String, in line: String) -> [Range<String.Index>] {
        guard let wanted = try? SearchWords(words) else { return [] }
        return places(of: wanted.words, in: line)
    }

    static func places(of words: [String], in line: String) -> [Range<String.Index>] {
        let wanted = Set(words.map { folded($0[...]) })
        var (places, at): ([Range<String.Index>], String.Index) = ([], line.startIndex)
        while let start = line[at...].firstIndex(where: \.isOfAWord) {
            at = line[start...].firstIndex { !$0.isOfAWord } ?? line.endIndex
            if wanted.contains(folded(line[start..<at])) { places.append(start..<at) }
        }
        return places
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
