/// A row whose foreign key refers to a row that does not exist.
public struct ForeignKeyViolation: Sendable, Hashable {
    /// The table that holds the row.
    public var table: String
    /// The rowid of the row in the child table, if it has one.
    public var row: Int64?
    /// The table that the key refers to.
    public var parent: String
    /// The columns of the foreign key; empty if SQLite can't check the table's keys, because one refers to columns that are no key
    /// of their table. The value then stands for all rows of the table.
    public var columns: [String]
    /// The values of those columns; empty if the row has no rowid to find it by.
    public var values: [Value]

    package init(table: String, row: Int64?, parent: String, columns: [String], values: [Value] = []) {
        self.table = table
        self.row = row
        self.parent = parent
        self.columns = columns
        self.values = values
    }
}
