// Expressions in the words in which a transfer from SQLite has written them. They become the words that they came from, and not longer ones,
// so that a database that goes to and fro keeps its schema.

extension PostgreSQLExpressionTranslation {
    /// Translates `CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN greatest(a, b) END`, which is SQLite's `max(a, b)`; `nil` for any other CASE.
    func writtenExtreme(
        _ branches: [ExpressionTree.Branch], _ otherwise: ExpressionTree?
    ) throws(Untranslatable) -> Piece? {
        guard branches.count == 1, (otherwise.map(Self.withoutCasts) ?? ExpressionTree.null) == .null,
            case .call(let function, let arguments) = branches[0].value, ["greatest", "least"].contains(function),
            arguments.count > 1, Self.operandsNotNull(in: branches[0].condition) == arguments.map(Self.bareOperand)
        else { return nil }
        var pieces: [Piece] = []
        for argument in arguments { pieces.append(try piece(argument)) }
        return try extreme(function, pieces, isNullIfAnyIs: true)
    }

    /// Returns the operands of a chain of `a IS NOT NULL`; `nil` for any other condition.
    private static func operandsNotNull(in condition: ExpressionTree) -> [ExpressionTree]? {
        if case .isNull(let operand, negated: true) = condition { return [bareOperand(operand)] }
        guard case .binary(.and, let left, let right) = condition, let first = operandsNotNull(in: left),
            let rest = operandsNotNull(in: right)
        else { return nil }
        return first + rest
    }

    /// Returns an operand without casts and collations around it, which are NULL where it is.
    private static func bareOperand(_ tree: ExpressionTree) -> ExpressionTree {
        switch tree {
        case .cast(let inner, _), .collated(let inner, _): bareOperand(inner)
        case .null, .number, .string, .blob, .boolean, .name, .column, .unary, .binary, .call, .aggregate, .row, .query,
            .exists, .isNull, .isIn, .isInQuery, .between, .matches, .choice:
            tree
        }
    }

    /// Translates `nullif(ascii(a), 0)`, which is SQLite's `unicode(a)`; `nil` for any other call.
    func writtenCode(_ function: String, _ arguments: [ExpressionTree]) throws(Untranslatable) -> Piece? {
        guard function == "nullif", arguments.count == 2, arguments[1] == .number("0"),
            case .call("ascii", let inner) = Self.withoutCasts(arguments[0]), inner.count == 1
        else { return nil }
        let text = try piece(inner[0])
        return text.kind == .text ? Piece("unicode(\(bare(text).sql))", .integer) : nil
    }

    /// Returns the place, counted from the end, that `length(a) - 2` is of the text `a`: 3, which is SQLite's `substr(a, -3)`. `nil` for any
    /// other start.
    static func placeFromEnd(_ start: String, of text: String) -> Int? {
        let length = "(length(\(text)) - "
        guard start.hasPrefix(length), let count = Int(start.dropFirst(length.count).dropLast()), count >= 0 else {
            return nil
        }
        return count + 1
    }
}
