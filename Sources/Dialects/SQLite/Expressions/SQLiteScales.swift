// The decimals of values: PostgreSQL rounds a value that a DECIMAL column with fewer of them stores, and SQLite does not.

extension SQLiteExpressionTranslation {
    /// Returns the largest number of digits that the expression's value has behind the point, as far as its form shows; `nil` if it may
    /// have any number of them.
    func scale(of tree: ExpressionTree) -> Int? {
        switch tree {
        case .null, .boolean, .unary(.not, _), .exists, .isNull, .isIn, .isInQuery, .between, .matches: 0
        case .number(let text): Self.scale(ofNumber: text)
        case .name, .column: sense(of: tree).flatMap(scale(ofColumn:))
        case .unary(_, let operand), .collated(let operand, _): scale(of: operand)
        case .binary(let sign, let left, let right): scale(of: sign, left, right)
        case .call(let function, let arguments): scale(ofCall: function, arguments)
        case .aggregate(let call): scale(ofCall: call.name, call.arguments)
        case .cast(let operand, let type): SQLiteTypeName(type).affinity == .integer ? 0 : scale(of: operand)
        case .choice(let branches, let otherwise): scale(ofAny: branches.map(\.value) + [otherwise].compactMap { $0 })
        case .query(let query): scale(of: query, at: 0)
        case .string, .blob, .row: nil
        }
    }

    /// Returns the scale of one column of a query's rows.
    func scale(of query: QueryTree, at column: Int) -> Int? {
        guard query.named.isEmpty else { return nil }
        var widest = 0
        for core in query.cores {
            guard let scale = scale(of: core, at: column) else { return nil }
            widest = max(widest, scale)
        }
        return widest
    }

    private func scale(of core: QueryTree.Core, at column: Int) -> Int? {
        switch core {
        case .values(let rows): return scale(ofAny: rows.map { $0.indices.contains(column) ? $0[column] : .string("") })
        case .select(let select):
            guard select.results.indices.contains(column),
                !select.results[...column].contains(where: { if case .all = $0 { true } else { false } }),
                case .expression(let tree, _, _) = select.results[column]
            else { return nil }
            var scope = SQLiteScope()
            for source in select.sources {
                guard case .table(let name) = source.content, var relation = relations[SQLName.folded(name)] else {
                    return nil
                }
                relation.name = source.alias ?? relation.name
                scope.relations.append(relation)
            }
            var inside = self
            inside.scopes.insert(scope, at: 0)
            return inside.scale(of: tree)
        }
    }

    private func scale(ofAny trees: [ExpressionTree]) -> Int? {
        var widest = 0
        for tree in trees {
            guard let scale = scale(of: tree) else { return nil }
            widest = max(widest, scale)
        }
        return widest
    }

    private static func scale(ofNumber text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.joined().utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return parts.count == 2 ? parts[1].utf8.count : 0
    }

    /// A computed column that another one reads is not rounded: its expression stands in its place.
    private func scale(ofColumn column: ColumnSense) -> Int? {
        if let expression = column.generated, column.type.isDecimal, !use.readsRows {
            guard nesting < Self.deepest, let tree = SQLiteExpressionParser.parse(Self.text(expression)) else {
                return nil
            }
            var inner = self
            inner.nesting += 1
            return inner.scale(of: tree)
        }
        return switch column.type {
        case .smallint, .integer, .bigint, .boolean: 0
        case .decimal(_, let scale): scale
        case .real, .numeric, .text, .varchar, .timestamp, .datetime, .date, .time, .interval, .uuid, .json, .jsonText,
            .bytes, .native:
            nil
        }
    }

    private func scale(of sign: BinaryOperator, _ left: ExpressionTree, _ right: ExpressionTree) -> Int? {
        switch sign {
        case .compute(.add), .compute(.subtract): return scale(ofAny: [left, right])
        case .compute(.multiply):
            guard let one = scale(of: left), let other = scale(of: right) else { return nil }
            return one + other
        case .compute(.divide): return wholeScale(of: .binary(sign, left, right))
        case .concatenate, .member, .memberValue: return nil
        // Conditions, and operators of whole numbers.
        case .or, .and, .compare, .compute(.remainder), .compute(.bitAnd), .compute(.bitOr), .compute(.shiftLeft),
            .compute(.shiftRight):
            return 0
        }
    }

    private func scale(ofCall function: String, _ arguments: [ExpressionTree]) -> Int? {
        switch (function, arguments.count) {
        case ("round", 1), ("ceil", 1), ("ceiling", 1), ("floor", 1), ("trunc", 1), ("count", _): return 0
        case ("round", 2):
            guard case .number(let text) = arguments[1] else { return nil }
            return Int(text)
        case ("abs", 1), ("likely", 1), ("unlikely", 1), ("sum", 1), ("total", 1), ("min", 1...), ("max", 1...),
            ("coalesce", 2...), ("ifnull", 2):
            return scale(ofAny: arguments)
        case ("nullif", 2): return scale(of: arguments[0])
        case ("iif", 2...3), ("if", 2...3): return scale(ofAny: Array(arguments.dropFirst()))
        case (_, _): return wholeScale(of: .call(function, arguments))
        }
    }

    /// Returns 0 for an expression whose values are integers; otherwise `nil`.
    private func wholeScale(of tree: ExpressionTree) -> Int? {
        switch try? piece(tree).kind {
        case .integer, .boolean: 0
        case .null, .text, .number, .bytes, .native, nil: nil
        }
    }
}

extension SQLiteExpressionTranslation {
    func computedDigits(_ expression: SQLExpression, for type: ColumnType) -> ComputedDigits {
        guard type.isDecimal, let tree = SQLiteExpressionParser.parse(Self.text(expression)) else { return .all }
        var translation = self
        translation.use = .computed
        guard (try? translation.computed(expression, for: type)) != nil else { return .all }
        return translation.scale(of: tree).map(ComputedDigits.decimals) ?? .fifteen
    }

    func computedType(_ expression: SQLExpression, for type: ColumnType) -> ColumnType {
        guard type.isDecimal || type.isInteger, let tree = SQLiteExpressionParser.parse(Self.text(expression)) else {
            return type
        }
        var translation = self
        translation.use = .computed
        guard (try? translation.computed(expression, for: type)) != nil else { return type }
        if case .decimal(_, let scale) = type {
            return translation.scale(of: tree).map { $0 <= scale } == true ? type : .numeric
        }
        return type.isInteger && translation.mayYieldFraction(tree, for: type) ? .real : type
    }

    /// Returns whether the expression of an integer column is a number that may have a fraction, which SQLite stores there all the same.
    private func mayYieldFraction(_ tree: ExpressionTree, for type: ColumnType) -> Bool {
        // An integer counts the seconds of the moment.
        guard (try? moment(tree, for: type)) == nil, let piece = try? piece(tree) else { return false }
        return piece.kind == .number && scale(of: tree) != 0
    }

    func remark(onComputed expression: SQLExpression, for type: ColumnType) -> String? {
        guard let tree = SQLiteExpressionParser.parse(Self.text(expression)) else { return nil }
        var translation = self
        translation.use = .computed
        guard let piece = try? translation.piece(tree), piece.isDynamic else { return nil }
        switch Self.kind(of: type) {
        case .integer, .number, .boolean:
            return
                "its expression may yield any value: PostgreSQL refuses a row for which it is not of type \(type.word)"
        case .null, .text, .bytes, .native: return nil
        }
    }
}
