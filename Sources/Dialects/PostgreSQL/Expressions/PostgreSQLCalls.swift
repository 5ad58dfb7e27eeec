// Calls of functions in SQLite's words.

extension PostgreSQLExpressionTranslation {
    /// Translates a call of a function that yields the same in both databases.
    func call(_ function: String, _ arguments: [ExpressionTree]) throws(Untranslatable) -> Piece {
        if let piece = try currentTime(function) { return piece }
        if let piece = try ownDefault(function, arguments) { return piece }
        if let code = try writtenCode(function, arguments) { return code }
        if let value = try extraction(.call(function, arguments)) { return Piece("CAST(\(value) AS TEXT)", .text) }
        if Self.isAggregate(function, arguments.count) {
            return try aggregate(CallTree(name: function, arguments: arguments))
        }
        if function == "extract", case .binary(.compute(.subtract), let end, let start)? = arguments.last,
            arguments.first == .string("epoch"), let piece = try span(end, start)
        {
            return piece
        }
        var pieces: [Piece] = []
        for argument in arguments { pieces.append(try piece(argument)) }
        if let text = try textCall(function, pieces) { return text }
        if let number = try numberCall(function, pieces) { return number }
        if let choice = try choiceCall(function, pieces) { return choice }
        if let moment = try momentCall(function, pieces) { return moment }
        if let json = jsonCall(function, pieces) { return json }
        throw Untranslatable("\(function)() has no known counterpart")
    }

    /// Translates functions that yield one of their arguments, or count them by whether they are NULL.
    private func choiceCall(_ function: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        switch (function, pieces.count) {
        case ("coalesce", 2) where pieces[0].quotient?.isAverage == true && pieces[1].exact != nil:
            return pieces[1].exact.flatMap { pieces[0].quotient?.coalesced($0) }.map { Piece($0) } ?? pieces[0]
        case ("coalesce", 1...):
            return try chosen(pieces) { $0.count == 1 ? $0[0] : "coalesce(\($0.joined(separator: ", ")))" }
        case ("nullif", 2):
            guard pieces[0].exact == nil || pieces[1].exact == nil || pieces.allSatisfy({ $0.kind == .integer }) else {
                return try chosen(pieces) { "nullif(\($0[0]), \($0[1]))" }
            }
            let pieces = pieces.withLabelsAsTexts
            guard Self.isComparable(pieces) else { return nil }
            let (a, b) = alike(pieces[0], pieces[1])
            var piece = Piece("nullif(\(a.sql), \(b.sql))", a.kind)
            (piece.isWide, piece.isSingle) = (a.isWide, a.isSingle)
            return a.isCaseless ? caseless(piece) : piece
        case ("greatest", 2...4), ("least", 2...4): return try extreme(function, pieces, isNullIfAnyIs: false)
        case ("num_nonnulls", 1...), ("num_nulls", 1...):
            let test = function == "num_nulls" ? "IS NULL" : "IS NOT NULL"
            return Piece("(\(pieces.map { "(\($0.sql) \(test))" }.joined(separator: " + ")))", .integer)
        default: return nil
        }
    }

    /// Translates `greatest` or `least`. PostgreSQL ignores a NULL among the values; SQLite's result is NULL.
    func extreme(_ function: String, _ pieces: [Piece], isNullIfAnyIs: Bool) throws(Untranslatable) -> Piece? {
        let areDecimals = pieces.contains(where: \.isDecimal) && pieces.allSatisfy { $0.exact != nil }
        let areComparable = pieces.dropFirst().allSatisfy { Self.isComparable([pieces[0], $0]) }
        guard areComparable || areDecimals, !pieces[0].isOrderedByCollation else { return nil }
        let name = function == "least" ? "min" : "max"
        return try chosen(pieces) { list in
            guard !isNullIfAnyIs else { return "\(name)(\(list.joined(separator: ", ")))" }
            return list.dropFirst().reduce(list[0]) { a, b in
                "\(name)(coalesce(\(a), \(b)), coalesce(\(b), \(a)))"
            }
        }
    }

