// Moments that are computed from literals alone. SQLite itself computes them: it knows a 30th of February, and PostgreSQL would refuse the
// whole statement because of one.

extension SQLiteExpressionTranslation {
    private static let momentFunctions: Set<String> = [
        "date", "time", "datetime", "julianday", "unixepoch", "strftime",
    ]

    /// Returns the value of a call whose arguments are literals; `nil` for any other call, and for one that yields NULL or asks for the
    /// current time.
    static func constantMoment(_ function: String, _ arguments: [ExpressionTree]) -> Piece? {
        guard momentFunctions.contains(function), !arguments.isEmpty, !arguments.contains(where: isNow) else {
            return nil
        }
        var literals: [String] = []
        for argument in arguments {
            guard let literal = literal(argument) else { return nil }
            literals.append(literal)
        }
        // A format alone asks for the current time.
        guard function != "strftime" || literals.count > 1 else { return nil }
        switch SQLiteConstant.value(of: "\(function)(\(literals.joined(separator: ", ")))", for: .null) {
        case .text(let text): return Piece(SQLText.literal(text), .text, literal: text).edited { $0.isNullable = false }
        case .integer(let number): return Piece("(\(number))::bigint", .integer).edited { $0.isNullable = false }
        case .real(let number) where number.isFinite:
            return Piece("(\(number))::double precision", .number).edited { $0.isNullable = false }
        case .real, .blob, .boolean, .null, nil: return nil
        }
    }

    private static func literal(_ tree: ExpressionTree) -> String? {
        switch tree {
        case .string(let text): SQLText.literal(text)
        case .number(let text): text
        case .unary(.minus, .number(let text)): "-\(text)"
        case .null, .blob, .boolean, .name, .column, .unary, .binary, .call, .aggregate, .row, .query, .exists, .isNull,
            .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            nil
        }
    }
}
