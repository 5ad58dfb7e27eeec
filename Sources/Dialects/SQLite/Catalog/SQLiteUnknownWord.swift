extension ColumnType {
    /// The word of a declared type that SQLite does not know, in upper case and without arguments: `DATETIME2`. `nil` for any other type.
    package var unknownWord: String? {
        guard case .native(let sqlite, _) = self, !sqlite.isEmpty else { return nil }
        return SQLiteTypeName(sqlite).base
    }

    /// Whether SQLite does not know the type's word, and so takes the column for one of numbers, as `SECONDS`
    /// (https://www.sqlite.org/datatype3.html, section 3.1). Columns that are called STRING or ANY hold texts, too.
    package var isUnknownWordForNumbers: Bool {
        guard case .native(let sqlite, _) = self else { return false }
        let name = SQLiteTypeName(sqlite)
        return name.affinity == .numeric && !["STRING", "ANY"].contains(name.base)
    }
}
