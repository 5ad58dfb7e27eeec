/// An R-tree of SQLite, which finds the ranges that overlap others.
package struct RangeTable: Sendable, Equatable {
    /// The table in a form that any other database can have.
    package var table: Table
    /// The tables in which it keeps its rows.
    package var shadowTables: [String]
}
