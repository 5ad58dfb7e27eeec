// Columns whose values are converted on their way, mostly by a rule: seconds since 1970 become moments. What an expression says of the
// source's values is not true of the target's. Only two things are: whether there is a value, and how two columns that are converted
// alike compare.

extension SQLiteExpressionTranslation {
    /// Returns the column whose values are converted; `nil` if the expression is anything else than such a column's name.
    func converted(_ expression: SQLiteTree) -> ColumnSense? {
        guard use != .view, case .name(let name, _) = expression else { return nil }
        return columns[SQLName.folded(name)].flatMap { $0.conversion == nil ? nil : $0 }
    }

    /// Translates a comparison of two columns that are converted alike.
    func comparedAlike(_ sign: String, _ left: SQLiteTree, _ right: SQLiteTree) -> String? {
        guard let left = converted(left), let right = converted(right), left.conversion == right.conversion else {
            return nil
        }
        return "(\(SQLText.identifier(left.name)) \(sign) \(SQLText.identifier(right.name)))"
    }

    static func unlikeSource(_ column: ColumnSense) -> Untranslatable {
        Untranslatable("it computes with \(column.name), whose values are converted: create it in the target by hand")
    }
}
