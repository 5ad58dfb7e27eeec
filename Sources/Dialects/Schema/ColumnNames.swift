/// The words of an expression that name a column. A rename rewrites them, and a drop would break them. Functions, types and
/// collations are not column names, whatever they are called.
struct ColumnNames {
    private let tokens: [SQLToken]
    /// The positions of the tokens at which a column's name can stand.
    private let places: [Int]

    init(_ text: String) {
        let tokens = SQLToken.scan(text)
        let solid = tokens.indices.filter { !tokens[$0].isBlank }
        let words = solid.map { tokens[$0] }
        self.tokens = tokens
        let types = TypeNames(words)
        places = words.indices.filter { at in
            guard words[at].name != nil, !types.places.contains(at), !ColumnNames.isKeyword(words[at]) else {
                return false
            }
            let before = at > 0 ? words[at - 1] : nil
            let after = at + 1 < words.count ? words[at + 1] : nil
            if after?.isSymbol("(") == true || after?.isSymbol(".") == true { return false }
            return before?.isWord("COLLATE") != true && before?.isWord("AS") != true
        }
        .map { solid[$0] }
    }

    func names(_ column: String) -> Bool { places.contains { tokens[$0].names(column) } }

    /// Returns the text with the new name of each column. All columns are renamed at once, so that names can be swapped.
    func renamed(_ names: [String: String]) -> String {
        var result = tokens.map(\.text)
        for at in places {
            guard let old = names.keys.first(where: { tokens[at].names($0) }), let new = names[old], old != new else {
                continue
            }
            result[at] = SQLText.identifier(new)
        }
        return result.joined()
    }

    /// Returns bare or quoted names that are neither columns of `table` nor words of the expression grammar.
    func unknown(in table: Table) -> [String] {
        places.compactMap { at in
            let token = tokens[at]
            guard let name = token.name, !table.columns.contains(where: { token.names($0.name) }) else { return nil }
            return token.kind == .word && ColumnNames.others.contains(SQLName.keyword(name)) ? nil : name
        }
    }

    /// Returns whether the token is a word of the grammar that can't name a column without quotes.
    static func isKeyword(_ token: SQLToken) -> Bool {
        token.kind == .word && keywords.contains(SQLName.keyword(token.text))
    }

    private static let keywords: Set<String> = [
        "ALL", "AND", "ANY", "AS", "ASC", "BETWEEN", "BOTH", "BY", "CASE", "CAST", "COLLATE", "CURRENT_DATE",
        "CURRENT_TIME", "CURRENT_TIMESTAMP", "DESC", "DISTINCT", "ELSE", "END", "ESCAPE", "EXCEPT", "EXISTS", "FALSE",
        "FETCH", "FOR", "FROM", "FULL", "GLOB", "GROUP", "HAVING", "ILIKE", "IN", "INNER", "INTERSECT", "IS", "ISNULL",
        "JOIN", "LEADING", "LEFT", "LIKE", "LIMIT", "LOCALTIME", "LOCALTIMESTAMP", "NATURAL", "NOT", "NOTNULL", "NULL",
        "OFFSET", "ON", "OR", "ORDER", "OUTER", "RIGHT", "SELECT", "SIMILAR", "SOME", "THEN", "TO", "TRAILING", "TRUE",
        "UNION", "USING", "VALUES", "WHEN", "WHERE", "WINDOW", "WITH",
    ]

    /// Words that have a meaning in expressions, but may also be columns.
    private static let others: Set<String> = [
        "CURRENT", "FILTER", "FIRST", "FOLLOWING", "LAST", "MATCH", "NULLS", "OVER", "PARTITION", "PRECEDING", "RANGE",
        "REGEXP", "ROW", "ROWS", "SYMMETRIC", "UNBOUNDED", "UNKNOWN",
    ]
}

/// The positions of the words that are names of types: behind `::`, and in `CAST(… AS …)`.
struct TypeNames {
    private(set) var places: Set<Int> = []

    /// Finds the names of types. `tokens` must not contain blanks.
    init(_ tokens: [SQLToken]) {
        var depth = 0
        var casts: [Int] = []
        var typeEndsAbove: Int?
        for at in tokens.indices {
            let token = tokens[at]
            if token.isSymbol("(") {
                depth += 1
                if at > 0, tokens[at - 1].isWord("CAST") { casts.append(depth) }
            } else if token.isSymbol(")") {
                if typeEndsAbove == depth { typeEndsAbove = nil }
                if casts.last == depth { casts.removeLast() }
                depth -= 1
            } else if typeEndsAbove != nil {
                places.insert(at)
            } else if token.isWord("AS"), casts.last == depth {
                typeEndsAbove = depth
            } else if token.name != nil, at > 0, continuesType(tokens, at) {
                places.insert(at)
            }
        }
    }

    /// Returns whether the token continues a type's name: `::character varying`, `::timestamp with time zone`.
    private func continuesType(_ tokens: [SQLToken], _ at: Int) -> Bool {
        if tokens[at - 1].isSymbol("::") { return true }
        return places.contains(at - 1) && tokens[at].kind == .word
            && ["PRECISION", "VARYING", "WITH", "WITHOUT", "TIME", "ZONE"].contains(SQLName.keyword(tokens[at].text))
    }
}

extension SQLExpression {
    /// Returns whether the expression, which is over one table, reads this column.
    public func readsColumn(_ column: String) -> Bool { texts.contains { ColumnNames($0).names(column) } }

    /// Returns the expression with columns renamed, all at once.
    ///
    /// - Parameter names: The new names by the old ones.
    public func renamingColumns(_ names: [String: String]) -> SQLExpression {
        mapTexts { ColumnNames($0).renamed(names) }
    }
}
