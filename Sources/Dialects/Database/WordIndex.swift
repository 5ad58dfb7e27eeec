/// An index over the words of a table's texts, which a script in a migration has made.
///
/// On SQLite it is the FTS5 table `TABLE_fts`, whose rowids are the values of the key. On PostgreSQL it is a GIN index over
/// `search_words(…)` of the columns, joined by spaces, where a NULL adds nothing.
///
/// With a ``scope``, the index also finds a row by whom it is for. On SQLite the scope's column stands behind the others in the
/// FTS5 table. On PostgreSQL its marks are joined to the words: `search_words(…) || string_to_array(scope, ' ')`.
public struct WordIndex: Sendable, Equatable {
    /// The table that holds the texts.
    public var table: String
    /// The integer column that is the table's primary key.
    public var key: String
    /// The columns with texts, in the order in which the index has them.
    public var columns: [String]
    /// The column that says whom a row is for: marks with a space between them. Each mark is `=` followed by letters or digits in
    /// lower case, so that none of them is a word.
    public var scope: String?

    /// Makes an index over these columns of a table.
    public init(_ table: String, key: String = "id", columns: [String], scope: String? = nil) {
        self.table = table
        self.key = key
        self.columns = columns
        self.scope = scope
    }
}
