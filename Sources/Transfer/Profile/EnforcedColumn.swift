import Dialects

/// A column of a database that holds its columns to their types: nothing of it needs to be read to know what it holds.
struct EnforcedColumn: Sendable {
    var column: String
    var type: EnforcedType
    /// How many values are such that other databases know nothing like them.
    var specials: Int
    /// The largest number in a column that the database numbers.
    var highest: Int64?

    /// The type in another database. Few databases hold NaN as a double; all hold it as text.
    var choice: TypeChoice {
        let count = specials == 1 ? "1 value is" : "\(specials) values are"
        let found = type.specials.flatMap { specials > 0 ? "\(count) \($0.words)" : nil }
        guard type.type == .real, let found else { return TypeChoice(type.type, because: type.reason ?? found) }
        return TypeChoice(.text, because: found)
    }
}

/// Counts what is to be known of such a table, in one query that the server answers.
struct EnforcedTableCounts {
    private let blank: ProfiledTable
    private let types: [String: EnforcedType]

    init(_ blank: ProfiledTable, _ types: [String: EnforcedType]) {
        self.blank = blank
        self.types = types
    }

    func read(on connection: any Connection) throws -> ProfiledTable {
        let table = blank.table
        var answers = ["count(*)"]
        for column in table.columns {
            answers.append(types[column.name]?.specials.map { "count(*) FILTER (WHERE \($0.condition))" } ?? "0")
            answers.append(column.isIdentity ? "max(\(SQLText.identifier(column.name)))" : "NULL")
        }
        for check in table.checks {
            answers.append("count(*) FILTER (WHERE (\(check.expression.sourceText)) IS FALSE)")
        }
        let query: SQL = "SELECT \(trusted: answers.joined(separator: ", ")) \(trusted: blank.reading.from)"
        let row = try connection.query(query).first?.values ?? []
        var found = blank
        found.held = table.columns.enumerated().map { at, column in
            EnforcedColumn(
                column: column.name, type: types[column.name] ?? EnforcedType(column.type),
                specials: Int(row[2 * at + 1].integer ?? 0), highest: row[2 * at + 2].integer)
        }
        found.breaches = row.dropFirst(1 + 2 * table.columns.count).map { Int($0.integer ?? 0) }
        found.rows = Int(row[0].integer ?? 0)
        return found
    }
}
