/// The words of what somebody looks for: letters and digits, and the marks that belong to them. Everything else parts words and
/// means nothing, so that no text is a query's syntax: quotes, `*`, `-`, `NEAR` and `:` neither.
struct SearchWords: Equatable {
    /// More than anybody types; each is a look into the index.
    static let most = 32

    let words: [String]

    /// `nil` where there is no word in the text. Throws `RuntimeError` where there are more than `most`: to find by a part of
    /// them would be another answer.
    init?(_ text: String) throws(RuntimeError) {
        words = text.unicodeScalars.split { !$0.isOfAWord }.map { String(String.UnicodeScalarView($0)) }
        guard !words.isEmpty else { return nil }
        guard words.count <= Self.most else {
            throw RuntimeError(
                .badRequest, "there are \(words.count) words to look for, and \(Self.most) at most",
                remedy: "name those that are rare")
        }
    }
}

extension Unicode.Scalar {
    /// What SQLite's `unicode61` takes for a part of a word, and the marks that stand upon it
    /// (https://www.sqlite.org/fts5.html, 4.3.1).
    fileprivate var isOfAWord: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse, .nonspacingMark, .spacingMark, .enclosingMark:
            true
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
            .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format, .surrogate, .unassigned:
            false
        @unknown default: false
        }
    }
}
