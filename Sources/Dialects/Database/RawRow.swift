/// One row's values, borrowed from the driver until its cursor moves on. A row is made once and filled again for each row of the
/// query.
///
///     var row = RawRow(columns: 3)
///     while try cursor.next() { cursor.read(into: &row) … }
///
/// A loop over whole rows makes one call across a protocol for each row, and none for each value.
public struct RawRow: ~Copyable {
    private let values: UnsafeMutableBufferPointer<RawValue>

    /// Makes a row with room for this many values, all of them NULL.
    public init(columns: Int) {
        values = .allocate(capacity: columns)
        values.initialize(repeating: .null)
    }

    // A RawValue owns nothing, so there is nothing to deinitialize.
    deinit { values.deallocate() }

    /// The number of columns that there is room for.
    public var count: Int { values.count }

    /// The value of a column, counted from 0.
    public subscript(column: Int) -> RawValue {
        get { values[column] }
        set { values[column] = newValue }
    }
}

extension RowCursor {
    public func read(into row: inout RawRow) {
        for column in 0..<row.count { row[column] = raw(column) }
    }
}

extension BulkWriter {
    public func write(_ row: borrowing RawRow) throws(IncompatibleValue) {
        for column in 0..<row.count { try write(row[column], column: column) }
    }
}
