/// The words of a search: letters and digits, and the marks that belong to them. Everything else separates words and has no
/// meaning. No text is therefore read as a query's syntax: quotes, `*`, `-`, `NEAR` and `:` are harmless.
struct SearchWords: Equatable {
    /// The largest number of words. Each word needs a lookup in the index.
    static let most = 32

    let words: [String]

    /// Splits a text into words; `nil` if there is no word in it.
    ///
    /// - Throws: `RuntimeError` if there are more than `most` words. A search for only some of them would find something else.
    init?(_ text: String) throws(RuntimeError) {
        words = text.unicodeScalars.split { !$0.isOfAWord }.map { String(String.UnicodeScalarView($0)) }
        guard !words.isEmpty else { return nil }
        guard words.count <= Self.most else {
            throw RuntimeError(
                .badRequest, "there are \(words.count) words to search for, and the limit is \(Self.most)",
                remedy: "keep the rarest ones")
        }
    }
}

extension Unicode.Scalar {
    /// Whether SQLite's `unicode61` regards the scalar as a part of a word, or as a mark upon one
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
