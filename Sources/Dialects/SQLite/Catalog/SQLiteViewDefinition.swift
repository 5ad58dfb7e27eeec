/// What a view is, read from the text of `CREATE VIEW` (https://www.sqlite.org/lang_createview.html).
enum SQLiteViewDefinition {
    /// The query; where the view names its columns in a list, the query is wrapped so that it does it by itself.
    static func query(of text: String, view: String) -> String? {
        var cursor = SQLiteTokenCursor(text)
        guard cursor.take(word: "CREATE") else { return nil }
        cursor.skip { $0.isWord("VIEW") }
        guard cursor.take(word: "VIEW"), cursor.takeName() != nil else { return nil }
        let columns = cursor.takeParenthesized()
        guard cursor.take(word: "AS") else { return nil }
        let start = cursor.at
        cursor.skip { $0.isSymbol(";") }
        let query = cursor.text(from: start)
        guard let columns else { return query }
        let name = SQLText.identifier(view)
        return "WITH \(name)(\(columns)) AS (\(query)) SELECT * FROM \(name)"
    }
}

/// When a trigger runs, read from the text of `CREATE TRIGGER` (https://www.sqlite.org/lang_createtrigger.html).
enum SQLiteTriggerDefinition {
    /// `AFTER UPDATE OF a, b ON t`; `nil` if the text is no `CREATE TRIGGER`.
    static func event(of text: String) -> String? {
        var cursor = SQLiteTokenCursor(text)
        guard cursor.take(word: "CREATE") else { return nil }
        cursor.skip { $0.isWord("TRIGGER") }
        guard cursor.take(word: "TRIGGER"), cursor.takeName() != nil else { return nil }
        let start = cursor.at
        cursor.skip { $0.isWord("FOR") || $0.isWord("WHEN") || $0.isWord("BEGIN") }
        return SQLToken.scan(cursor.text(from: start)).map { $0.isBlank ? " " : $0.text }.joined()
    }
}
