// The translation of functions that read many rows (https://www.sqlite.org/lang_aggfunc.html and windowfunctions.html).

extension SQLiteExpressionTranslation {
    static func isAggregate(_ function: String, _ arguments: Int) -> Bool {
        switch function {
        case "avg", "count", "group_concat", "string_agg", "sum", "total": true
        case "min", "max": arguments == 1
        default: false
        }
    }

    func aggregate(_ call: CallTree) throws(Untranslatable) -> Piece {
        guard use.readsRows else { throw Untranslatable("\(call.name)() reads many rows") }
        guard Self.isAggregate(call.name, call.arguments.count) else { return try windowFunction(call) }
        guard call.over == nil else { return try aggregated(call) }
        scopes.first?.uses?.aggregates.append(call)
        return try insideAggregate.aggregated(call)
    }

    /// The translation for an aggregate's arguments. An aggregate reads every row of its group, so the columns in its arguments
    /// neither count as used outside of aggregates nor need to be grouped by.
    var insideAggregate: SQLiteExpressionTranslation {
        var inside = self
        if !scopes.isEmpty {
            (inside.scopes[0].uses, inside.scopes[0].groups, inside.scopes[0].picked) = (nil, [], nil)
        }
        return inside
    }

    private func aggregated(_ call: CallTree) throws(Untranslatable) -> Piece {
        guard let first = call.arguments.first else { return try finished(call, "count(*)", .integer) }
        let distinct = call.isDistinct ? "DISTINCT " : ""
        if call.name == "count" {
            let counted = try call.isDistinct ? merged(sorting(first), first) : shown(first).sql
            return try finished(call, "count(\(distinct)\(counted))", .integer)
        }
        if call.name == "min" || call.name == "max" { return try extreme(call, sorting(first), first) }
        if call.isDistinct, try isCaseless(first) {
            throw Untranslatable("\(call.name)(DISTINCT …) compares texts without regard to case")
        }
        let value = try piece(first)
        switch call.name {
        case "sum":
            let number = try number(value)
            let isInteger = number.kind == .integer
            return try finished(call, "sum(\(distinct)\(number.sql))", number.kind, as: isInteger ? "bigint" : nil)
                .edited {
                    $0.isDecimal = number.isDecimal
                    // A sum of INTEGER values only is an INTEGER value itself.
                    $0.storage = number.storage == .integer ? .unknown : number.storage
                }
        case "avg":
            return try finished(call, "avg(\(distinct)\(try number(value).sql))", .number, as: "double precision")
        case "total":
            let sum = try finished(call, "sum(\(distinct)\(try number(value).sql))", .number, as: "double precision")
            return Piece("coalesce(\(sum.sql), 0::double precision)", .number)
        default: return try joined(call, value)
        }
    }

    private func extreme(_ call: CallTree, _ value: Piece, _ tree: ExpressionTree) throws(Untranslatable) -> Piece {
        guard try !isCaseless(tree) else {
            throw Untranslatable("\(call.name)() compares texts without regard to case")
        }
        switch value.kind {
        case .text where value.isDynamic:
            let extremes = try extremes(call.name, of: value)
            let numbers = "(\(try finished(call, extremes.numbers, .number).sql))::text"
            let texts = try finished(call, extremes.texts, .text).sql
            let chosen = call.name == "min" ? [numbers, texts] : [texts, numbers]
            return Piece("coalesce(\(chosen.joined(separator: ", ")))", .text).edited {
                $0.numberTest = value.numberTest?.ofColumn
            }
        case .text:
            let text = try finished(call, "\(call.name)(\(value.sql) COLLATE \"C\")", .text)
            return text.edited { $0.guess = value.guess }
        case .boolean:
            let number = try number(value)
            return try finished(call, "\(call.name)(\(number.sql))", .integer).edited { $0.isWide = number.isWide }
        case .native(.uuid): return try finished(call, "\(call.name)(\(try text(value).sql) COLLATE \"C\")", .text)
        case .bytes: throw Untranslatable("\(call.name)() compares bytes")
        case .null, .integer, .number, .native:
            return try finished(call, "\(call.name)(\(value.sql))", value.kind).edited {
                ($0.isDecimal, $0.storage, $0.conversion) = (value.isDecimal, value.storage, value.conversion)
                ($0.momentTexts, $0.isWide, $0.guess) = (value.momentTexts, value.isWide, value.guess)
            }
        }
    }

    /// Translates `group_concat` and `string_agg`. SQLite joins the texts in the order in which it meets the rows. Without an
    /// ORDER BY of its own the call therefore gets the order of the tables' keys, unless it has DISTINCT or OVER.
    private func joined(_ call: CallTree, _ value: Piece) throws(Untranslatable) -> Piece {
        let separator = call.arguments.count > 1 ? try text(piece(call.arguments[1])).sql : "','"
        var order = try ordering(call.order)
        if order.isEmpty, !call.isDistinct, call.over == nil { order = keyOrder }
        let ordered = order.isEmpty ? "" : " ORDER BY \(order.joined(separator: ", "))"
        let distinct = call.isDistinct ? "DISTINCT " : ""
        return try finished(call, "string_agg(\(distinct)\(try text(value).sql), \(separator)\(ordered))", .text)
    }

