extension PostgreSQLDialect {
    /// The server goes by the same right of an owner's members when it is asked to alter a table.
    package func tablesOfOthers(among tables: [String], on connection: any Connection) throws -> [String] {
        let found = try connection.query(
            """
            SELECT c.relname FROM pg_class c
            WHERE c.relkind IN ('r', 'p') AND \(PostgreSQLCatalogScope.whole.relations) AND NOT pg_has_role(c.relowner, 'USAGE')
            ORDER BY c.relname
            """)
        return found.compactMap { $0[0].text }.filter(Set(tables).contains)
    }
}
