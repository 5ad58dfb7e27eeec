/// Takes rows for one table: `write` each column of a row in order, then `endRow`; `finish` at the end, or `cancel`.
public protocol BulkWriter: AnyObject {
    /// Writes one value of the row. Its bytes must stay where they are until `endRow`.
    ///
    /// - Throws: ``IncompatibleValue`` when the column's type can't hold the value.
    func write(_ value: RawValue, column: Int) throws(IncompatibleValue)
    /// Writes all columns. After an ``IncompatibleValue`` go on with `write(_:column:)` from that column on.
    ///
    /// - Throws: ``IncompatibleValue`` at the first value that its column's type can't hold.
    func write(_ row: borrowing RawRow) throws(IncompatibleValue)
    /// Ends the row whose columns were written.
    ///
    /// - Throws: ``DatabaseError``, where the database refuses this row or one before it.
    func endRow() throws(DatabaseError)
    /// Returns how many rows the database took.
    ///
    /// - Throws: ``DatabaseError``, where the database refuses a row.
    func finish() throws(DatabaseError) -> Int
    /// Ends the copy and keeps no row. Roll the transaction back afterwards.
    func cancel()
}

/// What a bulk load may leave out: the logging that `FREEZE` saves, and checks of values that are known to fit.
public struct CopyOptions: Sendable, Equatable {
    /// Whether rows are written as frozen (`COPY … FREEZE`). Only the transaction that made or emptied the table may ask for it.
    public var freezing: Bool
    /// The columns, by position, whose texts are known to fit, so that only the database checks them.
    public var proven: Set<Int>

    /// Leaves out nothing where neither is given.
    public init(freezing: Bool = false, proven: Set<Int> = []) {
        self.freezing = freezing
        self.proven = proven
    }
}

/// A value that a column's type can't hold.
public struct IncompatibleValue: Error, Sendable, Equatable {
    /// The column, counted from 0.
    public var column: Int
    /// The value that does not fit.
    public var value: Value
    /// The reason, as a predicate: "is not a timestamp", "is longer than 10 characters".
    public var reason: String

    package init(column: Int, value: Value, reason: String) {
        self.column = column
        self.value = value
        self.reason = reason
    }
}
