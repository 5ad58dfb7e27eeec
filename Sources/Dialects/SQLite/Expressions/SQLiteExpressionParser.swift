/// A parser for SQLite expressions. It returns `nil` for anything that it does not know in full.
struct SQLiteExpressionParser {
    /// All tokens as written, including blanks.
    private let written: [SQLToken]
    /// The indexes in `written` of all tokens that are not blanks.
    private let places: [Int]
    var at = 0
    private var depth = 0

    /// The largest depth of an expression tree that is read, the same as SQLite's (https://www.sqlite.org/limits.html, 8). PostgreSQL
    /// allows deeper trees, which would not fit on a thread's stack here.
    static let deepest = 1000

    static func parse(_ text: String) -> ExpressionTree? {
        var parser = SQLiteExpressionParser(text)
        guard let expression = parser.expression(0), parser.isAtEnd else { return nil }
        return expression
    }

    init(_ text: String) {
        let written = SQLiteTokenCursor.joiningBrackets(SQLToken.scan(text))
        self.written = written
        places = written.indices.filter { !written[$0].isBlank }
    }

    var isAtEnd: Bool { at >= places.count }
    var token: SQLToken? { peek(0) }
    func peek(_ ahead: Int) -> SQLToken? { at + ahead < places.count ? written[places[at + ahead]] : nil }

    /// Returns the text that was read since `start`, as written.
    func text(from start: Int) -> String {
        guard start < at else { return "" }
        return written[places[start]...places[at - 1]].map(\.text).joined()
    }

    mutating func take(_ word: String) -> Bool {
        guard let token, token.isWord(word) || token.isSymbol(word) else { return false }
        at += 1
        return true
    }

