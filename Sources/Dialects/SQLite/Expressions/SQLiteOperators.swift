// Operators, CASE and CAST in PostgreSQL's words.

extension SQLiteExpressionTranslation {
    func unary(_ sign: UnaryOperator, _ operand: ExpressionTree) throws(Untranslatable) -> Piece {
        switch sign {
        case .not: return Piece("(NOT \(try condition(operand)))", .boolean)
        // A plus sign only removes the declared type.
        case .plus: return try piece(operand).edited { ($0.hasAffinity, $0.isUntypedColumn) = (false, false) }
        case .minus: return try signed(sign, number(piece(operand)))
        case .complement:
            let piece = try piece(operand)
            return try piece.kind == .null ? piece : signed(sign, leadingInteger(of: piece))
        }
    }

    private func signed(_ sign: UnaryOperator, _ piece: Piece) throws(Untranslatable) -> Piece {
        guard piece.kind == .integer || piece.kind == .number else {
            throw Untranslatable("\(sign) is applied to something that is not a number")
        }
        return piece.edited { result in
            // The opposite of the smallest integer has more bits.
            result.sql = "(\(sign)\(Int64(piece.sql) == nil ? Self.wide(piece) : piece.sql))"
            result.isWide = piece.isWide || Int64(piece.sql) == nil
            result.digitsTest = piece.digitsTest.map { "\($0) AND \(Self.hasRoom(for: piece.sql))" }
            (result.hasAffinity, result.literal, result.whole, result.isUntypedColumn) = (false, nil, nil, false)
        }
    }

    func binary(
        _ sign: BinaryOperator, _ left: ExpressionTree, _ right: ExpressionTree
    ) throws(Untranslatable) -> Piece {
        switch sign {
        case .and, .or:
            let (first, links) = Self.chain(sign, left, right) { $0 == .and || $0 == .or }
            var sql = try condition(first)
            for link in links { sql = "(\(sql) \(link.sign) \(try condition(link.right)))" }
            return Piece(sql, .boolean)
        case .compare(let sign): return Piece(try comparison(sign, left, right), .boolean)
        case .memberValue: return try member(left, right)
        case .compute, .concatenate, .member:
            let (first, links) = Self.chain(sign, left, right, Self.computes)
            let before = usedPlaces
            var piece = try piece(first)
            for link in links { piece = settled(try computed(link.sign, piece, link.right), since: before) }
            return piece
        }
    }

    /// Translates the condition of WHERE or of a join, to which NULL is as good as false. PostgreSQL joins by a hash or by sorting only if
    /// `=` itself stands between the columns of two tables, so a CASE around it would compare each row with each row.
    func filter(_ expression: ExpressionTree) throws(Untranslatable) -> String {
        var sql: String
        switch expression {
        case .binary(let sign, let left, let right) where sign == .and || sign == .or:
            let (first, links) = Self.chain(sign, left, right) { $0 == .and || $0 == .or }
            sql = try filter(first)
            for link in links { sql = "(\(sql) \(link.sign) \(try filter(link.right)))" }
        case .binary(.compare(.equal), let left, let right):
            var deciding = self.inside(expression)
            deciding.isFilter = true
            sql = try deciding.comparison(.equal, left, right)
        default: return try condition(expression)
        }
        try effort.spend(sql.utf8.count)
        return sql
    }

    private func comparison(
        _ sign: Comparison, _ left: ExpressionTree, _ right: ExpressionTree
    ) throws(Untranslatable) -> String {
        switch sign {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            if let sql = try comparedAlike(sign, left, right) { return sql }
        case .notDistinct, .distinct:
            // Beside TRUE and FALSE the operator tests whether any value is true (lang_expr.html, section 8).
            if case .boolean(let truth) = right { return "(\(try condition(left)) \(sign) \(truth))" }
        }
        return try compare(sign, left, right)
    }

    private static func computes(_ sign: BinaryOperator) -> Bool {
        switch sign {
        case .compute, .concatenate: true
        case .or, .and, .compare, .member, .memberValue: false
        }
    }

    private func computed(
        _ sign: BinaryOperator, _ left: Piece, _ right: ExpressionTree
    ) throws(Untranslatable) -> Piece {
        switch sign {
        case .compute(let sign): return try arithmetic(sign, left, right)
        case .concatenate: return try joined(left, right)
        case .or, .and, .compare, .member, .memberValue:
            throw Untranslatable("\(sign) has no counterpart that is known to mean the same")
        }
    }

