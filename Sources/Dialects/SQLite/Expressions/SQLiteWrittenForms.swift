// Expressions in the words in which a transfer from PostgreSQL has written them. They become the words that they came from, and not longer
// ones, so that a database that goes to and fro keeps its schema.

extension SQLiteExpressionTranslation {
    /// Returns the values of `max(coalesce(a, b), coalesce(b, a))`, which is PostgreSQL's `greatest(a, b)`; `nil` for other arguments.
    static func writtenValues(of arguments: [ExpressionTree]) -> [ExpressionTree]? {
        guard arguments.count == 2, case .call("coalesce", let values) = arguments[0], values.count == 2,
            arguments[1] == .call("coalesce", values.reversed())
        else { return nil }
        return values
    }

    /// Translates `CASE a WHEN '' THEN 0 ELSE unicode(a) END`, which is PostgreSQL's `ascii(a)`; `nil` for any other CASE.
    func writtenCode(
        _ branches: [ExpressionTree.Branch], _ otherwise: ExpressionTree?
    ) throws(Untranslatable) -> Piece? {
        guard branches.count == 1, branches[0].value == .number("0"), case .call("unicode", let texts)? = otherwise,
            texts.count == 1, branches[0].condition == .binary(.compare(.equal), texts[0], .string(""))
        else { return nil }
        let text = try piece(texts[0])
        return text.kind == .text ? Piece("ascii(\(text.sql))::bigint", .integer, isWide: true) : nil
    }
}
