/// The way in which a source reads one table.
package struct TableReading: Sendable, Equatable {
    /// The part of a query that follows the columns: `FROM …`.
    package var from: String
    /// The part that follows `from`, so that rows come in the same order each time within a snapshot: `ORDER BY …`, or nothing.
    package var order: String
    /// The columns that tell one row from another, for people.
    package var key: [String]
    /// The key's column if the table does not declare it, as a query writes it: `rowid`. It comes after all other columns.
    package var hiddenKey: String?
    /// The integer by which the table can be read in pieces, as a query writes it; `nil` if there is none, or if `order` is not
    /// by it.
    package var rangeKey: String?

    package init(
        from: String, order: String = "", key: [String], hiddenKey: String? = nil, rangeKey: String? = nil
    ) {
        self.from = from
        self.order = order
        self.key = key
        self.hiddenKey = hiddenKey
        self.rangeKey = rangeKey
    }

    /// Returns the query of these columns, and of `hiddenKey`, for all rows or those of a range.
    package func query(_ columns: [String], in range: KeyRange = .all) -> String {
        query(columns.map(SQLText.identifier) + [hiddenKey].compactMap { $0 }, range)
    }

    /// Returns the same query with the range's key as the first column.
    package func rangedQuery(_ columns: [String], in range: KeyRange = .all) -> String {
        query([rangeKey ?? "NULL"] + columns.map(SQLText.identifier) + [hiddenKey].compactMap { $0 }, range)
    }

    /// The query of the smallest and the largest `rangeKey`; `nil` if there is no such key. Each of the two is looked up
    /// separately, because only then no row in between is read.
    package var boundsQuery: String? {
        rangeKey.map { "SELECT (SELECT min(\($0)) \(from)), (SELECT max(\($0)) \(from))" }
    }

    private func query(_ list: [String], _ range: KeyRange) -> String {
        let conditions = rangeKey.map(range.conditions) ?? []
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return ["SELECT \(list.joined(separator: ", "))", from, condition, order].filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    /// Returns the positions of the key's columns in the rows that `query(columns)` yields.
    package func keyPositions(in columns: [String]) -> [Int] {
        hiddenKey == nil ? key.compactMap(columns.firstIndex) : [columns.count]
    }
}

/// A piece of a table: the rows whose `rangeKey` is greater than one number and at most another.
package struct KeyRange: Sendable, Hashable {
    package var above: Int64?
    package var through: Int64?

    package init(above: Int64? = nil, through: Int64? = nil) {
        self.above = above
        self.through = through
    }

    /// Every row.
    package static let all = KeyRange()

    fileprivate func conditions(_ key: String) -> [String] {
        [above.map { "\(key) > \($0)" }, through.map { "\(key) <= \($0)" }].compactMap { $0 }
    }
}