    /// The primary keys of the tables that the SELECT reads, as terms of ORDER BY; empty if the first table has no primary key.
    var keyOrder: [String] {
        guard let relations = scopes.first?.relations, relations.first?.primaryKey.isEmpty == false else { return [] }
        return relations.flatMap { relation in
            relation.primaryKey.compactMap(relation.find).map {
                "\(SQLText.identifier(relation.name)).\(SQLText.identifier($0.name))"
            }
        }
    }

    /// Adds FILTER and OVER to a call, and casts the result to the type that it has in SQLite.
    private func finished(
        _ call: CallTree, _ sql: String, _ kind: Kind, as type: String? = nil
    ) throws(Untranslatable) -> Piece {
        var sql = sql
        if let filter = call.filter { sql += " FILTER (WHERE \(try condition(filter)))" }
        switch call.over {
        case .named(let name)?: sql += " OVER \(SQLText.identifier(name))"
        case .window(let window)?: sql += " OVER (\(try rendered(window)))"
        case nil: break
        }
        return Piece(type.map { "(\(sql))::\($0)" } ?? sql, kind, isWide: type == "bigint")
    }

    private func windowFunction(_ call: CallTree) throws(Untranslatable) -> Piece {
        guard call.over != nil, !call.isDistinct, call.filter == nil else {
            throw Untranslatable("\(call.name)() has no counterpart that is known to mean the same")
        }
        switch (call.name, call.arguments.count) {
        case ("row_number", 0), ("rank", 0), ("dense_rank", 0): return try finished(call, "\(call.name)()", .integer)
        case ("percent_rank", 0), ("cume_dist", 0): return try finished(call, "\(call.name)()", .number)
        case ("ntile", 1):
            return try finished(call, "ntile(\(try count(call.arguments[0])))", .integer, as: "bigint")
        case ("first_value", 1), ("last_value", 1), ("nth_value", 2), ("lag", 1...3), ("lead", 1...3):
            var values = [try piece(call.arguments[0])]
            if call.arguments.count == 3 { values.append(try piece(call.arguments[2])) }
            let test = Self.numberTest(ofAny: values)?.ofColumn
            if values.count > 1 { values = try unified(values) }
            var list = [values[0].sql]
            if call.arguments.count > 1 { list.append(try count(call.arguments[1])) }
            if values.count > 1 { list.append("(\(values[1].sql))::\(Self.kind(of: values).word)") }
            let kind = Self.kind(of: values)
            if values.count > 1 { list[0] = "(\(list[0]))::\(kind.word)" }
            return try finished(call, "\(call.name)(\(list.joined(separator: ", ")))", kind)
                .edited {
                    $0.isDecimal = values.count == 1 && values[0].isDecimal
                    $0.storage = Self.storage(of: values)
                    $0.numberTest = kind == .text ? test : nil
                    ($0.momentTexts, $0.isWide) = (Self.momentTexts(of: values), Self.isWide(values))
                }
        case (_, _): throw Untranslatable("\(call.name)() has no counterpart that is known to mean the same")
        }
    }

    private func count(_ tree: ExpressionTree) throws(Untranslatable) -> String {
        "(\(try number(piece(tree)).sql))::integer"
    }

    func rendered(_ window: QueryTree.Window) throws(Untranslatable) -> String {
        var parts: [String] = []
        if let base = window.base { parts.append(SQLText.identifier(base)) }
        if !window.partition.isEmpty {
            var list: [String] = []
            for tree in window.partition {
                list.append(try merged(sorting(tree), tree))
            }
            parts.append("PARTITION BY \(list.joined(separator: ", "))")
        }
        if !window.order.isEmpty { parts.append("ORDER BY \(try ordering(window.order).joined(separator: ", "))") }
        if let frame = window.frame { parts.append(frame) }
        return parts.joined(separator: " ")
    }

    func ordering(_ order: [QueryTree.Order]) throws(Untranslatable) -> [String] {
        var list: [String] = []
        for order in order { list.append(try ordered(try sorting(order.term), isCaseless(order.term), order)) }
        return list
    }

    /// Renders a term of ORDER BY. SQLite orders texts by their bytes, and NULL before everything else
    /// (https://www.sqlite.org/lang_select.html, section 4).
    func ordered(
        _ piece: Piece, _ isCaseless: Bool, _ order: QueryTree.Order
    ) throws(Untranslatable) -> String {
        if piece.isDynamic { return try orderedDynamic(piece, isCaseless, order) }
        var sql = piece.sql
        if piece.kind == .text { sql = isCaseless ? Self.folded(piece) : "\(sql) COLLATE \"C\"" }
        if order.isDescending { sql += " DESC" }
        guard piece.isNullable || order.nullsFirst != nil else { return sql }
        return sql + ((order.nullsFirst ?? !order.isDescending) ? " NULLS FIRST" : " NULLS LAST")
    }
}
