/// Rewrites an expression that SQLite stores into words that mean the same in other databases.
struct SQLiteExpression {
    /// The spelling of each name, by the name's folded form.
    private let spellings: [String: String]
    /// Whether a `"word"` that names nothing counts as a string, as in SQLite (https://www.sqlite.org/quirks.html, section 8).
    private let takesUnknownQuotedNamesForStrings: Bool
    /// The table whose name may stand before each column, where it says nothing; `nil` for a view.
    private let table: String?

    /// Creates a reader for the expressions in a table's own definition, where every name is one of the table's columns. A check and the
    /// condition of an index may write it as `t.name` or `main.t.name`.
    init(columns: [String], of table: String) {
        self.table = table
        spellings = Self.spellings(columns)
        takesUnknownQuotedNamesForStrings = true
    }

    /// Creates a reader for views, which may name tables, columns and anything else.
    init(names: [String]) {
        table = nil
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
        let tokens = withoutOwnTable(SQLToken.scan(text))
        return tokens.indices.map { portable(tokens, $0) }.joined()
    }

    private func portable(_ tokens: [SQLToken], _ at: Int) -> String {
        let token = tokens[at]
        let isBesidePoint = Self.isBesidePoint(tokens, at)
        // Beside a point SQLite takes 'text' for a name, too.
        guard let name = isBesidePoint ? token.nameOrString : token.name else { return token.text }
        let spelling = spellings[SQLName.folded(name)]
        if token.kind != .word {
            guard let spelling else {
                let isString =
                    takesUnknownQuotedNamesForStrings && !isBesidePoint
                    && token.text.utf8.first == UInt8(ascii: "\"")
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

    private static func isBesidePoint(_ tokens: [SQLToken], _ at: Int) -> Bool {
        let neighbours = [tokens[..<at].last { !$0.isBlank }, tokens[(at + 1)...].first { !$0.isBlank }]
        return neighbours.contains { $0?.isSymbol(".") == true }
    }

    /// Returns the tokens without the table's own name before the names of its columns, which then have quotes.
    private func withoutOwnTable(_ tokens: [SQLToken]) -> [SQLToken] {
        guard let table, tokens.contains(where: { $0.isSymbol(".") }) else { return tokens }
        var kept: [SQLToken] = []
        var at = 0
        while at < tokens.count {
            if let column = column(behind: ["main", table], in: tokens, at) ?? column(behind: [table], in: tokens, at) {
                kept.append(SQLToken(kind: .quoted, text: SQLText.identifier(column.name)))
                at = column.place + 1
            } else {
                kept.append(tokens[at])
                at += 1
            }
        }
        return kept
    }

    /// Returns the column before which these names stand at `start`, each with a point behind it; `nil` if they do not.
    private func column(
        behind names: [String], in tokens: [SQLToken], _ start: Int
    ) -> (name: String, place: Int)? {
        guard !tokens[start].isBlank else { return nil }
        var places = (start..<tokens.count).lazy.filter { !tokens[$0].isBlank }.makeIterator()
        for name in names {
            guard let at = places.next(), let written = tokens[at].nameOrString, SQLName.equal(written, name),
                let point = places.next(), tokens[point].isSymbol(".")
            else { return nil }
        }
        guard let place = places.next(), let name = tokens[place].nameOrString else { return nil }
        return spellings[SQLName.folded(name)].map { ($0, place) }
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
