// The counter of an identity column, and of one that becomes a smaller integer.

extension ColumnType {
    /// The largest number of a small integer type; `nil` for any other type, whose counter PostgreSQL never has to shorten.
    var largestCount: Int64? {
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
    /// refuses the type then, although every row may fit. The counter goes on behind the highest number of a row. A variable that has a
    /// column's name would be ambiguous.
    func countingWithin(_ type: ColumnType, _ column: Column, of table: String) -> [String] {
        guard column.isIdentity, let largest = type.largestCount, column.type.largestCount ?? .max > largest else {
            return []
        }
        let (name, relation) = (SQLText.identifier(column.name), SQLText.identifier(table))
        let counter = "pg_get_serial_sequence(\(SQLText.literal(relation)), \(SQLText.literal(column.name)))"
        let body = """
            DECLARE tc_counter text := \(counter); tc_last bigint; tc_next bigint; BEGIN \
            IF tc_counter IS NULL THEN RETURN; END IF; \
            EXECUTE 'SELECT last_value FROM ' || tc_counter INTO tc_last; IF tc_last <= \(largest) THEN RETURN; END IF; \
            SELECT least(coalesce(max(held.\(name)), 0) + 1, \(largest)) INTO tc_next FROM \(relation) AS held; \
            EXECUTE 'ALTER SEQUENCE ' || tc_counter || ' RESTART WITH ' || tc_next; END
            """
        return ["DO LANGUAGE plpgsql \(SQLText.literal(body))"]
    }
}
