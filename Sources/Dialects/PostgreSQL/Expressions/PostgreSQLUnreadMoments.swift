/// The moments of a check, or of a computed column, out of which SQLite's functions read nothing: infinity, and the years before 1 and
/// after 9999. They yield NULL there, with which a check passes, while PostgreSQL computes with them, or fails.
final class PostgreSQLUnreadMoments {
    enum Place {
        /// A check, which becomes false where it depends on a moment that was not read.
        case check
        /// A computed column, which fails where it depends on a moment that was not read, so that no row holds a wrong value.
        case computedColumn
    }

    let place: Place
    private var conditions: [String] = []

    init(in place: Place) { self.place = place }

    /// Returns SQL that is computed from a moment, and perhaps from another operand, with its value for infinity.
    ///
    /// - Parameter infinite: The value for infinity; `nil` if that is an error in PostgreSQL.
    func reading(_ sql: String, of operands: [String], atInfinity infinite: String?) -> String {
        let unknown = "WHEN \(operands.map { "\($0) IS NULL" }.joined(separator: " OR ")) THEN"
        let endless = "WHEN \(operands[0]) IN ('infinity', '-infinity') THEN"
        let value = infinite.map { " \(endless) \($0)" } ?? ""
        switch place {
        case .check:
            let condition =
                "(CASE \(unknown) 0\(infinite == nil ? "" : " \(endless) 0") ELSE (\(sql)) IS NULL END)"
            if !conditions.contains(condition) { conditions.append(condition) }
            return infinite == nil ? sql : "coalesce(\(sql), CASE \(unknown) NULL\(value) END)"
        case .computedColumn:
            let failure = PostgreSQLExpressionTranslation.failure
            return "coalesce(\(sql), CASE \(unknown) NULL\(value) ELSE \(failure) END)"
        }
    }

    /// Returns a check that is false, and not NULL, where moments were not read. A CASE computes no more of a condition than it needs.
    func refusing(_ check: String) -> String {
        guard !conditions.isEmpty else { return check }
        let isUnread = conditions.joined(separator: " OR ")
        return "(CASE WHEN \(check) THEN 1 WHEN NOT \(check) THEN 0 ELSE NOT (\(isUnread)) END)"
    }
}
