// How a column in PostgreSQL would store a value, computed before the value is stored.

extension PostgreSQLDialect {
    public func stored(_ value: String, by column: Column) throws(LoweringError) -> String {
        var text = "CAST((\(value)) AS \(try render(column.type)))"
        if let collation = column.collation { text += try collate(collation) }
        return text
    }

    /// Returns a condition for values that the column would refuse or change. An explicit cast would cut text and round numbers,
    /// but storing is an assignment, which fails or rounds.
    public func incompatibility(of value: String, in column: Column) -> String? {
        switch column.type {
        case .varchar(let length): return "length((\(value))::text) > \(length)"
        case .smallint: return "(\(value))::numeric NOT BETWEEN -32768 AND 32767"
        case .integer: return "(\(value))::numeric NOT BETWEEN -2147483648 AND 2147483647"
        case .bigint: return "(\(value))::numeric NOT BETWEEN -9223372036854775808 AND 9223372036854775807"
        case .decimal(let precision, let scale):
            return "abs(round((\(value))::numeric, \(scale))) >= 1e\(precision - scale)::numeric"
        case .real, .numeric, .text, .boolean, .timestamp, .datetime, .date, .time, .interval, .uuid, .json,
            .jsonText, .bytes, .native:
            return nil
        }
    }
}
