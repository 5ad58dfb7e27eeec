extension PostgreSQLDialect {
    /// Reads the bodies of the functions that triggers of the current schema run. PostgreSQL keeps them as they were written, and
    /// reads a name in them only when it runs them (https://www.postgresql.org/docs/current/plpgsql-implementation.html).
    public func triggers(naming table: String, on connection: any Connection) throws(DatabaseError) -> [NamingTrigger] {
        let rows = try connection.query(
            """
            SELECT t.tgname, c.relname, p.proname, p.prosrc, current_schema()::text
            FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
                JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
            WHERE l.lanname NOT IN ('internal', 'c') AND \(PostgreSQLCatalogScope.whole.relations)
            ORDER BY c.relname, t.tgname
            """)
        return rows.filter { Self.names(table, of: $0[4].text ?? "", in: $0[3].text ?? "") }.map { row in
            NamingTrigger(name: row[0].text ?? "", table: row[1].text ?? "", function: row[2].text ?? "")
        }
    }

    /// Returns whether a body names the table where a statement names one. In `INSERT INTO t (a, b)`, `new.b` and `rec.b` a column is named.
    private static func names(_ table: String, of schema: String, in body: String) -> Bool {
        let tokens = SQLToken.scan(body).filter { !$0.isBlank }
        let before = ["FROM", "JOIN", "INTO", "UPDATE", "ONLY", "TABLE", "TRUNCATE", "USING"]
        var lists = TableLists()
        for (at, token) in tokens.enumerated() {
            let last = at > 0 ? tokens[at - 1] : SQLToken(kind: .symbol, text: ";")
            let earlier = at > 1 ? tokens[at - 2] : nil
            if token.names(table) {
                let isCompared = last.isWord("FROM") && earlier?.isWord("DISTINCT") == true
                if before.contains(where: last.isWord) && !isCompared { return true }
                if last.isSymbol(","), lists.isInside { return true }
                if last.isSymbol("."), earlier?.names(schema) == true { return true }
            }
            lists.take(token, after: last)
        }
        return false
    }
}

/// Follows a body to tell whether a comma stands between tables: in a list of them, at its own depth of parentheses.
private struct TableLists {
    private static let begins = ["FROM", "USING", "TABLE", "TRUNCATE"]
    private static let ends = [
        "WHERE", "GROUP", "ORDER", "HAVING", "WINDOW", "LIMIT", "OFFSET", "FETCH", "FOR", "RETURNING", "SELECT", "SET",
        "VALUES", "INSERT", "UPDATE", "UNION", "INTERSECT", "EXCEPT", "LOOP", "THEN", "INTO",
    ]

    /// Whether a list is open, for each open parenthesis.
    private var depths = [false]

    var isInside: Bool { depths.last == true }

    mutating func take(_ token: SQLToken, after last: SQLToken) {
        if token.isSymbol("(") { return depths.append(false) }
        if token.isSymbol(")") {
            if depths.count > 1 { depths.removeLast() }
            return
        }
        if token.isSymbol(";") { depths = [false] }
        if Self.begins.contains(where: token.isWord) {
            // `IS DISTINCT FROM` compares.
            if !last.isWord("DISTINCT") { depths[depths.count - 1] = true }
        } else if Self.ends.contains(where: token.isWord) {
            depths[depths.count - 1] = false
        }
    }
}
