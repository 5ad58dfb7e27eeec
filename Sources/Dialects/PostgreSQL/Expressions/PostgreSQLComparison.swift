// Comparisons. Values that SQLite finds equal, or less, must be so for PostgreSQL too.

extension PostgreSQLExpressionTranslation {
    func compare(_ sign: Comparison, _ left: ExpressionTree, _ right: ExpressionTree) throws(Untranslatable) -> String {
        let (a, b) = try sides(sign, left, right)
        return "(\(a) \(sign) \(b))"
    }

    /// Translates `a IN (1, 2)`. Each item is compared as `=` compares it. SQLite compares the literals of a list in the same way, and
    /// reads a list of any length as one level of its tree; computed items are compared one by one.
    func isIn(_ operand: ExpressionTree, _ items: [ExpressionTree], negated: Bool) throws(Untranslatable) -> String {
        var tests: [String] = []
        var (lists, order): ([String: [String]], [String]) = ([:], [])
        for item in items {
            let (side, other) = try sides(.equal, operand, item)
            if try piece(item).literal == nil {
                tests.append("(\(side) = \(other))")
            } else {
                if lists[side] == nil { order.append(side) }
                lists[side, default: []].append(other)
            }
        }
        tests = order.map { "(\($0) IN (\((lists[$0] ?? []).joined(separator: ", "))))" } + tests
        let any = tests.count == 1 ? tests[0] : try Self.chain(tests, .or)
        return negated ? "(NOT \(any))" : any
    }

    /// Returns the two sides of a comparison in SQLite's SQL.
    private func sides(
        _ sign: Comparison, _ left: ExpressionTree, _ right: ExpressionTree
    ) throws(Untranslatable) -> (String, String) {
        let pieces = [try piece(left), try piece(right)].withLabelsAsTexts
        var (a, b) = (pieces[0], pieces[1])
        if a.kind == .null || b.kind == .null { return (a.sql, b.sql) }
        switch (a.kind, b.kind) {
        case (.integer, .integer), (.integer, .real), (.real, .integer), (.real, .real), (.boolean, .boolean): break
        case (.text, .text), (.bytes, .bytes), (.padded, .padded):
            guard !sign.isOrder || a.kind == .bytes || a.isByBytes || b.isByBytes else {
                throw Untranslatable("\(sign) orders texts by the database's collation in PostgreSQL")
            }
            (a, b) = alike(a, b)
        case (.shaped(let type), .text) where type != .interval: b = try shape(b, type)
        case (.text, .shaped(let type)) where type != .interval: a = try shape(a, type)
        case (.shaped(.interval), _), (_, .shaped(.interval)):
            throw Untranslatable("it compares intervals, which are equal in more ways than their texts")
        case (.json, .json):
            // Equal JSON may differ in its blanks and in the zeros of its numbers. An empty array or object can only differ in
            // blanks.
            guard !sign.isOrder, let literal = a.literal ?? b.literal, ["{}", "[]"].contains(literal) else {
                throw Untranslatable("it compares JSON, which is equal in more ways than its texts")
            }
            (a.sql, b.sql) = ("json(\(a.sql))", "json(\(b.sql))")
        case (.foreign(let type), .foreign(let other)):
            let isEmpty = type.hasSuffix("[]") && [a.literal, b.literal].contains("{}")
            let isSame =
                PostgreSQLTypeName(type).withoutPrecision.word == PostgreSQLTypeName(other).withoutPrecision.word
            guard !sign.isOrder, isSame, isEmpty || Self.isWrittenInOneWay(type) else {
                throw Untranslatable(
                    "it compares values of the type \(type), which its texts do not do in the same way")
            }
        // A date compares as the midnight at which it begins.
        case (.shaped(let type), .shaped(.date)) where notes != nil && (type == .datetime || type == .timestamp):
            return (a.sql, try moment(b, .date, as: type)?.sql ?? b.sql)
        case (.shaped(.date), .shaped(let type)) where notes != nil && (type == .datetime || type == .timestamp):
            return (try moment(a, .date, as: type)?.sql ?? a.sql, b.sql)
        case (.shaped(let type), .shaped(let other)):
            guard type == other else { throw Untranslatable("\(type.word) and \(other.word) are compared") }
        case (.decimal, .decimal), (.quotient, .decimal), (.quotient, .integer), (.quotient, .real),
            (.decimal, .integer), (.decimal, .real), (.integer, .decimal), (.real, .decimal):
            return try decimals(a, b)
        case (_, _): throw Untranslatable("it compares values of different types, or decimals")
        }
        return (a.sql, b.sql)
    }