    mutating func expression(_ least: Int) -> ExpressionTree? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest, var left = prefix() else { return nil }
        while let token, let suffix = SQLiteSuffix(token), suffix.power > least {
            at += 1
            guard let longer = read(suffix, behind: left) else { return nil }
            left = longer
        }
        return left
    }

    private mutating func read(_ suffix: SQLiteSuffix, behind left: ExpressionTree) -> ExpressionTree? {
        switch suffix {
        case .binary(let sign): return expression(suffix.power).map { .binary(sign, left, $0) }
        case .isNull: return .isNull(left, negated: false)
        case .notNull: return .isNull(left, negated: true)
        case .collate: return name().map { .collated(left, $0) }
        case .identity: return isSuffix(left)
        case .negation:
            if take("NULL") { return .isNull(left, negated: true) }
            guard let token, case .test(let test)? = SQLiteSuffix(token) else { return nil }
            at += 1
            return read(test, behind: left, negated: true)
        case .test(let test): return read(test, behind: left, negated: false)
        }
    }

    private mutating func isSuffix(_ left: ExpressionTree) -> ExpressionTree? {
        var negated = take("NOT")
        if take("DISTINCT") {
            guard take("FROM") else { return nil }
            negated.toggle()
        }
        if take("NULL") { return .isNull(left, negated: negated) }
        return expression(4).map { .binary(.compare(negated ? .distinct : .notDistinct), left, $0) }
    }

    private mutating func read(
        _ test: SQLiteSuffix.Test, behind left: ExpressionTree, negated: Bool
    ) -> ExpressionTree? {
        switch test {
        case .membership:
            guard take("(") else {
                // `IN table` searches the only column of a table.
                guard let table = name() else { return nil }
                let select = QueryTree.Select(results: [.all(of: nil)], sources: [.init(content: .table(table))])
                return .isInQuery(left, QueryTree(cores: [.select(select)]), negated: negated)
            }
            if isAtQuery {
                guard let query = query(), take(")") else { return nil }
                return .isInQuery(left, query, negated: negated)
            }
            guard let items = list() else { return nil }
            return .isIn(left, items, negated: negated)
        case .pattern(let sign):
            guard let pattern = expression(5) else { return nil }
            guard take("ESCAPE") else { return .matches(sign, left, pattern, escape: nil, negated: negated) }
            guard let escape = expression(5) else { return nil }
            return .matches(sign, left, pattern, escape: escape, negated: negated)
        case .range:
            guard let low = expression(4), take("AND"), let high = expression(4) else { return nil }
            return .between(left, low, high, negated: negated)
        }
    }

    private mutating func prefix() -> ExpressionTree? {
        guard let token else { return nil }
        at += 1
        switch token.kind {
        case .number: return .number(token.text)
        case .string:
            if let name = token.stringValue, let column = qualified(name) { return column }
            return literal(token.text)
        case .quoted:
            guard let name = token.name else { return nil }
            return qualified(name) ?? .name(name, isQuoted: token.text.utf8.first == UInt8(ascii: "\""))
        case .word: return word(token.text)
        case .symbol: return symbol(token.text)
        case .space, .comment: return nil
        }
    }

    private func literal(_ text: String) -> ExpressionTree? {
        switch text.unicodeScalars.first {
        case "'": return .string(SQLText.unquoted(text, doubled: "'"))
        case "x", "X": return .blob(text.dropFirst(2).dropLast().lowercased())
        default: return nil
        }
    }

    private mutating func symbol(_ text: String) -> ExpressionTree? {
        switch text {
        case "(":
            if isAtQuery {
                guard let query = query(), take(")") else { return nil }
                return .query(query)
            }
            guard let items = items({ $0.expression(0) }), take(")") else { return nil }
            return items.count == 1 ? items[0] : .row(items)
        // The scanner yields two tokens for `.5`.
        case "." where token?.kind == .number:
            defer { at += 1 }
            return token.map { .number("0." + $0.text) }
        default:
            guard let sign = UnaryOperator(rawValue: text) else { return nil }
            return expression(9).map { .unary(sign, $0) }
        }
    }

    private mutating func word(_ text: String) -> ExpressionTree? {
        switch SQLName.keyword(text) {
        case "NULL": return .null
        case "TRUE": return .boolean(true)
        case "FALSE": return .boolean(false)
        case "NOT": return expression(3).map { .unary(.not, $0) }
        case "CASE": return choice()
        case "CAST":
            guard take("("), let value = expression(0), take("AS"), let type = typeName(), take(")") else { return nil }
            return .cast(value, type)
        case "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME": return .call(text.lowercased(), [])
        case "EXISTS":
            guard take("("), let query = query(), take(")") else { return nil }
            return .exists(query)
        case "SELECT": return nil
        case "RAISE": return raise()
        default:
            if take("(") { return call(text) }
            return qualified(text) ?? .name(text, isQuoted: false)
        }
    }

    /// Reads the rest of `t.name` or `main.t.name`, where each name may also be a string; returns `nil` if no point follows.
    private mutating func qualified(_ table: String) -> ExpressionTree? {
        guard token?.isSymbol(".") == true, let second = peek(1)?.nameOrString else { return nil }
        at += 2
        guard SQLName.equal(table, "main"), token?.isSymbol(".") == true, let third = peek(1)?.nameOrString else {
            return .column(of: table, second)
        }
        at += 2
        return .column(of: second, third)
    }

    /// Reads a type's name, and returns its words in capitals. SQLite does not enforce the numbers in parentheses.
    private mutating func typeName() -> String? {
        var words: [String] = []
        while let word = name() { words.append(word.uppercased()) }
        if take("(") {
            repeat {
                guard token?.kind == .number else { return nil }
                at += 1
            } while take(",")
            guard take(")") else { return nil }
        }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    mutating func list() -> [ExpressionTree]? {
        var items: [ExpressionTree] = []
        if take(")") { return items }
        repeat {
            guard let item = expression(0) else { return nil }
            items.append(item)
        } while take(",")
        return take(")") ? items : nil
    }

    /// Reads a CASE. `CASE x WHEN y` is read as `CASE WHEN x = y`.
    private mutating func choice() -> ExpressionTree? {
        var subject: ExpressionTree?
        if let token, !token.isWord("WHEN") {
            subject = expression(0)
            guard subject != nil else { return nil }
        }
        var branches: [ExpressionTree.Branch] = []
        while take("WHEN") {
            guard let condition = expression(0), take("THEN"), let value = expression(0) else { return nil }
            let test = subject.map { .binary(.compare(.equal), $0, condition) } ?? condition
            branches.append(.init(condition: test, value: value))
        }
        var otherwise: ExpressionTree?
        if take("ELSE") {
            otherwise = expression(0)
            guard otherwise != nil else { return nil }
        }
        return take("END") && !branches.isEmpty ? .choice(branches, otherwise: otherwise) : nil
    }

    mutating func name() -> String? {
        guard let name = token?.name else { return nil }
        at += 1
        return name
    }
}
