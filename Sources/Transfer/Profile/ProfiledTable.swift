import Dialects

/// A table with what was found in it: nothing yet, a part of its rows, or all of them.
struct ProfiledTable: Sendable {
    var table: Table
    var reading: TableReading
    /// In the order of the table's columns; none where the database itself holds its columns to their types.
    var profiles: [ColumnProfile]
    /// What it holds them to, and nothing elsewhere.
    var held: [EnforcedColumn] = []
    /// What the rules say of each column; nothing in a table that goes over as it is.
    var columnRules: [EffectiveColumnRule] = []
    var policy = MismatchPolicy.widen
    /// How many rows break each of its checks, where that was counted.
    var breaches: [Int] = []
    var rows: Int
    /// Roughly how many bytes the values have.
    var bytes = 0
    /// How many the values of its largest row have.
    var longestRow = 0
    /// In which the table can be read; at least one.
    var pieces = [KeyRange.all]
    /// What its skipped columns take with them.
    var omitted: [Omission] = []
}

extension ProfiledTable {
    /// How many rows have no value in a column.
    func nulls(_ column: Int) -> Int { column < profiles.count ? profiles[column].nulls : 0 }

    /// The largest number in a column that the database numbers; 0 without any.
    func highest(_ column: Int) -> Int64 {
        if column < held.count { return held[column].highest ?? 0 }
        guard column < profiles.count, !profiles[column].integers.isNone else { return 0 }
        return profiles[column].maximum
    }

    /// Takes the row on which the cursor stands, whose columns begin after so many `others`; `reader` reads values as rules say.
    /// Returns how many bytes the values have.
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

    /// The same with what was found in the piece that follows.
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