    /// Returns two texts that compare without regard to case if both do so in PostgreSQL, and by their bytes otherwise.
    func alike(_ a: Piece, _ b: Piece) -> (Piece, Piece) {
        guard a.isCaseless != b.isCaseless else {
            let isConstant = a.isCaseless && a.literal != nil && b.literal != nil
            return isConstant ? (Piece("(\(a.sql) COLLATE NOCASE)", a.kind), b) : (a, b)
        }
        // A literal takes the type of its neighbour.
        if (a.isCaseless ? b : a).literal != nil { return (a, b) }
        return (bare(a), bare(b))
    }

    /// Whether values of this type are equal exactly if their texts are. Those of a range or an array of decimals are not: `1.0` and
    /// `1.00`.
    static func isWrittenInOneWay(_ type: String) -> Bool {
        let elements = ["smallint", "integer", "bigint", "boolean", "text", "character varying", "date", "uuid"]
        let plain = [
            "inet", "cidr", "macaddr", "macaddr8", "bit", "bit varying", "\"char\"", "oid", "hstore", "tsvector",
            "int4range",
            "int8range", "daterange",
        ]
        let word = PostgreSQLTypeName(type).withoutPrecision.word
        return plain.contains(word) || elements.contains { word == "\($0)[]" }
    }

    /// Returns how values of a column may be equal though their texts differ; `nil` if they are not.
    static func equalTexts(of column: Column) -> String? {
        if column.collation == .nocase { return "letters beyond A to Z in another case" }
        switch kind(of: column.type) {
        case .json: return #"{"a": 1.0} and {"a": 1.00}"#
        case .padded: return "blanks at the end"
        case .shaped(.interval): return "1 day and 24:00:00"
        case .decimal(nil): return "1.0 and 1.00"
        case .foreign(let type) where !isWrittenInOneWay(type): return "the type \(type)"
        case .null, .integer, .real, .text, .boolean, .bytes, .decimal, .quotient, .shaped, .foreign: return nil
        }
    }

    /// Whether values of two types that PostgreSQL takes for equal are so in SQLite, too, where the second one's column decides
    /// how both are compared (https://www.sqlite.org/foreignkeys.html, section 3). A column of numbers converts texts of digits
    /// to numbers; a column of texts does not find 9.5 and 9.50 equal.
    static func areKeptAlike(_ type: ColumnType, _ other: ColumnType) -> Bool {
        switch (kind(of: type), kind(of: other)) {
        case (.decimal, .decimal), (.integer, .decimal), (.real, .decimal):
            let (scale, wanted) = (digits(type), digits(other))
            return scale != nil && scale == wanted
        case (.shaped(let shape), .shaped(let wanted)): return shape == wanted && shape != .interval
        case (.json, .json): return false
        case (.foreign(let name), .foreign(let wanted)): return isWrittenInOneWay(name) && isWrittenInOneWay(wanted)
        case (_, _): return true
        }
    }

    /// The digits behind the point with which SQLite keeps numbers of a type; `nil` if there may be any number of them.
    private static func digits(_ type: ColumnType) -> Int? {
        if case .decimal(_, let scale) = type { return scale }
        return type.isInteger ? 0 : nil
    }

    private func shape(_ piece: Piece, _ type: ColumnType) throws(Untranslatable) -> Piece {
        guard let literal = piece.literal else { throw Untranslatable("a text is compared with a \(type.word)") }
        return Piece(SQLText.literal(try SQLiteEncoding.literal(literal, as: type)), .shaped(type))
    }
}

extension [PostgreSQLExpressionTranslation.Piece] {
    /// The pieces, in which the labels of an enumeration are texts if any piece is a text. The columns of an enumeration are
    /// texts already; its literals have the name of its type.
    var withLabelsAsTexts: [Element] {
        guard contains(where: { $0.kind == .text }) else { return self }
        return map { piece in
            guard case .foreign = piece.kind, piece.literal != nil else { return piece }
            var piece = piece
            piece.kind = .text
            return piece
        }
    }
}
