/// The source of each column of the new table: an expression over the old one. A column for which the default applies has no
/// source.
struct SQLiteColumnSources {
    private var expressions: [String: String] = [:]
    /// The table before the alteration, and the names that its columns have when rows are copied.
    private let original: Table
    private let nameAtCopy: [String: String]

    /// Creates the sources of a table's own columns. `nameAtCopy` differs from a column's own name if the column was renamed in
    /// place before.
    init(of table: Table, nameAtCopy: [String: String] = [:]) {
        original = table
        self.nameAtCopy = nameAtCopy
        for column in table.columns {
            expressions[column.name] = SQLText.identifier(nameAtCopy[column.name] ?? column.name)
        }
    }

    subscript(_ column: String) -> String? {
        get { expressions[column] }
        set { expressions[column] = newValue }
    }

    mutating func follow(_ step: ChangeStep, _ dialect: SQLiteDialect) throws(LoweringError) {
        switch step.change {
        case .addColumn(let column, let fill):
            expressions[column.name] = try fill.map { value throws(LoweringError) in
                try dialect.render(value, for: column.type)
            }
        case .dropColumn(let name, _): expressions[name] = nil
        case .renameColumn(let old, let new):
            expressions[new] = expressions.removeValue(forKey: old)
        case .changeColumn(let name, let facets):
            guard let was = step.before[column: name], let now = step.after[column: name] else { return }
            for facet in facets { try convert(facet, of: was, in: step.before, dialect) }
            // A value that replaces NULL has the new type, wherever in the change it was written.
            for facet in facets { try fill(facet, now, dialect) }
        case .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique, .addCheck, .dropCheck,
            .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            break
        }
    }

    private mutating func convert(
        _ facet: Facet, of was: Column, in table: Table, _ dialect: SQLiteDialect
    ) throws(LoweringError) {
        guard case .type(let type, let using, _) = facet, let source = expressions[was.name] else { return }
        if let using {
            let text = try dialect.render(using, as: .value(type, of: original))
            expressions[was.name] = "(\(ColumnNames(text).renamed(nameAtCopy)))"
        } else {
            expressions[was.name] = try dialect.conversion(of: source, in: table.name, from: was, to: type).expression
        }
    }

    private mutating func fill(_ facet: Facet, _ column: Column, _ dialect: SQLiteDialect) throws(LoweringError) {
        guard case .nullable(false, let value?) = facet, let source = expressions[column.name] else { return }
        expressions[column.name] = "coalesce(\(source), \(try dialect.render(value, for: column.type)))"
    }
}
