// The counter of an identity column that becomes a smaller integer.

extension ColumnType {
    /// The largest number of a small integer type; `nil` for any other type, whose counter PostgreSQL never has to shorten.
    fileprivate var largestCount: Int64? {
        switch self {
        case .smallint: Int64(Int16.max)
        case .integer: Int64(Int32.max)
        case .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .json, .jsonText, .bytes, .native:
            nil
        }
    }
}

extension PostgreSQLAlter {
    /// Returns the statement that sets back the counter of an identity column if it has gone beyond the column's new type: PostgreSQL
    /// refuses the type then, although every row may fit. The counter goes on behind the highest number of a row.
    func countingWithin(_ type: ColumnType, _ column: Column, of table: String) -> [String] {
        guard column.isIdentity, let largest = type.largestCount, column.type.largestCount ?? .max > largest else {
            return []
        }
        let (name, relation) = (SQLText.identifier(column.name), SQLText.identifier(table))
        let counter = "pg_get_serial_sequence(\(SQLText.literal(relation)), \(SQLText.literal(column.name)))"
        let body = """
            DECLARE counter text := \(counter); last bigint; next bigint; BEGIN \
            IF counter IS NULL THEN RETURN; END IF; EXECUTE 'SELECT last_value FROM ' || counter INTO last; \
            IF last <= \(largest) THEN RETURN; END IF; \
            SELECT least(coalesce(max(\(name)), 0) + 1, \(largest)) INTO next FROM \(relation); \
            EXECUTE 'ALTER SEQUENCE ' || counter || ' RESTART WITH ' || next; END
            """
        return ["DO LANGUAGE plpgsql \(SQLText.literal(body))"]
    }
}
