/// The SQL that both databases understand in the same way. An expression that is written once for both databases is checked
/// against this subset when it is compiled, so that it can't work on one database and fail on the other.
enum PortableSQL {
    /// The functions that mean the same on both databases, with the same arguments, and the keywords that a parenthesis may
    /// follow.
    static let functions: Set<String> = [
        "abs", "avg", "cast", "coalesce", "count", "exists", "in", "length", "lower", "ltrim", "max", "min", "nullif",
        "replace", "round", "rtrim", "substr", "sum", "trim", "upper", "values", "and", "or", "not", "on", "as", "by",
        "select", "from", "where", "when", "then", "else", "case", "between", "like", "any", "all", "using", "union",
        "over", "partition", "row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value", "filter",
        "decimal", "numeric", "varchar", "having", "is", "join",
    ]

    /// The words and symbols that one of the two databases does not know or reads differently.
    static let foreign: [String: String] = [
        "==": "write =", "::": "write CAST(… AS …)", "GLOB": "write LIKE", "ILIKE": "write lower(…) LIKE …",
        "REGEXP": "give each database its own with native(…)", "MATCH": "give each database its own with native(…)",
        "SIMILAR": "give each database its own with native(…)", "CURRENT_TIMESTAMP": "use the default .now",
    ]

    /// Returns why the text is not common to both databases, and what to do about it; `nil` if it is common to both.
    static func objection(to text: String) -> LoweringError? {
        let tokens = SQLToken.scan(text)
        for at in tokens.indices {
            let token = tokens[at]
            if let advice = foreign[SQLName.keyword(token.text)], token.kind == .word || token.kind == .symbol {
                return LoweringError(text, "\(token.text) is not common to SQLite and PostgreSQL", remedy: advice)
            }
            if token.kind == .quoted, token.text.utf8.first != UInt8(ascii: "\"") {
                let remedy = "write \(SQLText.identifier(token.name ?? ""))"
                return LoweringError(text, "\(token.text) is quoted in SQLite's own way", remedy: remedy)
            }
            if SQLToken.isCall(tokens, at), !functions.contains(SQLName.folded(token.text)), !isRelation(tokens, at) {
                return LoweringError(
                    text, "\(token.text)() is not common to SQLite and PostgreSQL",
                    remedy: "give each database its own with native(sqlite:postgresql:)")
            }
        }
        return nil
    }

    /// Returns whether the word names a relation, as in `WITH names (a, b) AS`, and not a function.
    private static func isRelation(_ tokens: [SQLToken], _ at: Int) -> Bool {
        tokens[..<at].last { !$0.isBlank }.map { $0.isWord("WITH") || $0.isWord("RECURSIVE") } ?? false
    }
}
