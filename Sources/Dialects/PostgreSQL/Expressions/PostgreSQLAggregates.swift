// Functions that read many rows (the manual, 9.21 and 9.22) in SQLite's words.

extension PostgreSQLExpressionTranslation {
    static func isAggregate(_ function: String, _ arguments: Int) -> Bool {
        switch function {
        case "avg", "bool_and", "bool_or", "count", "every", "max", "min", "string_agg", "sum": arguments > 0
        default: false
        }
    }

    func aggregate(_ call: CallTree) throws(Untranslatable) -> Piece {
        guard notes != nil else { throw Untranslatable("it reads more than one row") }
        guard let tree = call.arguments.first else {
            return try call.name == "count" ? finished(call, "*") : window(call)
        }
        guard Self.isAggregate(call.name, call.arguments.count) else { return try window(call) }
        guard call.order.isEmpty else { throw Untranslatable("\(call.name)() has an order of its own") }
        let value = try piece(tree)
        switch (call.name, value.kind) {
        case ("count", _):
            if call.isDistinct { try requireOneText(value) }
            return try finished(call, value.sql)
        case ("sum", _): return try sum(call, value)
        case ("avg", .real) where value.scaled == nil: return try finished(call, value.sql, .real)
        case ("avg", _): return try average(call, value)
        case ("bool_or", .boolean): return try finished(call, value.sql, .boolean, as: "max")
        case ("bool_and", .boolean), ("every", .boolean): return try finished(call, value.sql, .boolean, as: "min")
        case ("string_agg", .text) where call.arguments.count == 2: return try joined(call, value)
        case ("min", _), ("max", _): return try extreme(call, value)
        case (_, _): throw Untranslatable("\(call.name)() has no known counterpart")
        }
    }

    /// The sum of integers is a bigint, and that of bigints a numeric, which divides in another way.
    private func sum(_ call: CallTree, _ value: Piece) throws(Untranslatable) -> Piece {
        if value.kind == .real, value.scaled == nil {
            guard !value.isSingle else {
                throw Untranslatable("sum() of type real is rounded to 32 bits in PostgreSQL")
            }
            return try finished(call, value.sql, .real)
        }
        guard let exact = value.exact else { throw Untranslatable("sum() adds decimals of any number of digits") }
        let sum = try finished(call, exact.sql)
        guard value.isDecimal || value.isWide else { return sum }
        return Piece(ScaledInteger(sum.sql, exact.scale, digits: exact.digitsOfSum))
    }

    private func average(_ call: CallTree, _ value: Piece) throws(Untranslatable) -> Piece {
        guard let exact = value.exact else { throw Untranslatable("avg() adds decimals of any number of digits") }
        var count = call
        count.name = "count"
        var total = call
        total.name = "sum"
        return Piece(
            DecimalQuotient(
                dividend: ScaledInteger(
                    try finished(total, exact.sql).sql, exact.scale, digits: exact.digitsOfSum),
                divisor: ScaledInteger(try finished(count, exact.sql).sql, 0), isAverage: true))
    }

    private func extreme(_ call: CallTree, _ value: Piece) throws(Untranslatable) -> Piece {
        switch value.kind {
        case .text, .padded:
            guard value.isByBytes else {
                throw Untranslatable("\(call.name)() compares texts by the database's collation")
            }
        case .integer, .real, .decimal:
            if let scaled = value.scaled {
                return Piece(scaled.holding(try finished(call, scaled.sql).sql))
            }
            guard !value.isDecimal else {
                throw Untranslatable("\(call.name)() compares decimals of any number of digits")
            }
        case .shaped(let type):
            guard type != .interval else { throw Untranslatable("\(call.name)() compares intervals") }
        case .null, .boolean, .bytes, .quotient, .json, .foreign:
            throw Untranslatable("\(call.name)() has no known counterpart")
        }
        var piece = try finished(call, value.sql, value.kind)
        (piece.isByBytes, piece.isWide, piece.isSingle) = (value.isByBytes, value.isWide, value.isSingle)
        return piece
    }

    private func joined(_ call: CallTree, _ value: Piece) throws(Untranslatable) -> Piece {
        let separator = try piece(call.arguments[1])
        guard !call.isDistinct, separator.kind == .text else {
            throw Untranslatable("string_agg() sorts the texts by the database's collation")
        }
        return try finished(call, "\(value.sql), \(separator.sql)", .text, as: "group_concat")
    }