    private func momentCall(_ function: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        switch (function, pieces.count) {
        case ("extract", 2), ("date_part", 2):
            return try field(pieces[0], of: pieces[1], isExtract: function == "extract")
        case ("date_trunc", 2): return try truncated(pieces[0], pieces[1])
        case ("to_char", 2): return try written(pieces[0], pieces[1])
        case ("to_timestamp", 1) where pieces[0].kind == .integer:
            return Piece("strftime('%Y-%m-%dT%H:%M:%S.000000Z', \(pieces[0].sql), 'unixepoch')", .shaped(.timestamp))
        case ("attimezone", 2): return try zoned(pieces[0], pieces[1])
        case ("timezone", 2): return try zoned(pieces[1], pieces[0])
        default: return nil
        }
    }

    private func span(_ end: ExpressionTree, _ start: ExpressionTree) throws(Untranslatable) -> Piece? {
        let (a, b) = (try piece(end), try piece(start))
        // The difference of two dates is a number.
        guard case .shaped(let type) = a.kind, type != .date else { return nil }
        return Piece(try elapsed(a, b))
    }

    private func numberCall(_ function: String, _ pieces: [Piece]) throws(Untranslatable) -> Piece? {
        guard let number = pieces.first, number.exact != nil || number.kind == .real || number.kind == .quotient else {
            return nil
        }
        switch (function, pieces.count) {
        case ("abs", 1):
            if let scaled = number.scaled { return Piece(scaled.holding("abs(\(scaled.sql))")) }
            guard number.kind != .quotient else { return nil }
            overflow.note(.type)
            var piece = Piece("abs(\(number.sql))", number.kind)
            (piece.isWide, piece.isSingle) = (number.isWide, number.isSingle)
            return piece
        case ("floor", 1), ("ceil", 1), ("ceiling", 1), ("trunc", 1):
            return number.kind == .real && number.scaled == nil ? Self.whole(function, number) : nil
        case ("trim_scale", 1): return number.isDecimal ? number : nil
        case ("round", 1): return number.isDecimal || number.kind == .quotient ? rounded(number, to: 0) : nil
        case ("round", 2): return pieces[1].literal.flatMap(Int.init).flatMap { rounded(number, to: $0) }
        case ("mod", 2):
            guard pieces.allSatisfy({ $0.kind == .integer }) else { return nil }
            try divisor(pieces[1], .remainder)
            var rest = Piece("(\(number.sql) % \(pieces[1].sql))", .integer)
            rest.isWide = pieces.contains(where: \.isWide)
            return rest
        default: return nil
        }
    }

    /// Translates `floor`, `ceil` and `trunc` of a double. Not every SQLite has them; from 2^52 on, no double has a fraction.
    private static func whole(_ function: String, _ number: Piece) -> Piece {
        let (sql, whole) = (number.sql, "CAST(CAST(\(number.sql) AS INTEGER) AS REAL)")
        let step =
            switch function {
            case "floor": " - (\(sql) < \(whole))"
            case "trunc": ""
            default: " + (\(sql) > \(whole))"
            }
        var piece = Piece("(CASE WHEN abs(\(sql)) < 4503599627370496.0 THEN \(whole)\(step) ELSE \(sql) END)", .real)
        piece.isSingle = number.isSingle
        return piece
    }

    /// Whether two values are of one kind that compares in SQLite as in PostgreSQL.
    private static func isComparable(_ pieces: [Piece]) -> Bool {
        if case (.padded, .padded) = (pieces[0].kind, pieces[1].kind) { return true }
        guard pieces[0].kind == pieces[1].kind else { return false }
        return switch pieces[0].kind {
        case .integer, .real, .text, .boolean, .bytes: true
        case .shaped(let type): type != .interval
        case .null, .decimal, .quotient, .json, .padded, .foreign: false
        }
    }
}
