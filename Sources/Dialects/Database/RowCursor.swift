/// A cursor over rows, one at a time. The values of a row are borrowed until the next call.
public protocol RowCursor: AnyObject {
    /// The columns of the query, in order.
    var columnNames: [String] { get }
    /// Moves to the next row. Returns false after the last row.
    ///
    /// - Throws: ``DatabaseError``.
    func next() throws(DatabaseError) -> Bool
    /// Returns the value of a column of this row, counted from 0.
    func raw(_ column: Int) -> RawValue
    /// Copies the row's values into `row`, up to its capacity.
    func read(into row: inout RawRow)
    /// Ends the query early. Reading to the end closes the cursor too.
    func close()
}
