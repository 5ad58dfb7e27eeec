/// The names in a view's query, spelled so that PostgreSQL finds what SQLite finds: that compares them without regard to case, and
/// takes words for names that mean something else in PostgreSQL, `user` above all.
struct SQLiteViewNames {
    private let tokens: [SQLToken]
    /// How each name is really spelled, by its folded form.
    private var spellings: [String: Set<String>] = [:]

    /// `tables` are those that the query reads, by way of other views too.
    init(_ query: String, over tables: [Table]) {
        tokens = SQLToken.scan(query)
        for table in tables {
            add(table.name)
            for column in table.columns { add(column.name) }
        }
        for at in tokens.indices {
            guard let name = tokens[at].name, spellings[SQLName.folded(name)] == nil, isDefined(at) else { continue }
            add(name)
        }
    }

    private mutating func add(_ name: String) { spellings[SQLName.folded(name), default: []].insert(name) }

    private static func mentions(_ token: SQLToken, _ name: String) -> Bool {
        token.name.map { SQLName.equal($0, name) } ?? false
    }

    /// The query in PostgreSQL's spelling. Throws `Untranslatable` where one word stands for names of several spellings.
    func spelled() throws(Untranslatable) -> String {
        var text = ""
        for at in tokens.indices {
            let token = tokens[at]
            if let name = try name(at) {
                let isPlain = token.kind == .word && name == SQLName.folded(name) && !Self.isWordOfPostgreSQL(name)
                text += isPlain ? token.text : SQLText.identifier(name)
            } else {
                text += token.text
            }
        }
        return text
    }

    /// What the token at `at` names; `nil` for what is no name.
    private func name(_ at: Int) throws(Untranslatable) -> String? {
        let token = tokens[at]
        guard let word = token.name, !SQLToken.isCall(tokens, at), !isType(at) else { return nil }
        let isQualified = previous(at)?.isSymbol(".") == true || next(at)?.isSymbol(".") == true
        if token.kind == .word, !isQualified, Self.grammar.contains(SQLName.keyword(word)) { return nil }
        guard let found = spellings[SQLName.folded(word)] else {
            // Whatever it is, it is none of the session's facts.
            return token.kind == .word && Self.facts.contains(SQLName.keyword(word)) ? SQLName.folded(word) : nil
        }
        guard found.count == 1, let name = found.first else {
            guard !found.contains(word) || token.kind == .word else { return word }
            throw Untranslatable("it says \(word), which may be \(found.sorted().joined(separator: " or "))")
        }
        return name
    }

    /// Whether a name begins to mean something here: behind AS, or as the name of a query of WITH.
    private func isDefined(_ at: Int) -> Bool {
        guard !isType(at) else { return false }
        let before = previous(at)
        return before?.isWord("AS") == true || before?.isWord("WITH") == true || before?.isWord("RECURSIVE") == true
    }

    /// Whether it is the type of a CAST.
    private func isType(_ at: Int) -> Bool {
        guard previous(at)?.isWord("AS") == true else { return false }
        var depth = 0
        for index in tokens[..<at].indices.reversed() {
            if tokens[index].isSymbol(")") { depth += 1 }
            guard tokens[index].isSymbol("(") else { continue }
            if depth == 0 { return previous(index)?.isWord("CAST") == true }
            depth -= 1
        }
        return false
    }

    private func previous(_ at: Int) -> SQLToken? { tokens[..<at].last { !$0.isBlank } }
    private func next(_ at: Int) -> SQLToken? { tokens[(at + 1)...].first { !$0.isBlank } }

    /// What PostgreSQL answers without parentheses: who asks, and when (its manual, section 9.26 and 9.9.5). To SQLite these are
    /// names like any other.
    private static let facts: Set<String> = [
        "CURRENT_CATALOG", "CURRENT_ROLE", "CURRENT_SCHEMA", "CURRENT_USER", "LOCALTIME", "LOCALTIMESTAMP",
        "SESSION_USER",
        "SYSTEM_USER", "USER",
    ]

    private static func isWordOfPostgreSQL(_ name: String) -> Bool {
        PostgreSQLPortable.keywords.contains(SQLName.keyword(name))
    }

    /// Words that are no names where they stand alone (https://www.sqlite.org/lang_keywords.html).
    private static let grammar: Set<String> = SQLToken.reserved.union([
        "BY", "CURRENT", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "ESCAPE", "EXCLUDE", "FILTER", "FIRST",
        "FOLLOWING", "GLOB", "GROUPS", "INDEXED", "ISNULL", "LAST", "MATCH", "MATERIALIZED", "NO", "NOTNULL", "NULLS",
        "OTHERS",
        "OVER", "PARTITION", "PRECEDING", "RANGE", "RECURSIVE", "REGEXP", "ROWS", "TIES", "UNBOUNDED", "WINDOW",
    ])
}

extension SQLiteViewNames {
    /// The first column that compares by a collation of its own and is more than shown: `table.column`. In a query of one SELECT
    /// a column in its list is only shown; where rows are made one, every column that they have is compared.
    static func caseless(in query: String, over tables: [Table]) -> String? {
        let tokens = SQLToken.scan(query).filter { !$0.isBlank }
        let merging: Set<String> = ["DISTINCT", "EXCEPT", "GROUP", "INTERSECT", "OVER", "UNION"]
        let words = tokens.filter { $0.kind == .word }.map { SQLName.keyword($0.text) }
        let merges = !merging.isDisjoint(with: words)
        let onlyShows = words.count { $0 == "SELECT" } == 1 && !merges
        let shown = onlyShows ? list(in: tokens) : 0..<0
        for table in tables {
            for column in table.columns where column.collation != nil {
                let isCompared = tokens.indices.contains { at in
                    mentions(tokens[at], column.name) && !(shown.contains(at) && isShown(tokens, at))
                }
                if isCompared || (merges && tokens.indices.contains { isStar(tokens, $0) }) {
                    return "\(table.name).\(column.name)"
                }
            }
        }
        return nil
    }

    /// Every column: not a product, nor what count() counts.
    private static func isStar(_ tokens: [SQLToken], _ at: Int) -> Bool {
        guard at > 0, tokens[at].isSymbol("*") else { return false }
        let before = tokens[at - 1]
        return ["SELECT", "ALL", "DISTINCT"].contains { before.isWord($0) } || before.isSymbol(",")
            || before.isSymbol(".")
    }

    /// What stands between SELECT and FROM.
    private static func list(in tokens: [SQLToken]) -> Range<Int> {
        let start = tokens.firstIndex { $0.isWord("SELECT") } ?? 0
        return start..<(tokens[start...].firstIndex { $0.isWord("FROM") } ?? tokens.count)
    }

    /// Whether the column is an item of the list by itself, under a name of its own perhaps.
    private static func isShown(_ tokens: [SQLToken], _ at: Int) -> Bool {
        var first = at
        if first >= 2, tokens[first - 1].isSymbol(".") { first -= 2 }
        let opens = tokens[first - 1].isWord("SELECT") || tokens[first - 1].isSymbol(",")
        guard opens || tokens[first - 1].isWord("AS"), at + 1 < tokens.count else { return false }
        return tokens[at + 1].isSymbol(",") || tokens[at + 1].isWord("FROM") || tokens[at + 1].isWord("AS")
    }
}
