/// A SQLite expression as a tree: the part of https://www.sqlite.org/lang_expr.html that schemas are written in.
indirect enum SQLiteTree: Equatable {
    case null
    case number(String)
    case string(String)
    case blob(String)
    case boolean(Bool)
    /// `isLiteral`: written in double quotes, which SQLite takes for a string when there is no such column.
    case name(String, isQuoted: Bool)
    case unary(String, SQLiteTree)
    case binary(String, SQLiteTree, SQLiteTree)
    case call(String, [SQLiteTree])
    case isNull(SQLiteTree, negated: Bool)
    case isIn(SQLiteTree, [SQLiteTree], negated: Bool)
    case between(SQLiteTree, SQLiteTree, SQLiteTree, negated: Bool)
    /// `LIKE`, `GLOB`.
    case matches(String, SQLiteTree, SQLiteTree, negated: Bool)
    case collated(SQLiteTree, String)
    case cast(SQLiteTree, String)
    case choice([Branch], otherwise: SQLiteTree?)

    struct Branch: Equatable {
        var condition: SQLiteTree
        var value: SQLiteTree
    }
}

/// Reads SQLite expressions; `nil` for anything that it does not know in full.
struct SQLiteTreeParser {
    private let tokens: [SQLToken]
    private var at = 0

    static func parse(_ text: String) -> SQLiteTree? {
        var parser = SQLiteTreeParser(tokens: SQLToken.scan(text).filter { !$0.isBlank })
        guard let expression = parser.expression(0), parser.at == parser.tokens.count else { return nil }
        return expression
    }

    private init(tokens: [SQLToken]) { self.tokens = tokens }

    /// Binding powers, loosest first, as in the table of lang_expr.html, section 2.
    private static func power(_ token: SQLToken) -> Int? {
        switch token.kind == .word ? SQLName.keyword(token.text) : token.text {
        case "OR": 1
        case "AND": 2
        case "=", "==", "<>", "!=", "IS", "IN", "LIKE", "GLOB", "BETWEEN", "ISNULL", "NOTNULL", "NOT": 4
        case "<", "<=", ">", ">=": 5
        case "&", "|", "<<", ">>": 6
        case "+", "-": 7
        case "*", "/", "%": 8
        case "||": 9
        case "COLLATE": 10
        default: nil
        }
    }

    private var token: SQLToken? { at < tokens.count ? tokens[at] : nil }

    private mutating func take(_ word: String) -> Bool {
        guard let token, token.isWord(word) || token.isSymbol(word) else { return false }
        at += 1
        return true
    }

    private mutating func expression(_ least: Int) -> SQLiteTree? {
        guard var left = prefix() else { return nil }
        while let token, token.kind == .word || token.kind == .symbol, let power = Self.power(token), power > least {
            at += 1
            guard let longer = suffix(left, token, power) else { return nil }
            left = longer
        }
        return left
    }

    private mutating func suffix(_ left: SQLiteTree, _ token: SQLToken, _ power: Int) -> SQLiteTree? {
        let word = token.kind == .word ? SQLName.keyword(token.text) : token.text
        switch word {
        case "ISNULL": return .isNull(left, negated: false)
        case "NOTNULL": return .isNull(left, negated: true)
        case "COLLATE": return name().map { .collated(left, $0) }
        case "IS": return isSuffix(left)
        case "NOT":
            if take("NULL") { return .isNull(left, negated: true) }
            guard let next = self.token else { return nil }
            at += 1
            return comparison(left, next.text.uppercased(), negated: true)
        case "IN", "LIKE", "GLOB", "BETWEEN": return comparison(left, word, negated: false)
        default: return expression(power).map { .binary(word == "==" ? "=" : word == "!=" ? "<>" : word, left, $0) }
        }
    }

    private mutating func isSuffix(_ left: SQLiteTree) -> SQLiteTree? {
        let negated = take("NOT")
        if take("NULL") { return .isNull(left, negated: negated) }
        return expression(4).map { .binary(negated ? "IS NOT" : "IS", left, $0) }
    }

    private mutating func comparison(_ left: SQLiteTree, _ word: String, negated: Bool) -> SQLiteTree? {
        switch word {
        case "IN":
            guard take("("), let items = list() else { return nil }
            return .isIn(left, items, negated: negated)
        case "LIKE", "GLOB":
            guard let pattern = expression(5) else { return nil }
            return .matches(word, left, pattern, negated: negated)
        case "BETWEEN":
            guard let low = expression(4), take("AND"), let high = expression(4) else { return nil }
            return .between(left, low, high, negated: negated)
        default: return nil
        }
    }

    private mutating func prefix() -> SQLiteTree? {
        guard let token else { return nil }
        at += 1
        switch token.kind {
        case .number: return .number(token.text)
        case .string: return literal(token.text)
        case .quoted: return token.name.map { .name($0, isQuoted: token.text.utf8.first == UInt8(ascii: "\"")) }
        case .word: return word(token.text)
        case .symbol: return symbol(token.text)
        case .space, .comment: return nil
        }
    }

    private func literal(_ text: String) -> SQLiteTree? {
        switch text.unicodeScalars.first {
        case "'": return .string(SQLText.unquoted(text, doubled: "'"))
        case "x", "X": return .blob(text.dropFirst(2).dropLast().lowercased())
        default: return nil
        }
    }

    private mutating func symbol(_ text: String) -> SQLiteTree? {
        switch text {
        case "(":
            guard let inner = expression(0), take(")") else { return nil }
            return inner
        case "-", "+": return expression(9).map { .unary(text, $0) }
        default: return nil
        }
    }

    private mutating func word(_ text: String) -> SQLiteTree? {
        switch SQLName.keyword(text) {
        case "NULL": return .null
        case "TRUE": return .boolean(true)
        case "FALSE": return .boolean(false)
        case "NOT": return expression(3).map { .unary("NOT", $0) }
        case "CASE": return choice()
        case "CAST":
            guard take("("), let value = expression(0), take("AS"), let type = name(), take(")") else { return nil }
            return .cast(value, type.uppercased())
        case "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME": return .call(text.lowercased(), [])
        case "SELECT", "EXISTS", "RAISE": return nil
        default:
            guard take("(") else { return .name(text, isQuoted: false) }
            return list().map { .call(text.lowercased(), $0) }
        }
    }

    private mutating func list() -> [SQLiteTree]? {
        var items: [SQLiteTree] = []
        if take(")") { return items }
        repeat {
            guard let item = expression(0) else { return nil }
            items.append(item)
        } while take(",")
        return take(")") ? items : nil
    }

    /// `CASE x WHEN y` is read as `CASE WHEN x = y`.
    private mutating func choice() -> SQLiteTree? {
        var subject: SQLiteTree?
        if let token, !token.isWord("WHEN") {
            subject = expression(0)
            guard subject != nil else { return nil }
        }
        var branches: [SQLiteTree.Branch] = []
        while take("WHEN") {
            guard let condition = expression(0), take("THEN"), let value = expression(0) else { return nil }
            branches.append(.init(condition: subject.map { .binary("=", $0, condition) } ?? condition, value: value))
        }
        var otherwise: SQLiteTree?
        if take("ELSE") {
            otherwise = expression(0)
            guard otherwise != nil else { return nil }
        }
        return take("END") && !branches.isEmpty ? .choice(branches, otherwise: otherwise) : nil
    }

    private mutating func name() -> String? {
        guard let name = token?.name else { return nil }
        at += 1
        return name
    }
}
