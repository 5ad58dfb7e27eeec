/// Brings an expression as SQLite keeps it into words that mean the same elsewhere.
struct SQLiteExpression {
    /// Each name's own spelling, by its folded form.
    private let spellings: [String: String]
    /// A `"word"` that names nothing is a string to SQLite (https://www.sqlite.org/quirks.html, section 8).
    private let takesUnknownQuotedNamesForStrings: Bool

    /// For what a table's own definition holds: every name in it is one of its columns.
    init(columns: [String]) {
        spellings = Self.spellings(columns)
        takesUnknownQuotedNamesForStrings = true
    }

    /// For views, which name tables, columns and whatever they like.
    init(names: [String]) {
        spellings = Self.spellings(names)
        takesUnknownQuotedNamesForStrings = false
    }

    /// A portable expression if it is written in words that both databases share, and SQLite's own otherwise.
    func read(_ text: String) -> SQLExpression {
        let text = portable(text)
        let isShared = PortableSQL.objection(to: text) == nil
        return isShared ? .sql(text) : .native(sqlite: text, postgresql: "")
    }

    /// The same text with every name as it is really spelled, in double quotes where that matters: `[Name]`, `` `Name` ``
    /// and a bare `NAME` all find the column `Name` in SQLite, and only there.
    func portable(_ text: String) -> String {
        let tokens = SQLToken.scan(text)
        return tokens.indices.map { portable(tokens, $0) }.joined()
    }

    private func portable(_ tokens: [SQLToken], _ at: Int) -> String {
        let token = tokens[at]
        guard let name = token.name else { return token.text }
        let spelling = spellings[SQLName.folded(name)]
        if token.kind == .quoted {
            guard let spelling else {
                let isString = takesUnknownQuotedNamesForStrings && token.text.utf8.first == UInt8(ascii: "\"")
                return isString ? SQLText.literal(name) : SQLText.identifier(name)
            }
            return SQLText.identifier(spelling)
        }
        guard let spelling, !SQLToken.isCall(tokens, at), !Self.keywords.contains(SQLName.keyword(name)) else {
            return token.text
        }
        return spelling == SQLName.folded(name) ? token.text : SQLText.identifier(spelling)
    }

    /// Names that are spelled in two ways are left alone.
    private static func spellings(_ names: [String]) -> [String: String] {
        let bySpelling = Dictionary(grouping: Set(names), by: SQLName.folded)
        return bySpelling.compactMapValues { $0.count == 1 ? $0.first : nil }
    }

    /// Words of the grammar: a column that is called so is named in quotes.
    private static let keywords: Set<String> = [
        "ALL", "AND", "AS", "ASC", "BETWEEN", "BY", "CASE", "CAST", "COLLATE", "CROSS", "DESC", "DISTINCT", "ELSE",
        "END",
        "ESCAPE", "EXCEPT", "EXISTS", "FROM", "GLOB", "GROUP", "HAVING", "IN", "INNER", "INTERSECT", "IS", "ISNULL",
        "JOIN",
        "LEFT", "LIKE", "LIMIT", "MATCH", "NATURAL", "NOT", "NOTNULL", "NULL", "OFFSET", "ON", "OR", "ORDER", "OUTER",
        "OVER", "PARTITION", "REGEXP", "RIGHT", "SELECT", "THEN", "UNION", "USING", "VALUES", "WHEN", "WHERE", "WITH",
    ]
}
