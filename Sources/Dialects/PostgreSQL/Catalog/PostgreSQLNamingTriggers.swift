extension PostgreSQLDialect {
    /// Reads the bodies of the functions that triggers of the current schema run. PostgreSQL keeps them as they were written, and
    /// reads a name in them only when it runs them (https://www.postgresql.org/docs/current/plpgsql-implementation.html).
    public func triggers(naming table: String, on connection: any Connection) throws(DatabaseError) -> [NamingTrigger] {
        let rows = try connection.query(
            """
            SELECT t.tgname, c.relname, p.proname, p.prosrc
            FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
                JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
            WHERE l.lanname NOT IN ('internal', 'c') AND \(PostgreSQLCatalogScope.whole.relations)
            ORDER BY c.relname, t.tgname
            """)
        return rows.filter { Self.names(table, as: $0[3].text ?? "") }.map { row in
            NamingTrigger(name: row[0].text ?? "", table: row[1].text ?? "", function: row[2].text ?? "")
        }
    }

    /// Returns whether a body names the table where a statement names one. `new.name` is a column.
    private static func names(_ table: String, as body: String) -> Bool {
        let tokens = SQLToken.scan(body).filter { !$0.isBlank }
        let before = ["FROM", "JOIN", "INTO", "UPDATE", "ONLY", "TABLE", "TRUNCATE", "USING"]
        return tokens.indices.dropFirst().contains { at in
            guard tokens[at].names(table) else { return false }
            let last = tokens[at - 1]
            if before.contains(where: last.isWord) || last.isSymbol(",") { return true }
            guard last.isSymbol("."), at > 1 else { return false }
            return !tokens[at - 2].isWord("NEW") && !tokens[at - 2].isWord("OLD")
        }
    }
}
