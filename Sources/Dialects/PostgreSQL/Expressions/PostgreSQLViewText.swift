/// Rewrites those parts of a view's text, as the server writes it, for which SQLite has other words with the same meaning.
struct PostgreSQLViewText {
    private let tokens: [SQLToken]
    private var at = 0
    private var isPlain = false

    init(_ text: String) { tokens = SQLToken.scan(text) }

    /// The text with `IN` for `= ANY (ARRAY[…])`, with `GLOB` for `~~`, which respects case as it does, with constants in the form that
    /// columns of their types have in SQLite, and with SQLite's names of functions.
    ///
    /// - Parameter isPlain: Whether `LIKE` is written instead, which both databases have.
    func text(isPlain: Bool = false) -> String {
        var reader = self
        reader.isPlain = isPlain
        var written: [String] = []
        while reader.at < tokens.count { written.append(reader.part()) }
        return written.joined()
    }

    private mutating func part() -> String { list() ?? match() ?? trim() ?? constant() ?? next() }

    private mutating func next() -> String {
        at += 1
        let token = tokens[at - 1]
        if at < tokens.count, tokens[at].isSymbol("("), let function = Self.functions[token.text.lowercased()] {
            return function
        }
        return token.kind == .word && Self.reserved.contains(token.text.uppercased())
            ? SQLText.identifier(token.text) : token.text
    }

    /// The words that are names in a query of PostgreSQL, and can't be written as such in SQLite
    /// (https://www.sqlite.org/lang_keywords.html).
    private static let reserved: Set<String> = [
        "ADD", "ALTER", "COMMIT", "DELETE", "DROP", "ESCAPE", "INDEX", "INSERT", "NOTHING", "SET", "TRANSACTION",
        "UPDATE",
    ]

    /// SQLite's names of functions. Booleans are 0 and 1 there.
    private static let functions = ["bool_or": "max", "bool_and": "min", "every": "min"]

    private mutating func skipBlanks() { while at < tokens.count, tokens[at].isBlank { at += 1 } }

    private mutating func take(_ symbol: String) -> Bool {
        guard at < tokens.count, tokens[at].isSymbol(symbol) else { return false }
        at += 1
        skipBlanks()
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard at < tokens.count, tokens[at].isWord(word) else { return false }
        at += 1
        skipBlanks()
        return true
    }

    /// Reads `= ANY (ARRAY[…])` or `<> ALL (ARRAY[…])`.
    private mutating func list() -> String? {
        let start = at
        let isIn = take("=") && take(word: "ANY")
        if !isIn { at = start }
        let isOut = !isIn && take("<>") && take(word: "ALL")
        var depth = 0
        while isIn || isOut, take("(") { depth += 1 }
        guard depth > 0, take(word: "ARRAY"), take("[") else {
            at = start
            return nil
        }
        var items = ""
        while at < tokens.count, !tokens[at].isSymbol("]"), !tokens[at].isSymbol("[") { items += constant() ?? next() }
        guard take("]") else {
            at = start
            return nil
        }
        for _ in 0..<depth {
            guard at < tokens.count, tokens[at].isSymbol(")") else {
                at = start
                return nil
            }
            at += 1
        }
        return "\(isIn ? "IN" : "NOT IN") (\(items))"
    }

    /// Reads `TRIM(BOTH 'x' FROM name)`.
    private mutating func trim() -> String? {
        let start = at
        let sides = [("BOTH", "trim"), ("LEADING", "ltrim"), ("TRAILING", "rtrim")]
        guard take(word: "TRIM"), take("("), let side = sides.first(where: { take(word: $0.0) })?.1,
            let characters = argument(until: "FROM"), let text = argument(until: nil)
        else {
            at = start
            return nil
        }
        return "\(side)(\(text)\(characters.isEmpty ? "" : ", \(characters)"))"
    }

    /// Reads up to a word, or up to the closing parenthesis, outside of other parentheses, and takes that too.
    private mutating func argument(until word: String?) -> String? {
        var (written, depth) = ("", 0)
        while at < tokens.count {
            let start = at
            if depth == 0, word.map({ take(word: $0) }) ?? take(")") {
                while written.last?.isWhitespace == true { written.removeLast() }
                return written
            }
            written += part()
            for token in tokens[start..<at] {
                if token.isSymbol("(") { depth += 1 }
                if token.isSymbol(")") { depth -= 1 }
            }
            guard depth >= 0 else { return nil }
        }
        return nil
    }

    /// Reads a constant with its type: `'2024-01-02'::date`, `(-1)::bigint`, `NULL::text`.
    private mutating func constant() -> String? {
        let start = at
        var written = next()
        if tokens[start].isSymbol("("), start == 0 || tokens[start - 1].name == nil {
            written = ""
            while at < tokens.count, tokens[at].kind == .number || tokens[at].isSymbol("-") && written.isEmpty {
                written += next()
            }
            if at < tokens.count, tokens[at].isSymbol(")") { at += 1 } else { written = "" }
        }
        guard at < tokens.count, tokens[at].isSymbol("::"),
            let (name, end) = PostgreSQLTypeName.read(tokens, at: at + 1),
            tokens.count == end || !tokens[end].isSymbol("["),
            let constant = Self.rendered(written, tokens[start], PostgreSQLTypeName(name.lowercased()).columnType)
        else {
            at = start
            return nil
        }
        at = end
        return constant
    }

    /// Returns the constant in SQLite's SQL; `nil` if it is none, or has no counterpart there.
    private static func rendered(_ written: String, _ token: SQLToken, _ type: ColumnType) -> String? {
        if token.isWord("NULL") { return "NULL" }
        let text = token.stringValue ?? written
        guard token.stringValue != nil || Double(written) != nil else { return nil }
        return switch type {
        case .smallint, .integer, .bigint: Int64(text).map(String.init)
        case .real: Double(text).flatMap { $0.isFinite ? "CAST(\(text) AS REAL)" : nil }
        case .text, .varchar, .json, .jsonText, .native: SQLText.literal(text)
        case .timestamp, .datetime, .date, .time, .uuid:
            (try? PostgreSQLExpressionTranslation.shaped(text, as: type)).map(SQLText.literal)
        case .decimal, .numeric, .boolean, .bytes, .interval: nil
        }
    }

    /// Reads `~~ 'pattern'`, `!~~`, `~~*` or `!~~*`.
    private mutating func match() -> String? {
        let start = at
        let isNegated = take("!")
        guard take("~"), take("~") else {
            at = start
            return nil
        }
        let ignoresCase = take("*")
        guard at < tokens.count, let pattern = tokens[at].stringValue else {
            at = start
            return nil
        }
        at += 1
        let not = isNegated ? "NOT " : ""
        if isPlain { return "\(not)LIKE \(SQLText.literal(pattern))" }
        guard ignoresCase else {
            return "\(not)GLOB \(SQLText.literal(PostgreSQLPattern.glob(ofLike: pattern)))"
        }
        return "\(not)LIKE \(SQLText.literal(pattern)) ESCAPE '\\'"
    }
}
