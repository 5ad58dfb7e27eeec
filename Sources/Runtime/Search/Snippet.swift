import Dialects

/// An excerpt of a passage around the words that were searched for, in one line.
struct Snippet {
    let text: String

    /// The length of the excerpt, and of its part before the first word, in characters.
    private static let (longest, before) = (160, 40)

    /// Makes the excerpt. If none of the words is found, because the passage spells them in another way, the excerpt is the
    /// passage's beginning.
    ///
    /// - Parameter words: The words in the form that `SearchWords` gives them.
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

/// Finds words in a line, as whole words, regardless of case and accents.
package enum FoundWords {
    /// Returns the places of the words.
    ///
    /// - Parameter words: The search as the user typed it.
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
