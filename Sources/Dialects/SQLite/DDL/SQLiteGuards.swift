extension SQLiteDialect {
    /// Returns the query for the objects that stand between a writer and the table. SQLite has only triggers of that kind; in
    /// addition, a view of the table's name would be read instead of the table.
    public func guards(on table: String) -> SQL {
        """
        SELECT 'trigger', name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = \(table) COLLATE NOCASE \
        UNION ALL SELECT 'trigger', name, 'TEMP ' || sql FROM sqlite_temp_schema \
        WHERE type = 'trigger' AND tbl_name = \(table) COLLATE NOCASE \
        UNION ALL SELECT 'storage', name, 'is a view' FROM sqlite_schema \
        WHERE type = 'view' AND name = \(table) COLLATE NOCASE
        """
    }
}
