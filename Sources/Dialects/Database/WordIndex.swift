/// An index over the words of a table's texts, which a migration has made by a script.
///
/// On SQLite it is the FTS5 table `TABLE_fts`, whose rows have the key's number; on PostgreSQL a GIN index over `search_words(…)` of
/// the columns, joined by spaces, with nothing for a NULL.
public struct WordIndex: Sendable, Equatable {
    /// The table that holds the texts.
    public var table: String
    /// The integer that is its primary key.
    public var key: String
    /// The columns with texts, in the order in which the index has them.
    public var columns: [String]

    /// The index over these columns of a table.
    public init(_ table: String, key: String = "id", columns: [String]) {
        self.table = table
        self.key = key
        self.columns = columns
    }
}
