/// A row of a query that outlives its cursor: values by column name, or by position.
///
///     for row in try connection.query("SELECT name, born FROM person") {
///         let name = try row["name", as: String.self]
///         let born = try row["born", as: Date?.self]
///     }
public struct Row: Sendable, Hashable {
    /// The columns' names, in the query's order. Every row of a query shares them.
    public let columnNames: [String]
    /// The values, in the order of ``columnNames``.
    public let values: [Value]

    /// Creates a row. There must be as many names as values.
    public init(columnNames: [String], values: [Value]) {
        self.columnNames = columnNames
        self.values = values
    }

    /// The value at this position; the first position is 0.
    public subscript(_ position: Int) -> Value { values[position] }

    /// The value of the first column with this name; `nil` if the query has no such column.
    public subscript(_ name: String) -> Value? {
        columnNames.firstIndex(of: name).map { values[$0] }
    }

    /// The value of the first column with this name, as a Swift value. `NULL` becomes `nil` if the type is optional.
    ///
    /// - Throws: `DatabaseError` if the query has no column with this name, or if the column's value can't be read as a `type`.
    public subscript<T: ValueConvertible>(_ name: String, as type: T.Type = T.self) -> T {
        get throws(DatabaseError) {
            guard let value = self[name] else {
                throw DatabaseError(
                    .other, "the query has no column \(name)",
                    remedy: "its columns are \(columnNames.joined(separator: ", "))")
            }
            guard let converted = T(value) else {
                throw DatabaseError(
                    .other, "column \(name) can't be read as \(type): it holds \(value.kind)",
                    remedy: value.isNull ? "read it as \(type)?" : "read it as another type, or cast it in the query")
            }
            return converted
        }
    }
}

extension Value {
    /// The kind of the value, without its content, which may be a secret.
    fileprivate var kind: String {
        switch self {
        case .null: "NULL"
        case .integer: "an integer"
        case .real: "a real number"
        case .boolean: "a boolean"
        case .text: "a text"
        case .blob: "bytes"
        }
    }
}
