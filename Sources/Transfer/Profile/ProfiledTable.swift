import Dialects

/// A table with the findings about it: none yet, those of a part of its rows, or those of all rows.
struct ProfiledTable: Sendable {
    var table: Table
    var reading: TableReading
    /// The columns' profiles, in the table's order; empty if the database itself enforces its columns' types.
    var profiles: [ColumnProfile]
    /// The columns with their enforced types; empty for any other database.
    var held: [EnforcedColumn] = []
    /// The rules for each column; empty for a table that is copied as it is.
    var columnRules: [EffectiveColumnRule] = []
    var policy = MismatchPolicy.widen
    /// The number of rows that violate each of the table's checks; empty if that was not counted.
    var breaches: [Int] = []
    var rows: Int
    /// The approximate size of the values, in bytes.
    var bytes = 0
    /// The size of the values in the largest row, in bytes.
    var longestRow = 0
    /// The pieces in which the table can be read; at least one.
    var pieces = [KeyRange.all]
    /// The parts that are omitted because they need a skipped column.
    var omitted: [Omission] = []
}

extension ProfiledTable {
    /// Returns the number of rows without a value in a column.
    func nulls(_ column: Int) -> Int { column < profiles.count ? profiles[column].nulls : 0 }

    /// Returns the largest number in a column that the database numbers; 0 if there is none.
    func highest(_ column: Int) -> Int64 {
        if column < held.count { return held[column].highest ?? 0 }
        guard column < profiles.count, !profiles[column].integers.isNone else { return 0 }
        return profiles[column].maximum
    }

    /// Observes the row on which the cursor stands. The table's columns begin after `others` other ones. `reader` reads values
    /// as the rules say.
    ///
    /// - Returns: The size of the row's values, in bytes.
    @discardableResult
    mutating func observe(
        _ row: borrowing RawRow, _ key: RowKey, _ cursor: any RowCursor, after others: Int = 0,
        by reader: ValueReader? = nil
    ) -> Int {
        var size = 0
        for column in profiles.indices {
            let value = row[column + others]
            profiles[column].observe(reader?.read(value, column: column) ?? value, key, cursor)
            size += value.byteCount
        }
        rows += 1
        bytes += size
        longestRow = max(longestRow, size)
        return size
    }

    /// Returns the table with the findings about the piece that follows added.
    func joined(with next: ProfiledTable) -> ProfiledTable {
        var whole = self
        for column in profiles.indices { whole.profiles[column].append(next.profiles[column]) }
        whole.rows += next.rows
        whole.bytes += next.bytes
        whole.longestRow = max(longestRow, next.longestRow)
        whole.pieces += next.pieces
        return whole
    }
}

extension RawValue {
    fileprivate var byteCount: Int {
        switch self {
        case .null: 1
        case .boolean, .integer, .real: 8
        case .text(let bytes), .blob(let bytes): bytes.count
        }
    }
}