    /// Returns the first operand of a chain of operators, and its links. SQLite allows a thousand links, so they are read in a
    /// loop and not by recursion.
    private static func chain(
        _ sign: BinaryOperator, _ left: ExpressionTree, _ right: ExpressionTree, _ goesOn: (BinaryOperator) -> Bool
    ) -> (first: ExpressionTree, links: [(sign: BinaryOperator, right: ExpressionTree)]) {
        var (first, links) = (left, [(sign: sign, right: right)])
        while case .binary(let sign, let left, let right) = first, goesOn(sign) {
            links.append((sign, right))
            first = left
        }
        return (first, links.reversed())
    }

    private func joined(_ left: Piece, _ right: ExpressionTree) throws(Untranslatable) -> Piece {
        var texts: [String] = []
        for operand in [left, try piece(right)] {
            switch operand.kind {
            case .text: texts.append(operand.sql)
            case .integer: texts.append("(\(operand.sql))::text")
            case .null, .number, .boolean, .bytes, .native: texts.append(try text(operand).sql)
            }
        }
        return Piece("(\(texts[0]) || \(texts[1]))", .text)
    }

    private func arithmetic(
        _ sign: NumberOperator, _ left: Piece, _ right: ExpressionTree
    ) throws(Untranslatable) -> Piece {
        let operand = try piece(right)
        var (a, b) = (try number(left), try number(operand))
        if a.kind == .null || b.kind == .null { return Piece("NULL", .null) }
        let isInteger = a.kind == .integer && b.kind == .integer
        guard isInteger || [a.kind, b.kind].allSatisfy({ $0 == .integer || $0 == .number }) else {
            throw Untranslatable("\(sign) is used on values that are not numbers")
        }
        if sign == .divide, !isInteger, let quotient = try quotient(a, b) { return quotient }
        let cutsFractions = !isInteger && (sign == .remainder || sign.isOfBits)
        if cutsFractions { (a, b) = (try leadingInteger(of: left), try leadingInteger(of: operand)) }
        // What a view shows is compared to nine digits.
        if computesDoubles { (a, b) = (Self.double(a), Self.double(b)) }
        if sign == .shiftLeft || sign == .shiftRight {
            guard case .number(let text) = right, let places = Int(text), (0..<64).contains(places) else {
                throw Untranslatable("\(sign) has other limits in PostgreSQL")
            }
            return Piece("((\(a.sql))::bigint \(sign) \(places))", .integer)
        }
        // PostgreSQL would compute two small integers with 32 bits.
        let areNarrow = isInteger && !a.isWide && !b.isWide
        let first = areNarrow ? "\(Int64(a.sql) == nil ? "(\(a.sql))" : a.sql)::bigint" : a.sql
        let result = "(\(first) \(sign) \(Self.divisor(sign, b)))"
        // The remainder of a number with a fraction is such a number again.
        let storage = a.isReal || b.isReal ? WholeStorage.real : .unknown
        if cutsFractions && sign == .remainder {
            return Piece("\(result)::double precision", .number).edited { $0.storage = storage }
        }
        return Piece(result, isInteger || cutsFractions ? .integer : .number)
            .edited {
                $0.isWide = true
                $0.isDecimal = $0.kind == .number && a.isExact && b.isExact
                $0.storage = storage
            }
    }

    /// Translates `/` of two numbers that SQLite may store as INTEGER or as REAL: it cuts off the fraction if both are INTEGER.
    /// Returns `nil` if one of them is REAL.
    private func quotient(_ a: Piece, _ b: Piece) throws(Untranslatable) -> Piece? {
        if a.isReal || b.isReal { return nil }
        guard let tests = a.integerTests, let others = b.integerTests else {
            // A transfer compares a view's rows, so it would find a difference.
            if use == .view { return nil }
            throw Untranslatable("/ cuts off the fraction or keeps it, which depends on the values")
        }
        let areWhole = (tests + others).joined(separator: " AND ")
        let divisor = Self.divisor(.divide, b)
        let exact = "\(Self.numeric(a, a.sql)) / \(divisor)"
        let whole = "div(\(Self.exact(a, a.sql)), \(Self.exact(b, divisor)))"
        let quotient = "(CASE WHEN \(areWhole) THEN \(whole) ELSE \(exact) END)"
        return computesDoubles
            ? Piece("\(quotient)::double precision", .number).edited { $0.storage = .unknown }
            : Piece(quotient, .number).edited { ($0.isDecimal, $0.storage) = (a.isExact && b.isExact, .unknown) }
    }

    private static func numeric(_ piece: Piece, _ sql: String) -> String {
        piece.kind == .integer ? "(\(sql))::numeric" : sql
    }

    /// Renders the piece as a decimal, in which alone PostgreSQL divides without a remainder.
    private static func exact(_ piece: Piece, _ sql: String) -> String { piece.isDecimal ? sql : "(\(sql))::numeric" }

