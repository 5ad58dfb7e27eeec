/// An index over the words of a table's texts, which a migration has made by a script.
///
/// On SQLite it is the FTS5 table `TABLE_fts`, whose rows have the key's number; on PostgreSQL a GIN index over `search_words(…)` of
/// the columns, joined by spaces, with nothing for a NULL.
///
/// With a ``scope``, a row is found by whom it is for as well: on SQLite that column stands behind the others in the FTS5 table, on
/// PostgreSQL its marks are joined to the words: `search_words(…) || string_to_array(scope, ' ')`.
public struct WordIndex: Sendable, Equatable {
    /// The table that holds the texts.
    public var table: String
    /// The integer that is its primary key.
    public var key: String
    /// The columns with texts, in the order in which the index has them.
    public var columns: [String]
    /// The column that says whom a row is for: marks with a space between them, each `=` and letters or digits in lower case, so that
    /// none of them is a word.
    public var scope: String?

    /// The index over these columns of a table.
    public init(_ table: String, key: String = "id", columns: [String], scope: String? = nil) {
        self.table = table
        self.key = key
        self.columns = columns
        self.scope = scope
    }
}
