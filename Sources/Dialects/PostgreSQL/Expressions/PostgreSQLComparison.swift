// Comparisons. Values that SQLite finds equal, or less, must be so for PostgreSQL too.

extension PostgreSQLExpressionTranslation {
    func compare(_ sign: String, _ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> String {
        let (a, b) = try sides(sign, left, right)
        return "(\(a) \(sign) \(b))"
    }

    /// Translates `a IN (1, 2)`. Each item is compared as `=` compares it. SQLite compares the literals of a list in the same way, and
    /// reads a list of any length as one level of its tree; computed items are compared one by one.
    func isIn(_ operand: SQLiteTree, _ items: [SQLiteTree], negated: Bool) throws(Untranslatable) -> String {
        var tests: [String] = []
        var (lists, order): ([String: [String]], [String]) = ([:], [])
        for item in items {
            let (side, other) = try sides("=", operand, item)
            if try piece(item).literal == nil {
                tests.append("(\(side) = \(other))")
            } else {
                if lists[side] == nil { order.append(side) }
                lists[side, default: []].append(other)
            }
        }
        tests = order.map { "(\($0) IN (\((lists[$0] ?? []).joined(separator: ", "))))" } + tests
        let any = tests.count == 1 ? tests[0] : try Self.chain(tests, "OR")
        return negated ? "(NOT \(any))" : any
    }

    /// Returns the two sides of a comparison in SQLite's SQL.
    private func sides(
        _ sign: String, _ left: SQLiteTree, _ right: SQLiteTree
    ) throws(Untranslatable) -> (String, String) {
        var (a, b) = (try piece(left), try piece(right))
        if a.kind == .null || b.kind == .null { return (a.sql, b.sql) }
        let isEquality = ["=", "<>", "IS", "IS NOT"].contains(sign)
        switch (a.kind, b.kind) {
        case (.integer, .integer), (.integer, .real), (.real, .integer), (.real, .real), (.boolean, .boolean): break
        case (.text, .text), (.bytes, .bytes):
            guard isEquality || a.kind == .bytes || a.isByBytes || b.isByBytes else {
                throw Untranslatable("\(sign) orders texts by the database's collation in PostgreSQL")
            }
        case (.shaped(let type), .text) where type != .interval: b = try shape(b, type)
        case (.text, .shaped(let type)) where type != .interval: a = try shape(a, type)
        case (.shaped(.interval), _), (_, .shaped(.interval)):
            throw Untranslatable("it compares intervals, which are equal in more ways than their texts")
        case (.shaped(let type), .shaped(let other)):
            guard type == other else { throw Untranslatable("\(type.word) and \(other.word) are compared") }
        case (.decimal, .decimal), (.quotient, .decimal), (.quotient, .integer), (.quotient, .real),
            (.decimal, .integer), (.decimal, .real), (.integer, .decimal), (.real, .decimal):
            return try decimals(a, b)
        case (_, _): throw Untranslatable("it compares values of different types, or decimals")
        }
        return (a.sql, b.sql)
    }

    private func shape(_ piece: Piece, _ type: ColumnType) throws(Untranslatable) -> Piece {
        guard let literal = piece.literal else { throw Untranslatable("a text is compared with a \(type.word)") }
        return Piece(SQLText.literal(try Self.shaped(literal, as: type)), .shaped(type))
    }
}
