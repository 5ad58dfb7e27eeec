/// Rewrites an expression of PostgreSQL's in the grammar that PostgreSQL shares with SQLite: `a = ANY (ARRAY['x'::text])` becomes
/// `a IN (CAST('x' AS "text"))`.
struct PostgreSQLPhrase {
    private let tokens: [SQLToken]
    private var at = 0
    private var depth = 0

    /// Parses an expression; `nil` if it uses more than the shared grammar.
    static func tree(of text: String) -> SQLiteTree? {
        var phrase = PostgreSQLPhrase(tokens: SQLToken.scan(text).filter { !$0.isBlank })
        guard let units = phrase.units(), phrase.at == phrase.tokens.count else { return nil }
        return SQLiteTreeParser.parse(units.joined(separator: " "))
    }

    private init(tokens: [SQLToken]) { self.tokens = tokens }

    private var token: SQLToken? { at < tokens.count ? tokens[at] : nil }

    private mutating func take(_ symbol: String) -> Bool {
        guard token?.isSymbol(symbol) == true else { return false }
        at += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard token?.isWord(word) == true else { return false }
        at += 1
        return true
    }

    /// Reads up to a closing parenthesis or bracket. Each name, literal, call and parenthesis is one unit.
    private mutating func units() -> [String]? {
        var units: [String] = []
        while let token, !token.isSymbol(")"), !token.isSymbol("]") {
            if take("::") {
                guard let operand = units.popLast(), let type = typeName() else { return nil }
                units.append("CAST(\(operand) AS \(SQLText.identifier(type)))")
            } else if take("(") {
                guard let inner = list(until: ")") else { return nil }
                // The arguments of a call belong to its name.
                let isCall = at > 1 && units.last.map(isFunctionName) == true
                units.append((isCall ? units.removeLast() : "") + "(\(inner))")
            } else if let list = membership() {
                units += list
            } else {
                units.append(token.text)
                at += 1
            }
        }
        return units
    }

    private mutating func list(until end: String) -> String? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= SQLiteTreeParser.deepest, let inner = units(), take(end) else { return nil }
        return inner.joined(separator: " ")
    }

    private func isFunctionName(_ unit: String) -> Bool {
        let words: Set<String> = [
            "AND", "OR", "NOT", "IN", "IS", "CASE", "WHEN", "THEN", "ELSE", "BETWEEN", "LIKE", "AS",
        ]
        guard let first = unit.first, first.isLetter || first == "_" else { return false }
        return unit.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } && !words.contains(unit.uppercased())
    }

    /// Reads `= ANY (ARRAY[…])` or `<> ALL (ARRAY[…])`, with or without the array's type behind it.
    private mutating func membership() -> [String]? {
        let start = at
        let isIn = take("=") && take(word: "ANY")
        if !isIn { at = start }
        let isOut = !isIn && take("<>") && take(word: "ALL")
        guard isIn || isOut, take("("), let list = array(), take(")") else {
            at = start
            return nil
        }
        return isIn ? ["IN", "(\(list))"] : ["NOT", "IN", "(\(list))"]
    }

    private mutating func array() -> String? {
        if take("(") {
            guard let list = array(), take(")") else { return nil }
            if take("::") { guard typeName() != nil else { return nil } }
            return list
        }
        guard take(word: "ARRAY"), take("[") else { return nil }
        return list(until: "]")
    }

    /// Reads a type's name without its limits: `character varying`, `timestamp with time zone`.
    private mutating func typeName() -> String? {
        guard let first = token?.name else { return nil }
        at += 1
        var name = first
        let following: Set<String> = ["VARYING", "PRECISION", "WITH", "WITHOUT", "TIME", "ZONE"]
        while let token {
            if token.isSymbol("(") {
                while let token = self.token, !token.isSymbol(")") {
                    guard token.kind == .number || token.isSymbol("(") || token.isSymbol(",") else { return nil }
                    at += 1
                }
                guard take(")") else { return nil }
            } else if token.kind == .word, following.contains(token.text.uppercased()) {
                name += " " + token.text
                at += 1
            } else {
                break
            }
        }
        return name
    }
}
