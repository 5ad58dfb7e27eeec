/// A writer of rows into one table. Call `write` for each column of a row in order, then `endRow`; call `finish` at the end, or
/// `cancel`.
public protocol BulkWriter: AnyObject {
    /// Writes one value of the row. Its bytes must stay where they are until `endRow`.
    ///
    /// - Throws: ``IncompatibleValue`` when the column's type can't hold the value.
    func write(_ value: RawValue, column: Int) throws(IncompatibleValue)
    /// Writes all columns of the row. After an ``IncompatibleValue``, continue with `write(_:column:)` from its column on.
    ///
    /// - Throws: ``IncompatibleValue`` at the first value that its column's type can't hold.
    func write(_ row: borrowing RawRow) throws(IncompatibleValue)
    /// Ends the row whose columns were written.
    ///
    /// - Throws: ``DatabaseError`` if the database refuses this row or an earlier one.
    func endRow() throws(DatabaseError)
    /// Whether the database takes or refuses each row when it ends. After a row that a key refuses, the next one can be written.
    var judgesRowByRow: Bool { get }
    /// Ends the copy and returns the number of rows that the database took.
    ///
    /// - Throws: ``DatabaseError`` if the database refuses a row.
    func finish() throws(DatabaseError) -> Int
    /// Ends the copy without keeping any row. Roll the transaction back afterwards.
    func cancel()
}

extension BulkWriter {
    public var judgesRowByRow: Bool { false }
}

/// The work that a bulk load may leave out: the logging that `FREEZE` saves, and checks of values that are known to fit.
public struct CopyOptions: Sendable, Equatable {
    /// Whether rows are written as frozen (`COPY … FREEZE`). Only the transaction that made or emptied the table may ask for it.
    public var freezing: Bool
    /// The positions of the columns whose texts are known to fit, so that only the database checks them.
    public var proven: Set<Int>
    /// How moments and times of day are written into SQLite's tables.
    package var moments = MomentStyle.uniform

    /// Makes options that leave out nothing unless an argument says so.
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
