/// Operators of numbers, conditions and texts, each with one or two operands, or a chain of them.
extension PostgreSQLExpressionTranslation {
    func unary(_ sign: UnaryOperator, _ operand: ExpressionTree) throws(Untranslatable) -> Piece {
        switch sign {
        case .not: return Piece("(NOT \(try condition(operand)))", .boolean)
        case .minus, .plus, .complement: return try signed(sign, piece(operand))
        }
    }

    private func signed(_ sign: UnaryOperator, _ piece: Piece) throws(Untranslatable) -> Piece {
        if let literal = piece.literal, Double(literal) != nil, sign == .minus {
            // Two signs would begin a comment.
            var negative = Self.number(literal.hasPrefix("-") ? String(literal.dropFirst()) : "-" + literal)
            negative.sql = "(\(negative.sql))"
            return negative
        }
        if let scaled = piece.scaled, sign != .complement {
            return Piece(scaled.holding("(\(sign)\(scaled.sql))"))
        }
        guard piece.kind == .integer || piece.kind == .real else {
            throw Untranslatable("\(sign) is applied to something that is not a number")
        }
        var signed = Piece("(\(sign)\(piece.sql))", piece.kind)
        (signed.isWide, signed.isSingle) = (piece.isWide, piece.isSingle)
        overflow.note(.type)
        return signed
    }

    func binary(
        _ sign: BinaryOperator, _ left: ExpressionTree, _ right: ExpressionTree
    ) throws(Untranslatable) -> Piece {
        switch sign {
        case .and, .or:
            var conditions: [String] = []
            for operand in Self.operands(of: sign, left, right) { conditions.append(try condition(operand)) }
            return Piece(try Self.chain(conditions, sign), .boolean)
        case .compare(let sign): return Piece(try compare(sign, left, right), .boolean)
        case .concatenate:
            var texts: [String] = []
            for operand in Self.operands(of: sign, left, right) {
                let piece = try piece(operand)
                switch piece.kind {
                case .text, .integer, .padded: texts.append(bare(piece).sql)
                case .null, .real, .boolean, .bytes, .decimal, .quotient, .shaped, .json, .foreign:
                    throw Untranslatable("|| joins other values than texts, or would render one differently")
                }
            }
            return Piece(try Self.chain(texts, sign), .text)
        case .member, .memberValue: return try member(sign, left, right)
        case .compute(let number):
            var operands: [Piece] = []
            for operand in Self.operands(of: sign, left, right) { operands.append(try piece(operand)) }
            return try computed(number, operands)
        }
    }

    private func computed(_ sign: NumberOperator, _ operands: [Piece]) throws(Untranslatable) -> Piece {
        if let moved = try moved(sign, operands) { return moved }
        if let exact = try exactly(sign, operands) { return exact }
        let isOfBits = sign.isOfBits && operands.allSatisfy { $0.kind == .integer }
        return try isOfBits ? bits(sign, operands) : arithmetic(sign, operands)
    }

    /// Translates an operator of bits. SQLite has 64 of them, of which the first ones repeat the sign of a smaller integer. A shift to
    /// the left loses those beyond the integer's own, and counts its places by them.
    private func bits(_ sign: NumberOperator, _ operands: [Piece]) throws(Untranslatable) -> Piece {
        if sign == .shiftLeft || sign == .shiftRight {
            let isWide = operands[0].isWide
            guard operands.count == 2, isWide || sign == .shiftRight,
                let places = operands[1].literal.flatMap({ Int($0) }), (0..<(isWide ? 64 : 32)).contains(places)
            else { throw Untranslatable("\(sign) may have other bits in SQLite") }
        }
        var piece = Piece(try Self.chain(operands.map(\.sql), .compute(sign)), .integer)
        piece.isWide = operands.contains(where: \.isWide)
        return piece
    }

    /// Translates arithmetic with integers and doubles.
    private func arithmetic(_ sign: NumberOperator, _ operands: [Piece]) throws(Untranslatable) -> Piece {
        var kind = Kind.integer
        for (at, piece) in operands.enumerated() {
            guard !sign.isOfBits, piece.kind == .integer || piece.kind == .real && sign != .remainder else {
                throw Untranslatable("\(sign) is used on values that are not whole numbers or doubles")
            }
            if at > 0 { try divisor(piece, sign) }
            if piece.kind == .real { kind = .real }
        }
        guard operands.filter(\.isSingle).count < 2 else {
            throw Untranslatable("\(sign) of two numbers of type real is rounded to 32 bits in PostgreSQL")
        }
        if kind == .integer, sign == .add || sign == .subtract || sign == .multiply { overflow.note(.type) }
        var piece = Piece(try Self.chain(operands.map(\.sql), .compute(sign)), kind)
        piece.isWide = operands.contains(where: \.isWide)
        return piece
    }

    /// A division by zero is NULL in SQLite and an error in PostgreSQL. A query works in the source, so it does not divide by
    /// zero; elsewhere only a division by a literal other than 0 is known to mean the same.
    func divisor(_ piece: Piece, _ sign: NumberOperator) throws(Untranslatable) {
        guard sign == .divide || sign == .remainder, notes == nil else { return }
        guard let literal = piece.literal, Double(literal) != 0 else {
            throw Untranslatable("\(sign) by zero has another result")
        }
    }

    /// Returns the operands that one sign joins from left to right: `a`, `b` and `c` of `(a + b) + c`. A chain is written without
    /// nesting, because neither this program's stack nor SQLite's parser, which allows a hundred levels of parentheses, takes a deep one.
    private static func operands(
        of sign: BinaryOperator, _ left: ExpressionTree, _ right: ExpressionTree
    ) -> [ExpressionTree] {
        var operands = [right]
        var rest = left
        while case .binary(sign, let left, let right) = rest {
            operands.append(right)
            rest = left
        }
        return (operands + [rest]).reversed()
    }

    /// Joins the operands of a chain. Each is a level of the tree that SQLite reads, which may have a thousand
    /// (https://www.sqlite.org/limits.html, 8); the rest is left to the expressions around the chain.
    ///
    /// - Throws: `Untranslatable` for a chain that is too long.
    static func chain(_ operands: [String], _ sign: BinaryOperator) throws(Untranslatable) -> String {
        guard operands.count <= 900 else {
            throw Untranslatable("\(sign) joins \(operands.count) operands, and at most 900 are written for SQLite")
        }
        return "(\(operands.joined(separator: " \(sign) ")))"
    }
}
