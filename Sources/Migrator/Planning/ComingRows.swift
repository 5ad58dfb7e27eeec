import Dialects

/// The rows of a table as an alteration will leave them, expressed in SQL over its present rows. So the rules that they would
/// break are known before anything is touched.
struct ComingRows {
    private let dialect: any Dialect
    private let before: Table
    /// The SQL of each column's value over the present row, by the column's current name during the alteration. A column is
    /// absent if its value is known only when the row is inserted.
    private var values: [String: String] = [:]
    /// The original name of each column, by its current name during the alteration. A column that was added is absent.
    private var origins: [String: String] = [:]
    /// The columns whose values an expression or a filling of the author provides.
    private(set) var computed: Set<String> = []
    /// The columns in which values that differ at present may become equal.
    private var merging: Set<String> = []

    init(of table: Table, in dialect: any Dialect) {
        self.dialect = dialect
        before = table
        for column in table.columns {
            values[column.name] = SQLText.identifier(column.name)
            origins[column.name] = column.name
        }
    }

    /// Creates the rows of a table whose columns take the types of the keys that they refer to.
    init(of table: Table, following after: Table, in dialect: any Dialect) throws(LoweringError) {
        self.init(of: table, in: dialect)
        for column in after.columns {
            guard let was = table[column: column.name], was.type != column.type else { continue }
            let conversion = try dialect.conversion(
                of: SQLText.identifier(column.name), from: was.type, to: column.type)
            values[column.name] = conversion.expression
            if !conversion.isReversible { merging.insert(column.name) }
        }
    }

    /// Returns the SQL of a column's value over the present row.
    func value(of column: String) -> String? { values[column] }
    /// Returns the present name of a column.
    func origin(of column: String) -> String? { origins[column] }

    /// The coming name of each column, by its present name.
    var names: [String: String] { Dictionary(origins.map { ($1, $0) }, uniquingKeysWith: { first, _ in first }) }

    /// Returns the expression with the names that the columns have after the renames.
    func inComingNames(_ expression: SQLExpression) -> SQLExpression {
        expression.renamingColumns(names)
    }

    mutating func follow(_ step: ChangeStep) throws(LoweringError) {
        switch step.change {
        case .addColumn(let column, let fill):
            values[column.name] = try newValue(of: column, filling: fill)
            origins[column.name] = nil
        case .dropColumn(let name, _):
            values[name] = nil
            origins[name] = nil
            computed.remove(name)
            merging.remove(name)
        case .renameColumn(let old, let new):
            values[new] = values.removeValue(forKey: old)
            origins[new] = origins.removeValue(forKey: old)
            if computed.remove(old) != nil { computed.insert(new) }
            if merging.remove(old) != nil { merging.insert(new) }
        case .changeColumn(let name, let facets):
            guard let was = step.before[column: name], let now = step.after[column: name] else { return }
            for facet in facets { try convert(facet, was, to: now) }
            for facet in facets { try fill(facet, now) }
        case .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique, .addCheck, .dropCheck,
            .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            break
        }
    }

    private func newValue(of column: Column, filling fill: Default?) throws(LoweringError) -> String? {
        guard column.generated == nil, !column.isIdentity else { return nil }
        guard let value = fill ?? column.default else { return "NULL" }
        return try dialect.render(value, for: column.type)
    }

    private mutating func convert(_ facet: Facet, _ was: Column, to now: Column) throws(LoweringError) {
        switch facet {
        case .type(let type, let using?, _):
            values[was.name] = value(of: using, type)
            computed.insert(was.name)
            merging.insert(was.name)
        case .type(let type, nil, _):
            guard let value = values[was.name] else { return }
            let conversion = try dialect.conversion(of: value, from: was.type, to: type)
            values[was.name] = conversion.expression
            if !conversion.isReversible { merging.insert(was.name) }
        case .generated(.some): values[was.name] = nil
        case .generated(nil), .nullable, .default, .collation: break
        }
    }

