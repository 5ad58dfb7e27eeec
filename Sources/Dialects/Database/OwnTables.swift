/// The toolkit's own tables. They stand in the same database as the schema, but are no part of it.
package enum OwnTables {
    package static let names = Set(columns.keys)

    /// Columns of each table that tell it from another program's table of the same name.
    private static let columns: [String: Set<String>] = [
        "tc_migrations": ["position", "id", "checksum", "operations"],
        "tc_transfers": ["id", "source", "fingerprint", "plan", "state"],
        "tc_transfer_chunks": ["transfer_id", "kind", "table_name", "piece"],
        "tc_filling": ["name", "rows", "source", "made_at"],
        "tc_quarantine": ["source_table", "row_key", "reason"],
    ]

    /// Returns the omission of another program's table that has the name of one of these; `nil` for any other table.
    ///
    /// - Parameter columns: The names of the table's columns.
    static func foreign(_ name: String, columns found: [String]) -> Omission? {
        guard let own = columns[name], !own.isSubset(of: found) else { return nil }
        return Omission(
            .table, name,
            reason: "another program's table has the name of one of this program's own; rename it to take it along")
    }
}
