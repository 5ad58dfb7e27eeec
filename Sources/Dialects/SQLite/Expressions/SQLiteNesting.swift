/// Finds expressions that SQLite's parser, whose stack holds a hundred symbols, can't read
/// (https://www.sqlite.org/limits.html, "Maximum Depth Of An Expression Tree").
enum SQLiteNesting {
    /// Returns the expression, which stands in a table's definition.
    ///
    /// - Throws: `Untranslatable` if it is nested too deeply for SQLite.
    static func readable(_ sql: String) throws(Untranslatable) -> String {
        guard depth(of: sql) > 12 else { return sql }
        let table = "CREATE TABLE nesting (a, b DEFAULT (\(sql)), c AS (\(sql)), CHECK (\(sql)))"
        // Any other error is about the names, which mean nothing here.
        do { _ = try SQLiteInspector.withScratch { try $0.execute(SQL(trusted: table)) } } catch {
            let message = (error as? DatabaseError)?.message ?? ""
            guard !["stack overflow", "too large"].contains(where: message.contains) else {
                throw Untranslatable("it is nested too deeply for SQLite")
            }
        }
        return sql
    }

    /// The most parentheses and CASEs that are open at one place.
    private static func depth(of sql: String) -> Int {
        var (depth, deepest) = (0, 0)
        for token in SQLToken.scan(sql) {
            if token.isSymbol("(") || token.isWord("CASE") { depth += 1 }
            if token.isSymbol(")") || token.isWord("END") { depth -= 1 }
            deepest = max(deepest, depth)
        }
        return deepest
    }
}
