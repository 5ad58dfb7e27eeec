extension Table {
    /// Returns the table with the defaults that somebody has changed by hand: each by the name of its column in `old`, as it is
    /// written. `names` holds what these columns are called now. A default of a column that has another type now is converted as the
    /// column's values are, where that is possible.
    func keeping(
        _ defaults: [String: String?], of old: Table, called names: [String: String], in dialect: SQLiteDialect
    ) -> Table {
        var table = self
        for case (let column, let text?) in defaults {
            guard let was = old[column: column], let name = names[column],
                let at = table.columns.firstIndex(where: { $0.name == name }),
                table.columns[at].generated == nil, !table.columns[at].isIdentity
            else { continue }
            var value = SQLiteDefault.unambiguous(text)
            let type = table.columns[at].type
            if type != was.type, let conversion = try? dialect.conversion(of: "(\(value))", from: was.type, to: type) {
                value = conversion.expression
            }
            table.columns[at].default = .expression(.native(sqlite: value, postgresql: ""))
        }
        return table
    }
}
