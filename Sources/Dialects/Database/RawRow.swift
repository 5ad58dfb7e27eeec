/// One row's values, borrowed from the driver until its cursor moves on; made once and filled again for each row.
///
///     var row = RawRow(columns: 3)
///     while try cursor.next() { cursor.read(into: &row) … }
///
/// A loop that goes over whole rows makes one call across a protocol for each row, and none for each value.
public struct RawRow: ~Copyable {
    private let values: UnsafeMutableBufferPointer<RawValue>

    /// Room for so many values, all NULL.
    public init(columns: Int) {
        values = .allocate(capacity: columns)
        values.initialize(repeating: .null)
    }

    // A RawValue owns nothing: there is nothing to deinitialize.
    deinit { values.deallocate() }

    /// How many columns there is room for.
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
