extension Table {
    /// Returns the table with the defaults that somebody has changed by hand: each by the name of its column in `old`, as it is
    /// written. `names` holds what these columns are called now. A default of a column that has another type now is converted as the
    /// column's values are.
    ///
    /// - Throws: ``LoweringError`` if its type has no such conversion, or one that does not take every value.
    func keeping(
        _ defaults: [String: String?], of old: Table, called names: [String: String], in dialect: SQLiteDialect
    ) throws(LoweringError) -> Table {
        var table = self
        for case (let column, let text?) in defaults.sorted(by: { $0.key < $1.key }) {
            guard let was = old[column: column], let name = names[column],
                let at = table.columns.firstIndex(where: { $0.name == name }),
                table.columns[at].generated == nil, !table.columns[at].isIdentity
            else { continue }
            var value = SQLiteDefault.unambiguous(text)
            let type = table.columns[at].type
            if type != was.type {
                guard let conversion = try? dialect.conversion(of: "(\(value))", from: was.type, to: type),
                    conversion.incompatibility == nil
                else {
                    throw LoweringError(
                        "\(table.name).\(name)",
                        "its type changes, and its default has been changed by hand to \(text), which may "
                            + "not fit the new type",
                        remedy: "say which default it is to have: ChangeColumn(…).default(…), in the same AlterTable "
                            + "or in one before")
                }
                value = conversion.expression
            }
            table.columns[at].default = .expression(.native(sqlite: value, postgresql: ""))
        }
        return table
    }
}
