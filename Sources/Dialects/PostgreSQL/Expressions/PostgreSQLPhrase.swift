/// Rewrites an expression of PostgreSQL's in the grammar that PostgreSQL shares with SQLite: `a = ANY (ARRAY['x'::text])` becomes
/// `a IN (CAST('x' AS "text"))`, and `a ~~ 'x%'` becomes a call of the function behind that operator, `textlike(a, 'x%')`.
struct PostgreSQLPhrase {
    private let tokens: [SQLToken]
    private var at = 0
    private var depth = 0

    /// Parses an expression; `nil` if it uses more than the shared grammar.
    static func tree(of text: String) -> ExpressionTree? { shared(text).flatMap(SQLiteExpressionParser.parse) }

    /// Parses a query; `nil` if it uses more than the shared grammar. Of a table, it means the table's own rows (`PostgreSQLViewSource`), for
    /// which PostgreSQL alone has a word.
    static func query(of text: String) -> QueryTree? { shared(text).flatMap(SQLiteExpressionParser.query) }

    private static func shared(_ text: String) -> String? {
        var phrase = PostgreSQLPhrase(tokens: SQLToken.scan(text).filter { !$0.isBlank && !$0.isWord("ONLY") })
        guard let units = phrase.units(), phrase.at == phrase.tokens.count else { return nil }
        return units.joined(separator: " ")
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
        var matching: String?
        while let token, !token.isSymbol(")"), !token.isSymbol("]") {
            if take("::") {
                guard let operand = units.popLast(), let type = typeName() else { return nil }
                units.append("CAST(\(operand) AS \(SQLText.identifier(type)))")
                continue
            }
            if token.isSymbol("#") {
                guard let json = units.popLast(), let part = PostgreSQLJSONPath.part(of: json, tokens, at: at + 1)
                else { return nil }
                units.append(part.sql)
                at = part.end
                continue
            }
            if token.isSymbol("("), let word = units.last?.uppercased(), word == "FILTER" || word == "OVER",
                units.count > 1
            {
                guard let clause = atom() else { return nil }
                units.removeLast()
                units[units.count - 1] += " \(word) \(clause)"
                continue
            }
            if token.isSymbol("("), let name = units.last.flatMap(functionName) {
                at += 1
                guard let call = call(name) else { return nil }
                units[units.count - 1] = call
                continue
            }
            guard Self.complete(&matching, &units) else { return nil }
            if let function = matchingFunction() {
                guard let pattern = atom() else { return nil }
                units.append(pattern)
                matching = function
            } else if let list = membership() {
                units += list
            } else if let part = PostgreSQLJSONPath.extraction(tokens, at: at) {
                units.append(part.sql)
                at = part.end
            } else {
                guard let atom = atom() else { return nil }
                units.append(atom)
                if token.isWord("END"), let start = units.lastIndex(where: { $0.uppercased() == "CASE" }) {
                    units.replaceSubrange(start..., with: [units[start...].joined(separator: " ")])
                }
            }
        }
        return Self.complete(&matching, &units) ? units : nil
    }

    /// Puts the last two units into a call of the function behind an operator, once the casts behind its right side are read.
    private static func complete(_ function: inout String?, _ units: inout [String]) -> Bool {
        guard let name = function else { return true }
        guard let right = units.popLast(), let left = units.popLast() else { return false }
        units.append("\(name)(\(left), \(right))")
        function = nil
        return true
    }

    /// Reads one token, a name with its qualifiers, or all that a parenthesis encloses.
    private mutating func atom() -> String? {
        if take("(") { return list(until: ")").map { "(\($0))" } }
        guard let token else { return nil }
        at += 1
        guard token.name != nil else { return token.text }
        var name = token.text
        while self.token?.isSymbol(".") == true, at + 1 < tokens.count, tokens[at + 1].name != nil {
            name += "." + tokens[at + 1].text
            at += 2
        }
        return name
    }

    /// Reads the arguments of a call.
    private mutating func call(_ name: String) -> String? {
        Self.wordy.contains(name.uppercased())
            ? wordyCall(name.uppercased()) : list(until: ")").map { "\(name)(\($0))" }
    }

