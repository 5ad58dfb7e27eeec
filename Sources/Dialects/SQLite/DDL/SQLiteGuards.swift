extension SQLiteDialect {
    /// Triggers are all that SQLite has; a view of the table's name would be read instead of it.
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