    /// Returns the SQL of the author's expression; `nil` if it names a column that does not exist yet.
    func value(of using: SQLExpression, _ type: ColumnType) -> String? {
        (try? dialect.render(using, as: .value(type, of: before))).map { "(\($0))" }
    }

    private mutating func fill(_ facet: Facet, _ column: Column) throws(LoweringError) {
        guard case .nullable(false, let fill?) = facet, let value = values[column.name] else { return }
        values[column.name] = "coalesce(\(value), \(try dialect.render(fill, for: column.type)))"
        merging.insert(column.name)
        computed.insert(column.name)
    }
}

// MARK: - The rows as something to select from

extension ComingRows {
    /// Whether a column will hold other values than at present, or compare them in another way.
    func changes(_ column: String, to after: Table) -> Bool {
        guard let now = after[column: column] else { return false }
        guard let was = before[column: column], values[column] == SQLText.identifier(column) else { return true }
        if was.type != now.type || was.collation != now.collation || was.generated != now.generated { return true }
        return isComputedAnew(now, after)
    }

    /// Whether rows that differ in a column at present may agree in it afterwards. A rename, or a type that keeps different
    /// values apart, causes no such merge.
    func mayMerge(_ column: String, to after: Table) -> Bool {
        guard let origin = origins[column], let was = before[column: origin], let now = after[column: column] else {
            return true
        }
        return merging.contains(column) || was.collation != now.collation || isComputedAnew(now, after)
            || (was.generated == nil) != (now.generated == nil)
            || (now.generated != nil
                && was.generated.map { inComingNames($0.expression).compared } != now.generated?.expression.compared)
    }

    /// Whether the column's value is known before the rows are written.
    func tells(_ column: String, of after: Table) -> Bool {
        guard let now = after[column: column] else { return false }
        return values[column] != nil || now.generated != nil
    }

    /// Returns the source for FROM, which is the table itself if none of its columns changes. `keeping` names present columns
    /// that are needed as well; each is returned under `tc_was_` and its name.
    func source(as name: String, to after: Table, keeping: [String] = []) throws(LoweringError) -> String {
        let alias = SQLText.identifier(name)
        let isChanged = after.columns.contains { changes($0.name, to: after) }
        guard isChanged || !keeping.isEmpty else {
            return before.name == name ? alias : "\(SQLText.identifier(before.name)) AS \(alias)"
        }
        var parts: [String] = []
        var later: [String] = []
        for column in after.columns {
            let label = SQLText.identifier(column.name)
            if let generated = column.generated, changes(column.name, to: after) {
                let value = try dialect.render(generated.expression, as: .generated(column, of: after))
                later.append("\(try dialect.stored(value, by: column)) AS \(label)")
            } else {
                parts.append("\(try part(column, after)) AS \(label)")
            }
        }
        parts += keeping.map { "\(SQLText.identifier($0)) AS \(SQLText.identifier("tc_was_\($0)"))" }
        let rows = "SELECT \(parts.joined(separator: ", ")) FROM \(SQLText.identifier(before.name))"
        guard !later.isEmpty else { return "(\(rows)) AS \(alias)" }
        return "(SELECT tc_rows.*, \(later.joined(separator: ", ")) FROM (\(rows)) AS tc_rows) AS \(alias)"
    }

    private func part(_ column: Column, _ after: Table) throws(LoweringError) -> String {
        guard let value = values[column.name] else { return try dialect.stored("NULL", by: column) }
        if let origin = origins[column.name], let was = before[column: origin],
            value == SQLText.identifier(origin), was.type == column.type, was.collation == column.collation
        {
            return value
        }
        return try dialect.stored(value, by: column)
    }

    private func isComputedAnew(_ column: Column, _ after: Table) -> Bool {
        guard let generated = column.generated else { return false }
        return after.columns.contains { other in
            other.name != column.name && generated.expression.readsColumn(other.name) && changes(other.name, to: after)
        }
    }
}