    /// The functions whose arguments are divided by words: `EXTRACT(year FROM day)`.
    private static let wordy: Set<String> = ["EXTRACT", "POSITION", "TRIM", "SUBSTRING"]

    /// Reads the arguments of such a function, and returns a call of a function with the same meaning.
    private mutating func wordyCall(_ name: String) -> String? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= SQLiteExpressionParser.deepest, let inner = units(), take(")") else { return nil }
        func parts(_ words: String...) -> [String]? {
            var rest = inner[...]
            var parts: [String] = []
            for word in words {
                guard let end = rest.firstIndex(where: { $0.uppercased() == word }) else { return nil }
                parts.append(rest[..<end].joined(separator: " "))
                rest = rest[(end + 1)...]
            }
            return parts + [rest.joined(separator: " ")]
        }
        switch name {
        case "EXTRACT": return parts("FROM").map { "extract(\(SQLText.literal($0[0].lowercased())), \($0[1]))" }
        case "POSITION": return parts("IN").map { "strpos(\($0[1]), \($0[0]))" }
        case "SUBSTRING":
            let parts = parts("FROM", "FOR") ?? parts("FROM") ?? [inner.joined(separator: " ")]
            return "substr(\(parts.joined(separator: ", ")))"
        default:
            guard let parts = parts("FROM") else { return nil }
            let functions = [("BOTH", "btrim"), ("LEADING", "ltrim"), ("TRAILING", "rtrim")]
            guard let (side, function) = functions.first(where: { parts[0].uppercased().hasPrefix($0.0) }) else {
                return nil
            }
            let characters = parts[0].dropFirst(side.count)
            return "\(function)(\(parts[1])\(characters.isEmpty ? "" : ",\(characters)"))"
        }
    }

    /// Reads `AT TIME ZONE`, or `~~` or `~`, with `!` before or `*` behind it, and returns the name of the operator's function.
    private mutating func matchingFunction() -> String? {
        let start = at
        if take(word: "AT"), take(word: "TIME"), take(word: "ZONE") { return "attimezone" }
        at = start
        let isNegated = take("!")
        guard take("~") else {
            at = start
            return nil
        }
        if take("~") { return "text\(take("*") ? "ic" : "")\(isNegated ? "n" : "")like" }
        return "text\(take("*") ? "ic" : "")regex\(isNegated ? "ne" : "eq")"
    }

    private mutating func list(until end: String) -> String? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= SQLiteExpressionParser.deepest, let inner = units(), take(end) else { return nil }
        return inner.joined(separator: " ")
    }

    /// Returns the unit as the name of a function; `nil` if it is anything else. The server quotes some names: `"left"(x, 1)`.
    private func functionName(_ unit: String) -> String? {
        let words: Set<String> = [
            "ALL", "AND", "AS", "BETWEEN", "BY", "CASE", "DISTINCT", "ELSE", "EXCEPT", "FOR", "FROM", "HAVING", "IN",
            "INTERSECT", "IS", "JOIN", "LIKE", "LIMIT", "NOT", "OFFSET", "ON", "OR", "SELECT", "THEN", "UNION", "USING",
            "VALUES", "WHEN", "WHERE",
        ]
        if unit.first == "\"", unit.last == "\"", unit.count > 2 { return String(unit.dropFirst().dropLast()) }
        guard let first = unit.first, first.isLetter || first == "_" else { return nil }
        guard unit.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { return nil }
        return words.contains(unit.uppercased()) ? nil : unit
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
        var list: String?
        if take("(") {
            list = array()
            guard list != nil, take(")") else { return nil }
        } else {
            guard take(word: "ARRAY"), take("[") else { return nil }
            list = self.list(until: "]")
        }
        if take("::") { guard typeName() != nil else { return nil } }
        return list
    }

    private mutating func typeName() -> String? {
        guard let (name, end) = PostgreSQLTypeName.read(tokens, at: at) else { return nil }
        at = end
        return name
    }
}
