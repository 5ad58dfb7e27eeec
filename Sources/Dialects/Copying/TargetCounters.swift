/// How a dialect's databases go on numbering rows.
package protocol TargetCounters: Dialect {
    /// Returns whether the database numbers this column downwards.
    ///
    /// - Throws: `DatabaseError`.
    func countsDown(_ column: String, of table: String, on connection: any Connection) throws -> Bool

    /// Returns the last number that the database gives a column of this type.
    func largestCount(of type: ColumnType) -> Int64

    /// Returns whether the counter of an existing column has no further number to give.
    ///
    /// - Throws: `DatabaseError`.
    func isAtItsEnd(_ column: String, of table: String, on connection: any Connection) throws -> Bool

    /// Makes the column that the database numbers continue after `number`.
    func setSequence(of column: String, in table: String, past number: Int64, on connection: any Connection) throws

    /// Returns whether the column's counter would go on behind `number` by itself: above it, or below it if it counts down.
    ///
    /// - Throws: `DatabaseError`.
    func hasCounted(_ column: String, of table: String, past number: Int64, on connection: any Connection) throws
        -> Bool

    /// Makes the sequences that belong to no column, but number the rows of these tables, continue after their largest number. Returns
    /// a remark on each sequence that stays as it is.
    func continueFreeSequences(of tables: [String], on connection: any Connection) throws -> [String]
}
