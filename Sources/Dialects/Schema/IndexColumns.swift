extension Index {
    /// The columns that are parts of the index as they are, not inside of an expression.
    package var columnNames: [String] { parts.compactMap(\.columnName) }

    /// Whether the index has no expression among its parts.
    package var hasColumnsOnly: Bool { columnNames.count == parts.count }
}

extension Index.Part {
    /// The part's column, whether or not it has a collation; `nil` for an expression.
    var columnName: String? {
        switch key {
        case .column(let name): name
        case .expression: nil
        }
    }

    /// The part's column, if the part compares as the column itself does.
    var plainColumn: String? { collation == nil ? columnName : nil }

    /// Whether the part is the column, or an expression that mentions it.
    package func mentions(_ column: String) -> Bool {
        switch key {
        case .column(let name): name == column
        case .expression(let expression): expression.mentions(column)
        }
    }
}
