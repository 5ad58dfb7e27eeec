/// A full-text table of SQLite, which finds rows by their words.
package struct FullText: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        /// The text is kept in the table itself.
        case own
        /// The text belongs to another table; `key` is that table's column which the full-text table calls `rowid`.
        case table(String, key: String)
    }

    /// The ordinary table in which a full-text table stores its texts.
    package struct Storage: Sendable, Equatable {
        package var table: String
        /// The column of the row numbers.
        package var key: String
        /// The names of the storage table's columns, in the order of the full-text table's columns.
        package var columns: [String]
    }

    /// The column of the row numbers, which `*` does not show.
    package static let rowNumber = "rowid"

    package var name: String
    package var columns: [String]
    /// The columns whose words the index finds.
    package var indexed: [String]
    package var content: Content
    /// Whether the index stems words, so that English endings make no difference.
    package var stems: Bool
    /// Whether only its application has the tokenizer, which finds the words.
    package var hasOwnTokenizer = false
    /// The tables in which the full-text table keeps its index.
    package var shadowTables: [String] = []
    /// The triggers that pass writes to the other table on to the full-text table.
    package var triggers: [String] = []
    /// The storage table, which can be read even if the full-text table's tokenizer is missing; `nil` if it is not known.
    package var storage: Storage?

    /// The table in a form that any other database can have; `nil` if the text belongs to another table.
    package var table: Table? {
        switch content {
        case .table: return nil
        case .own:
            var table = Table(name: name)
            table.columns =
                [Column(Self.rowNumber, .bigint)]
                + columns.map { name in
                    // The values are kept as they are, whatever their type, and indexed as text.
                    var column = Column(name, .ownForm)
                    column.isNullable = true
                    return column
                }
            table.primaryKey = PrimaryKey([Self.rowNumber])
            return table
        }
    }
}
