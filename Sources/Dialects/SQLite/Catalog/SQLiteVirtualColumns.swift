/// The virtual columns (https://www.sqlite.org/gencol.html) that are computed by a collation which only an application knows. SQLite
/// computes such a column whenever it is read, and compares bytes where the application is missing (`standInForCollations`). Stored
/// columns hold what the application has computed.
enum SQLiteVirtualColumns {
    /// Returns why columns of the table can't be read as its application reads them, by their names.
    static func unreadable(in table: Table) -> [String: String] {
        collations(deciding: table).mapValues { "computed by the collation \($0), which only the application knows" }
    }

    private static func collations(deciding table: Table) -> [String: String] {
        let virtual = table.columns.filter { $0.generated?.storage == .virtual }
        guard !virtual.isEmpty else { return [:] }
        let translation = SQLiteExpressionTranslation(of: NamedRelation(table))
        var found: [String: String] = [:]
        for column in virtual {
            found[column.name] = column.generated.flatMap { collation(deciding: $0.expression, of: table, translation) }
        }
        var count = 0
        while count != found.count {
            count = found.count
            for column in virtual where found[column.name] == nil {
                let names = column.generated?.expression.namesFolded ?? []
                let read = virtual.first { found[$0.name] != nil && names.contains(SQLName.folded($0.name)) }
                found[column.name] = read.flatMap { found[$0.name] }
            }
        }
        return found
    }

    /// An expression that can't be read counts as one that compares the columns that it names.
    private static func collation(
        deciding expression: SQLExpression, of table: Table, _ translation: SQLiteExpressionTranslation
    ) -> String? {
        if let tree = SQLiteExpressionParser.parse(SQLiteExpressionTranslation.text(expression)) {
            return translation.applicationsCollation(deciding: tree)
        }
        let names = expression.namesFolded
        let named = table.columns.filter { names.contains(SQLName.folded($0.name)) }
        return named.lazy.compactMap { $0.collation?.applicationsName }.first
    }
}

extension SQLiteExpressionTranslation {
    /// Returns the first collation on which the expression's value depends, and which only an application knows; `nil` if there is none.
    fileprivate func applicationsCollation(deciding tree: ExpressionTree) -> String? {
        collations(comparing: tree).lazy.compactMap { $0?.applicationsName }.first
            ?? tree.operands.lazy.compactMap { applicationsCollation(deciding: $0) }.first
    }

    /// Returns the collations by which the expression compares its operands.
    private func collations(comparing tree: ExpressionTree) -> [Collation?] {
        switch tree {
        case .binary(.compare, .row(let lefts), .row(let rights)):
            zip(lefts, rights).map { collation(comparing: [$0, $1]) }
        case .binary(.compare, let left, let right): [collation(comparing: [left, right])]
        case .between(let operand, let low, let high, _):
            [low, high].flatMap { collations(comparing: .binary(.compare(.less), operand, $0)) }
        case .isIn(let operand, _, _): [collation(of: operand)]
        case .call("nullif", let arguments), .call("min", let arguments), .call("max", let arguments):
            [collation(comparing: arguments)]
        case .null, .number, .string, .blob, .boolean, .name, .column, .unary, .binary, .call, .aggregate, .row,
            .query, .exists, .isNull, .isInQuery, .matches, .collated, .cast, .choice:
            []
        }
    }
}

extension Collation {
    /// The collation's name if only an application knows it. RTRIM is SQLite's own (https://www.sqlite.org/datatype3.html, 7).
    fileprivate var applicationsName: String? {
        switch self {
        case .nocase, .binary: nil
        case .native(let name, _): SQLName.folded(name) == #""rtrim""# ? nil : name
        }
    }
}