    /// Writes the call with DISTINCT, FILTER and OVER.
    private func finished(
        _ call: CallTree, _ arguments: String, _ kind: Kind = .integer, as function: String? = nil
    ) throws(Untranslatable) -> Piece {
        var sql = "\(function ?? call.name)(\(call.isDistinct ? "DISTINCT " : "")\(arguments))"
        if let filter = call.filter { sql += " FILTER (WHERE \(try condition(filter)))" }
        switch call.over {
        case .named(let name)?: sql += " OVER \(SQLText.identifier(name))"
        case .window(let window)?: sql += " OVER (\(try rendered(window)))"
        case nil: break
        }
        var piece = Piece(sql, kind)
        piece.isWide = kind == .integer
        return piece
    }

    // MARK: Windows

    private func window(_ call: CallTree) throws(Untranslatable) -> Piece {
        guard call.over != nil, !call.isDistinct, call.filter == nil, call.order.isEmpty else {
            throw Untranslatable("\(call.name)() has no known counterpart")
        }
        switch (call.name, call.arguments.count) {
        case ("row_number", 0), ("rank", 0), ("dense_rank", 0): return try finished(call, "")
        case ("percent_rank", 0), ("cume_dist", 0): return try finished(call, "", .real)
        case ("ntile", 1):
            let count = try piece(call.arguments[0])
            guard count.literal.flatMap({ Int($0) }).map({ $0 > 0 }) == true else {
                throw Untranslatable("ntile() has no fixed number of buckets")
            }
            var bucket = try finished(call, count.sql)
            bucket.isWide = false
            return bucket
        case ("first_value", 1), ("last_value", 1), ("lag", 1...3), ("lead", 1...3), ("nth_value", 2):
            var value = try piece(call.arguments[0])
            var list: [String] = []
            if call.arguments.count > 1 { list.append(try piece(call.arguments[1]).sql) }
            if call.arguments.count == 3 {
                let both = try unified([value, piece(call.arguments[2])])
                value = both[0]
                list.append(both[1].scaled?.sql ?? both[1].sql)
            }
            list.insert(value.scaled?.sql ?? value.sql, at: 0)
            var chosen = try finished(call, list.joined(separator: ", "), value.kind)
            (chosen.isByBytes, chosen.isWide, chosen.isSingle) = (value.isByBytes, value.isWide, value.isSingle)
            chosen.isBinaryJSON = value.isBinaryJSON
            if value.isCaseless { chosen = caseless(chosen) }
            return value.scaled.map { Piece($0.holding(chosen.sql)) } ?? chosen
        case (_, _): throw Untranslatable("\(call.name)() has no known counterpart")
        }
    }

    func rendered(_ window: QueryTree.Window) throws(Untranslatable) -> String {
        var parts: [String] = []
        if let base = window.base { parts.append(SQLText.identifier(base)) }
        if !window.partition.isEmpty {
            var list: [String] = []
            for tree in window.partition {
                let piece = try piece(tree)
                try requireOneText(piece)
                list.append(piece.sql)
            }
            parts.append("PARTITION BY \(list.joined(separator: ", "))")
        }
        var terms: [String] = []
        for order in window.order {
            let value = try piece(order.term)
            try requireOneText(value)
            let term = PostgreSQLSelect.Order(value, order)
            guard term.isSame else {
                throw Untranslatable("a window is sorted by texts, whose order is that of the database's collation")
            }
            try requireCountable(value, window.frame)
            terms.append(term.sql)
        }
        if !terms.isEmpty { parts.append("ORDER BY \(terms.joined(separator: ", "))") }
        if let frame = window.frame { parts.append(frame) }
        return parts.joined(separator: " ")
    }

    /// - Throws: `Untranslatable` if a frame counts from a value that is kept otherwise here: a decimal as a whole number of its last
    ///   digit, a moment as text.
    private func requireCountable(_ value: Piece, _ frame: String?) throws(Untranslatable) {
        guard let frame, SQLToken.scan(frame).first(where: { !$0.isBlank })?.isWord("RANGE") == true else { return }
        let hasOffset = SQLToken.scan(frame).contains { $0.kind == .number || $0.kind == .string }
        guard !hasOffset || value.kind == .integer || value.kind == .real && value.scaled == nil else {
            throw Untranslatable("a window's RANGE counts from something other than whole numbers or doubles")
        }
    }
}

extension ScaledInteger {
    /// The most digits of a sum of such integers. SQLite fails where it leaves 64 bits, unless a number that it adds has done so already.
    fileprivate var digitsOfSum: Int { max(digits, Self.mostInteger) }
}