    private static func double(_ piece: Piece) -> Piece {
        guard piece.kind == .number && piece.isDecimal else { return piece }
        return Piece("(\(piece.sql))::double precision", .number).edited { $0.storage = piece.storage }
    }

    /// Cuts off a number's fraction.
    static func cut(_ piece: Piece) -> Piece {
        piece.kind == .integer ? piece : Piece(clamped("trunc(\(piece.sql))"), .integer).edited { $0.isWide = true }
    }

    /// Renders an integer with 64 bits, where PostgreSQL would compute with fewer.
    static func wide(_ piece: Piece) -> String {
        piece.kind == .integer && !piece.isWide ? "(\(piece.sql))::bigint" : piece.sql
    }

    /// Renders a whole number as an integer of 64 bits. Beyond 64 bits SQLite takes the nearest integer that fits.
    static func clamped(_ number: String) -> String {
        "(CASE WHEN \(number) < -9223372036854775808 THEN (-9223372036854775808)::bigint "
            + "WHEN \(number) >= 9223372036854775808 THEN 9223372036854775807 ELSE (\(number))::bigint END)"
    }

    /// Renders the right side of an operator. A division by zero is NULL in SQLite and an error in PostgreSQL.
    private static func divisor(_ sign: NumberOperator, _ piece: Piece) -> String {
        guard sign == .divide || sign == .remainder else { return piece.sql }
        if let number = Double(piece.sql), number != 0 { return piece.sql }
        return "nullif(\(piece.sql), 0)"
    }

    func choice(
        _ branches: [ExpressionTree.Branch], _ otherwise: ExpressionTree?
    ) throws(Untranslatable) -> Piece {
        if let member = try writtenMember(branches, otherwise) { return member }
        if let code = try writtenCode(branches, otherwise) { return code }
        var values: [Piece] = []
        for branch in branches { values.append(try piece(branch.value)) }
        if let otherwise { values.append(try piece(otherwise)) }
        try requireKnown(oneOf: values)
        let (storage, test, isWide) = (Self.storage(of: values), Self.numberTest(ofAny: values), Self.isWide(values))
        values = try unified(values)
        var sql = "(CASE"
        for (at, branch) in branches.enumerated() {
            sql += " WHEN \(try condition(branch.condition)) THEN \(values[at].sql)"
        }
        if otherwise != nil { sql += " ELSE \(values[branches.count].sql)" }
        return Piece(sql + " END)", Self.kind(of: values)).edited {
            ($0.isDecimal, $0.storage) = (values.allSatisfy(\.isExact), storage)
            ($0.numberTest, $0.isWide) = ($0.kind == .text ? test : nil, isWide)
            ($0.momentTexts, $0.guess) = (Self.momentTexts(of: values), values.lazy.compactMap(\.guess).first)
        }
    }

    /// Returns whether the integer that is one of these pieces has 64 bits.
    static func isWide(_ pieces: [Piece]) -> Bool { pieces.contains { $0.kind != .null && $0.isWide } }

    /// Returns how a value of one of these pieces is stored if it is a whole number.
    static func storage(of pieces: [Piece]) -> WholeStorage {
        let known = pieces.filter { $0.kind != .null }
        if known.allSatisfy(\.isIntegerIfWhole) { return .integer }
        return known.allSatisfy(\.isReal) ? .real : .unknown
    }

    static func kind(of pieces: [Piece]) -> Kind { pieces.map(\.kind).first { $0 != .null } ?? .null }

    func cast(_ operand: ExpressionTree, _ type: String) throws(Untranslatable) -> Piece {
        // CAST reads a number in a text by itself, so it does not say which of them the column holds.
        let piece = try piece(operand).edited { $0.guess = nil }
        if piece.kind == .null { return piece }
        return try cast(piece, SQLiteTypeName(type).affinity, type).edited { $0.hasAffinity = true }
    }

    /// Translates CAST by the affinity that the type's name has (https://www.sqlite.org/lang_expr.html, section 13).
    func cast(
        _ piece: Piece, _ affinity: SQLiteTypeName.Affinity, _ type: String
    ) throws(Untranslatable) -> Piece {
        switch affinity {
        case .text: return try text(piece).edited { ($0.numberTest, $0.exact) = (nil, nil) }
        case .integer: return try leadingInteger(of: piece)
        case .real: return Piece("(\(try number(piece).sql))::double precision", .number)
        // A number without a fraction becomes an INTEGER, however the text spells it.
        case .numeric: return try number(piece).edited { $0.digitsTest = nil }
        case .blob:
            guard piece.kind != .bytes else { return piece }
            throw Untranslatable("CAST AS \(type) treats a value as bytes")
        }
    }
}
