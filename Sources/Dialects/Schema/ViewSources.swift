/// The relations after FROM and JOIN that a query, or any other text, reads, as far as its tokens tell.
struct ViewSources {
    /// The tokens that name a relation after FROM, JOIN or a comma. Names that WITH defines are not among them.
    private(set) var names: [SQLToken] = []

    init(_ text: String) {
        let tokens = SQLToken.scan(text).filter { !$0.isBlank }
        let defined = Self.namesDefined(in: tokens)
        var isInFrom = false
        for at in tokens.indices {
            if tokens[at].kind == .word {
                let word = SQLName.keyword(tokens[at].text)
                if word == "FROM" || word == "JOIN" { isInFrom = true }
                if ViewSources.endsFrom.contains(word) { isInFrom = false }
            }
            let isFirst = at > 0 && (tokens[at - 1].isWord("FROM") || tokens[at - 1].isWord("JOIN"))
            let isNext = at > 0 && isInFrom && tokens[at - 1].isSymbol(",")
            if isFirst || isNext, let name = tokens[at].name, !SQLToken.isCall(tokens, at) {
                if !defined.contains(SQLName.folded(name)) { names.append(tokens[at]) }
            }
        }
    }

    /// Returns the names that WITH defines, in lower case: `WITH name AS (…)` and `WITH name (a, b) AS (…)`.
    private static func namesDefined(in tokens: [SQLToken]) -> Set<String> {
        Set(
            tokens.indices.dropFirst().compactMap { at in
                guard let name = tokens[at].name else { return nil }
                let begins =
                    tokens[at - 1].isWord("WITH") || tokens[at - 1].isWord("RECURSIVE") || tokens[at - 1].isSymbol(",")
                let isFollowed = at + 1 < tokens.count && (tokens[at + 1].isWord("AS") || tokens[at + 1].isSymbol("("))
                let opens = at + 2 < tokens.count && (tokens[at + 1].isSymbol("(") || tokens[at + 2].isSymbol("("))
                return begins && isFollowed && opens ? SQLName.folded(name) : nil
            })
    }

    private static let endsFrom: Set<String> = ["WHERE", "GROUP", "ORDER", "HAVING", "SELECT", "LIMIT", "UNION"]
}
