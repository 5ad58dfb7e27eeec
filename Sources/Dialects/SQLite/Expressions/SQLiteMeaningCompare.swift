// Comparisons. Here the two databases differ most in the meaning of the same words.

extension SQLiteExpressionTranslation {
    func compare(_ sign: Comparison, _ left: ExpressionTree, _ right: ExpressionTree) throws(Untranslatable) -> String {
        if case .row(let lefts) = left, case .row(let rights) = right, lefts.count == rights.count {
            return try compareRows(sign, lefts, rights)
        }
        let isCaseless = try isCaseless(left, right)
        let deciding = deciding
        return try compare(sign, try deciding.piece(left), try deciding.piece(right), isCaseless: isCaseless)
    }

    /// Translates a comparison of rows, which the first pair of values that differ decides
    /// (https://www.sqlite.org/rowvalue.html).
    private func compareRows(
        _ sign: Comparison, _ lefts: [ExpressionTree], _ rights: [ExpressionTree]
    ) throws(Untranslatable) -> String {
        switch sign {
        case .notEqual: return "(NOT \(try compareRows(.equal, lefts, rights)))"
        case .distinct: return "(NOT \(try compareRows(.notDistinct, lefts, rights)))"
        case .equal, .notDistinct:
            var parts: [String] = []
            for (a, b) in zip(lefts, rights) { parts.append(try compare(sign, a, b)) }
            return "(\(parts.joined(separator: " AND ")))"
        case .less, .lessOrEqual: return try orderRows(sign, strictly: .less, lefts, rights)
        case .greater, .greaterOrEqual: return try orderRows(sign, strictly: .greater, lefts, rights)
        }
    }

    private func orderRows(
        _ sign: Comparison, strictly strict: Comparison, _ lefts: [ExpressionTree], _ rights: [ExpressionTree]
    ) throws(Untranslatable) -> String {
        var sql = ""
        for (a, b) in zip(lefts, rights).reversed() {
            guard !sql.isEmpty else {
                sql = try compare(sign, a, b)
                continue
            }
            sql = "(\(try compare(strict, a, b)) OR \(try compare(.equal, a, b)) AND \(sql))"
        }
        return sql
    }

    private func compare(
        _ sign: Comparison, _ a: Piece, _ b: Piece, isCaseless: Bool
    ) throws(Untranslatable) -> String {
        guard isCaseless, a.kind == .text || b.kind == .text else { return try compared(sign, a, b) }
        guard !a.isDynamic, !b.isDynamic else {
            throw Untranslatable("it compares texts and numbers without regard to case")
        }
        guard a.kind == .text && b.kind == .text else { return try compared(sign, a, b) }
        return "(\(Self.folded(a)) \(sign.inPostgreSQL) \(Self.folded(b)))"
    }

    func isIn(_ operand: ExpressionTree, _ items: [ExpressionTree], negated: Bool) throws(Untranslatable) -> Piece {
        guard !items.isEmpty else { return Piece(negated ? "true" : "false", .boolean) }
        let isCaseless = try isCaseless(operand)
        let deciding = deciding
        let subject = try deciding.piece(operand)
        let isFolded = subject.kind == .text && isCaseless
        // The declared types of the items do not convert the operand (datatype3.html, section 4.2).
        var values: [Piece] = []
        for item in items { values.append(try deciding.piece(item).edited { $0.hasAffinity = false }) }
        var list: [String] = []
        for value in values {
            try requireLikeOrder(subject, value)
            guard !subject.isDynamic, !value.isDynamic, let item = Self.matched(subject, value),
                item.0.sql == subject.sql
            else { return try isOneOf(subject, values, isCaseless: isFolded, negated: negated) }
            list.append(isFolded ? Self.folded(item.1) : item.1.sql)
        }
        let left = isFolded ? Self.folded(subject) : subject.sql
        return Piece("(\(left) \(negated ? "NOT IN" : "IN") (\(list.joined(separator: ", "))))", .boolean)
    }

    /// Translates IN with a list of values that are not all of the operand's kind.
    private func isOneOf(
        _ subject: Piece, _ values: [Piece], isCaseless: Bool, negated: Bool
    ) throws(Untranslatable) -> Piece {
        var tests: [String] = []
        for value in values { tests.append(try compare(.equal, subject, value, isCaseless: isCaseless)) }
        let isOne = "(\(tests.joined(separator: " OR ")))"
        return Piece(negated ? "(NOT \(isOne))" : isOne, .boolean)
    }

    /// Translates LIKE and GLOB. `LIKE` folds the letters of ASCII, and has no escape character unless one is named; `GLOB`
    /// becomes a regular expression.
    func matches(
        _ sign: PatternOperator, _ operand: ExpressionTree, _ pattern: ExpressionTree, _ escape: ExpressionTree?
    ) throws(Untranslatable) -> String {
        switch sign {
        case .match where readsFullText:
            throw Untranslatable("MATCH searches a full-text index, and SQLite's searches have no equal in the target")
        case .match, .regexp: throw Untranslatable("\(sign) is defined by the application")
        case .like:
            let subject = try text(piece(operand)).sql
            let folded = Self.folded(try text(piece(pattern)))
            return "(lower(\(subject) COLLATE \"C\") LIKE \(folded) ESCAPE \(try escaping(escape)))"
        case .glob:
            let subject = try text(piece(operand)).sql
            guard let literal = try piece(pattern).literal else {
                throw Untranslatable("GLOB is used with something other than a text and a literal pattern")
            }
            guard escape == nil, let expression = Self.regularExpression(glob: literal) else {
                throw Untranslatable("the pattern of GLOB is not closed")
            }
            return "(\(subject) COLLATE \"C\" ~ \(SQLText.literal(expression)))"
        }
    }

    /// Whether a SELECT around the expression reads a full-text table.
    private var readsFullText: Bool { scopes.contains { $0.relations.contains { !$0.hiddenColumns.isEmpty } } }

    /// Renders the escape character. SQLite's `LIKE` has none unless ESCAPE names one.
    private func escaping(_ escape: ExpressionTree?) throws(Untranslatable) -> String {
        guard let escape else { return "''" }
        guard case .string(let text) = escape, text.unicodeScalars.count == 1, text.lowercased() == text else {
            throw Untranslatable("LIKE has an escape that is not a single character")
        }
        return SQLText.literal(text)
    }

    static func regularExpression(glob: String) -> String? {
        var result = "^"
        var rest = Substring(glob)
        while let character = rest.popFirst() {
            switch character {
            case "*": result += ".*"
            case "?": result += "."
            case "[":
                var set = "["
                if rest.first == "^" { set.append(rest.removeFirst()) }
                if rest.first == "]" { set.append(rest.removeFirst()) }
                guard let close = rest.firstIndex(of: "]") else { return nil }
                set += rest[..<close].replacing("\\", with: "\\\\").replacing("[", with: "\\[") + "]"
                rest = rest[rest.index(after: close)...]
                result += set
            default:
                if "\\^$.|+(){}]".contains(character) { result += "\\" }
                result.append(character)
            }
        }
        return result + "$"
    }
}

extension Comparison {
    /// The operator in PostgreSQL's words.
    var inPostgreSQL: String {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: rawValue
        case .notDistinct: "IS NOT DISTINCT FROM"
        case .distinct: "IS DISTINCT FROM"
        }
    }
}
