/// Rewrites an expression that SQLite stores into words that mean the same in other databases.
struct SQLiteExpression {
    /// The spelling of each name, by the name's folded form.
    private let spellings: [String: String]
    /// Whether a `"word"` that names nothing counts as a string, as in SQLite (https://www.sqlite.org/quirks.html, section 8).
    private let takesUnknownQuotedNamesForStrings: Bool

    /// Creates a reader for the expressions in a table's own definition, where every name is one of the table's columns.
    init(columns: [String]) {
        spellings = Self.spellings(columns)
        takesUnknownQuotedNamesForStrings = true
    }

    /// Creates a reader for views, which may name tables, columns and anything else.
    init(names: [String]) {
        spellings = Self.spellings(names)
        takesUnknownQuotedNamesForStrings = false
    }

    /// Returns a portable expression if the text uses only words that both databases share; otherwise SQLite's own expression.
    func read(_ text: String) -> SQLExpression {
        let text = portable(text)
        let isShared = PortableSQL.objection(to: text) == nil
        return isShared ? .sql(text) : .native(sqlite: text, postgresql: "")
    }

    /// Returns the same text with every name in its real spelling, in double quotes where the spelling matters. In SQLite
    /// `[Name]`, `` `Name` `` and a bare `NAME` all find the column `Name`; other databases do not find it.
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
        let isPlain = spelling == SQLName.folded(name) && !Self.reservedElsewhere.contains(SQLName.keyword(name))
        return isPlain ? token.text : SQLText.identifier(spelling)
    }

    /// Returns the text without quotes around names that SQLite finds without them, although PostgreSQL reserves the word. SQLite adds
    /// such quotes to a name that it rewrites.
    static func withoutQuotesForOthers(_ text: String) -> String {
        SQLToken.scan(text).map { token in
            guard token.kind == .quoted, let name = token.name, reservedElsewhere.contains(SQLName.keyword(name)) else {
                return token.text
            }
            return name
        }.joined()
    }

    /// The words that PostgreSQL reserves, and that are mere names in SQLite.
    private static let reservedElsewhere: Set<String> = [
        "ANALYSE", "ANY", "ARRAY", "BOTH", "COLUMN", "CURRENT_CATALOG", "CURRENT_ROLE", "CURRENT_SCHEMA",
        "CURRENT_USER", "FETCH", "ILIKE", "LEADING", "LOCALTIME", "LOCALTIMESTAMP", "SESSION_USER", "SIMILAR", "SOME",
        "SYMMETRIC", "TRAILING", "USER",
    ]

    /// Returns the spellings by folded name. Names with two spellings are left out, so that they stay as they are.
    private static func spellings(_ names: [String]) -> [String: String] {
        let bySpelling = Dictionary(grouping: Set(names), by: SQLName.folded)
        return bySpelling.compactMapValues { $0.count == 1 ? $0.first : nil }
    }

    /// The words of the grammar. A column with such a name is always quoted.
    private static let keywords: Set<String> = [
        "ALL", "AND", "AS", "ASC", "BETWEEN", "BY", "CASE", "CAST", "COLLATE", "CROSS", "DESC", "DISTINCT", "ELSE",
        "END",
        "ESCAPE", "EXCEPT", "EXISTS", "FROM", "GLOB", "GROUP", "HAVING", "IN", "INNER", "INTERSECT", "IS", "ISNULL",
        "JOIN",
        "LEFT", "LIKE", "LIMIT", "MATCH", "NATURAL", "NOT", "NOTNULL", "NULL", "OFFSET", "ON", "OR", "ORDER", "OUTER",
        "OVER", "PARTITION", "REGEXP", "RIGHT", "SELECT", "THEN", "UNION", "USING", "VALUES", "WHEN", "WHERE", "WITH",
    ]
}
