extension PostgreSQLDialect {
    /// Reads the bodies of the functions that triggers of the current schema run. PostgreSQL keeps them as they were written, and
    /// reads a name in them only when it runs them (https://www.postgresql.org/docs/current/plpgsql-implementation.html).
    ///
    /// - Throws: ``DatabaseError``.
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
    static func names(_ table: String, of schema: String, in body: String) -> Bool {
        let tokens = SQLToken.scan(body).filter { !$0.isBlank }
        let before = ["FROM", "JOIN", "INTO", "UPDATE", "ONLY", "TABLE", "TRUNCATE", "USING"]
        var lists = TableLists()
        for (at, token) in tokens.enumerated() {
            let last = at > 0 ? tokens[at - 1] : SQLToken(kind: .symbol, text: ";")
            let earlier = at > 1 ? tokens[at - 2] : nil
            if token.names(table) {
                let isCompared = last.isWord("FROM") && earlier?.isWord("DISTINCT") == true
                if before.contains(where: last.isWord) && !isCompared { return true }
                if last.isSymbol(",") || last.isWord("LOCK"), lists.isInside { return true }
                if last.isSymbol("."), earlier?.names(schema) == true { return true }
            }
            lists.take(token, after: last)
        }
        return false
    }
}

/// Follows a body to tell whether a comma stands between tables: in a list of them, at its own depth of parentheses.
private struct TableLists {
    fileprivate static let begins = ["FROM", "USING", "TABLE", "TRUNCATE"]
    fileprivate static let ends = [
        "WHERE", "GROUP", "ORDER", "HAVING", "WINDOW", "LIMIT", "OFFSET", "FETCH", "FOR", "RETURNING", "SELECT", "SET",
        "VALUES", "INSERT", "UPDATE", "UNION", "INTERSECT", "EXCEPT", "LOOP", "INTO",
    ]

    fileprivate struct Depth {
        var isInList = false
        /// The number of CASE expressions that are open.
        var cases = 0
    }

    /// What is open in each open parenthesis.
    private var depths = [Depth()]

    var isInside: Bool { depths.last?.isInList == true }

    mutating func take(_ token: SQLToken, after last: SQLToken) {
        if token.isSymbol("(") { return depths.append(Depth()) }
        if token.isSymbol(")") {
            if depths.count > 1 { depths.removeLast() }
            return
        }
        if token.isSymbol(";") { depths = [Depth()] }
        depths[depths.count - 1].take(token, after: last)
    }
}

extension TableLists.Depth {
    fileprivate mutating func take(_ token: SQLToken, after last: SQLToken) {
        if token.isWord("CASE") {
            if !last.isWord("END"), !beginsStatement(after: last) { cases += 1 }
        } else if token.isWord("END") {
            cases = max(0, cases - 1)
        } else if token.isWord("THEN") {
            // In a CASE expression it ends nothing.
            if cases == 0 { isInList = false }
        } else if token.isWord("LOCK") {
            // A column may be called so.
            if beginsStatement(after: last) { isInList = true }
        } else if TableLists.begins.contains(where: token.isWord) {
            // `IS DISTINCT FROM` compares.
            if !last.isWord("DISTINCT") { isInList = true }
        } else if TableLists.ends.contains(where: token.isWord) {
            isInList = false
        }
    }

    /// Whether what follows this token is a statement of PL/pgSQL, and no part of one.
    private func beginsStatement(after last: SQLToken) -> Bool {
        last.isSymbol(";") || ["BEGIN", "LOOP"].contains(where: last.isWord)
            || cases == 0 && ["THEN", "ELSE"].contains(where: last.isWord)
    }
}
