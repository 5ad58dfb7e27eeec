// The value that a SQLite column would hold of another value, and the condition under which it would refuse or cut that value.

extension SQLiteDialect {
    public func stored(_ value: String, by column: Column) throws(LoweringError) -> String {
        var text = "(\(value))"
        if !column.type.isNative { text = "CAST(\(text) AS \(try render(column.type)))" }
        if let collation = column.collation { text += try collate(collation) }
        return text
    }

    public func incompatibility(of value: String, in column: Column) -> String? {
        let value = "(\(value))"
        let number = "CAST(\(value) AS NUMERIC)"
        let isNoInteger = "\(number) IS NOT \(value) OR \(number) <> CAST(\(number) AS INTEGER)"
        switch column.type {
        // A STRICT table accepts a value of the column's own type, or a value that can be converted to it without loss
        // (https://www.sqlite.org/stricttables.html).
        case .smallint, .integer, .bigint: return isNoInteger
        case .boolean: return "\(isNoInteger) OR \(value) NOT IN (0, 1)"
        case .real: return "\(number) IS NOT \(value)"
        case .bytes: return "typeof(\(value)) NOT IN ('blob', 'null')"
        case .json, .jsonText: return "\(isBlob(value)) OR NOT json_valid(\(value))"
        case .varchar(let length): return "\(isBlob(value)) OR length(\(value)) > \(length)"
        case .text, .decimal, .numeric, .timestamp, .datetime, .date, .time, .interval, .uuid:
            return isBlob(value)
        case .native: return nil
        }
    }

    private func isBlob(_ value: String) -> String { "typeof(\(value)) = 'blob'" }
}
