// What keeps this program from writing into an application's own tables.

extension SQLiteDialect {
    /// Prepares an INSERT, for which SQLite needs the functions and collations of the table's indexes, checks and computed columns
    /// (https://www.sqlite.org/appfunc.html). A trigger that needs one is no obstacle, because a transfer sets triggers aside. Where a connection
    /// only reads, a collation is none either (`standInForCollations`), and SQLite compiles no check.
    package func obstacle(
        toWriting columns: [String], into table: String, on connection: any Connection
    ) throws -> Omission? {
        let failure: DatabaseError
        do throws(DatabaseError) {
            try connection.copyIn(table: table, columns: columns, types: columns.map { _ in ColumnType.text }).cancel()
            return nil
        } catch {
            guard error.kind == .syntax || error.kind == .other else { throw error }
            failure = error
        }
        guard let word = Self.missingWord(in: failure.message) else { return nil }
        let texts = try connection.query(
            """
            SELECT type, name, sql FROM sqlite_schema
            WHERE tbl_name = \(table) COLLATE NOCASE AND type IN ('index', 'table') AND sql IS NOT NULL ORDER BY type, rowid
            """)
        for row in texts {
            guard let name = row[1].text, let text = row[2].text, Self.says(word, text) else { continue }
            if row[0].text == "index" { return Omission(.index, name, reason: failure.message, of: table) }
            guard let part = Self.part(of: text, saying: word) else { return nil }
            return Omission(part.kind, part.name, reason: failure.message, of: table)
        }
        return nil
    }

    /// Returns the check or column of a table's text that says the word.
    private static func part(of text: String, saying word: String) -> (kind: Omission.Kind, name: String)? {
        guard let definition = SQLiteDDLParser.parse(text) else { return nil }
        if let check = definition.checks.first(where: { says(word, $0.expression) }) {
            return (kind: .constraint, name: check.name ?? "CHECK (\(check.expression))")
        }
        return definition.columns.first { says(word, $0.text) }.map { (kind: .column, name: $0.name) }
    }

    private static func says(_ word: String, _ text: String) -> Bool {
        SQLToken.isWhole(SQLName.folded(word), in: SQLName.folded(text))
    }

    /// Returns the name in `unknown function: f()` and `no such collation sequence: c`; SQLite's messages are not translated.
    private static func missingWord(in message: String) -> String? {
        for start in ["unknown function: ", "no such collation sequence: "] where message.hasPrefix(start) {
            let word = message.dropFirst(start.count)
            return String(word.hasSuffix("()") ? word.dropLast(2) : word)
        }
        return nil
    }
}
