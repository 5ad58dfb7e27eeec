/// The definition of a view, read from the text of `CREATE VIEW` (https://www.sqlite.org/lang_createview.html).
enum SQLiteViewDefinition {
    /// Returns the view's query. If the view names its columns in a list, the query is wrapped so that it names them itself.
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

/// The event of a trigger, read from the text of `CREATE TRIGGER` (https://www.sqlite.org/lang_createtrigger.html).
enum SQLiteTriggerDefinition {
    /// Returns the event, such as `AFTER UPDATE OF a, b ON t`; `nil` if the text is not a `CREATE TRIGGER`.
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
