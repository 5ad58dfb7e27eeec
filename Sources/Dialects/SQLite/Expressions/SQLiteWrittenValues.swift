// What PostgreSQL makes of a value that a statement writes into a column, where SQLite stores every value.

extension SQLiteExpressionTranslation {
    /// Returns sentences about a value that a statement writes into a column of this type; none if it is known to be stored as it is.
    func remarks(onWriting tree: ExpressionTree, to type: ColumnType, of name: String) -> [String] {
        guard !tree.isLiteral, Self.milliseconds(tree, for: type) == nil, let piece = try? piece(tree) else {
            return []
        }
        if Self.kind(of: type) == .boolean, isTruth(tree) { return [] }
        return Self.remarks(onWriting: piece, scale: scale(of: tree), to: type, of: name)
    }

    /// - Parameter scale: The largest number of decimals that the value has; `nil` if it may have any.
    static func remarks(onWriting piece: Piece, scale: Int?, to type: ColumnType, of name: String) -> [String] {
        let refusal = "PostgreSQL refuses a row whose \(name) gets another value than one of type \(word(of: type))"
        switch (kind(of: type), piece.kind) {
        case (.number, .number):
            guard case .decimal(_, let places) = type, scale.map({ $0 <= places }) != true else { return [] }
            return ["PostgreSQL rounds the values of \(name) to \(places) decimals, as its type says"]
        case (.integer, .number): return scale == 0 ? [] : [refusal]
        case (.boolean, .integer): return [refusal]
        case (.integer, .text), (.number, .text), (.boolean, .text): return piece.isDynamic ? [refusal] : []
        case (_, _): return []
        }
    }

    /// Whether the expression yields nothing but 0, 1 and NULL, as far as its form shows.
    private func isTruth(_ tree: ExpressionTree) -> Bool {
        switch tree {
        case .null, .boolean, .number("0"), .number("1"): return true
        case .choice(let branches, let otherwise):
            return (branches.map(\.value) + [otherwise].compactMap { $0 }).allSatisfy(isTruth)
        case .call("coalesce", let arguments), .call("ifnull", let arguments): return arguments.allSatisfy(isTruth)
        case .call("iif", let arguments), .call("if", let arguments): return arguments.dropFirst().allSatisfy(isTruth)
        case .number, .string, .blob, .name, .column, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast:
            return (try? piece(tree).kind) == .boolean
        }
    }
}
