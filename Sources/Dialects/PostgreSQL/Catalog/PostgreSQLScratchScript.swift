/// A migration's script that is run again in a scratch schema. It may reach nothing of the live schema, which stands behind the scratch
/// schema in the search path: a statement on a live table would lock it until the rollback, and `setval` is never rolled back
/// (https://www.postgresql.org/docs/current/functions-sequence.html).
struct PostgreSQLScratchScript {
    /// Errors that say that a function, an operator or a type is not there: undefined_function and undefined_object.
    private static let unknown: Set<String> = ["42883", "42704"]

    private let texts: [String]
    private let connection: any Connection
    /// The schemas in which the script finds its names, in order; the first one is the scratch schema.
    private let path: [String]

    init(_ texts: [String], on connection: any Connection) throws(DatabaseError) {
        self.texts = texts
        self.connection = connection
        path = try connection.query("SELECT unnest(current_schemas(false))::text").compactMap { $0[0].text }
            .filter { !$0.hasPrefix("pg_temp") }
    }

    /// Runs the script without the live schema in its path. If a function or type is missing then, as one of an extension that stands
    /// in the live schema, the script is run again with that schema, and with its tables hidden.
    ///
    /// - Throws: ``DatabaseError``, also for a script that names the live schema.
    func run() throws(DatabaseError) {
        let others = path.dropFirst()
        guard let live = others.first(where: { !$0.hasPrefix("pg_") && $0 != "information_schema" }) else {
            return try execute()
        }
        try requireUnnamed(live)
        try connection.execute("SAVEPOINT tc_script")
        do throws(DatabaseError) {
            try search(path.filter { $0 != live })
            try execute()
        } catch {
            guard !connection.isLost, let code = error.code, Self.unknown.contains(code) else { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT tc_script")
            try runBeside(live)
        }
        try connection.execute("RELEASE SAVEPOINT tc_script")
    }

    private func execute() throws(DatabaseError) {
        for text in texts { try connection.executeScript(text) }
    }

    private func search(_ schemas: [String]) throws(DatabaseError) {
        let text = SQLText.identifiers(schemas + ["pg_temp"])
        _ = try connection.query("SELECT set_config('search_path', \(text), true)")
    }

    /// Runs the script with the live schema in its path. Each of its relations that the script mentions is hidden behind a type of the same
    /// name, which no statement takes for a table or a sequence.
    private func runBeside(_ live: String) throws(DatabaseError) {
        let screen = PostgreSQLInspector.scratchPrefix + String(UInt64.random(in: .min ... .max), radix: 16)
        try connection.execute("CREATE SCHEMA \(identifier: screen)")
        for name in try relations(of: live) {
            try connection.execute("CREATE TYPE \(identifier: screen).\(identifier: name) AS ()")
        }
        try search([path[0], screen] + path.dropFirst())
        do throws(DatabaseError) { try execute() } catch {
            guard error.code == "42809" else { throw error }
            throw DatabaseError(.other, "\(error.message): it is in the live schema alone", code: error.code)
        }
    }

    /// Returns the live relations that the script mentions and that are not in the scratch schema.
    private func relations(of live: String) throws(DatabaseError) -> [String] {
        let (here, there) = (SQLText.identifier(path[0]), SQLText.identifier(live))
        let rows = try connection.query(
            """
            SELECT c.relname::text FROM pg_class c
            WHERE c.relnamespace = \(there)::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
                AND NOT EXISTS (
                    SELECT FROM pg_class s WHERE s.relname = c.relname AND s.relnamespace = \(here)::regnamespace)
            """)
        let mentioned = Set(
            texts.flatMap { Self.tokens(of: $0, inStrings: true) }.compactMap { token in
                token.kind == .word ? SQLName.folded(token.text) : token.name
            })
        return rows.compactMap { $0[0].text }.filter(mentioned.contains)
    }
}

extension PostgreSQLScratchScript {
    /// Throws if a statement names the live schema, as the place of an object or as one to search.
    private func requireUnnamed(_ live: String) throws(DatabaseError) {
        for statement in texts.flatMap({ ScriptReader.statements(of: $0, .postgresql) }) {
            let tokens = Self.tokens(of: statement.text, inStrings: !statement.isDefinition)
            let isPlace = tokens.indices.dropLast(2).contains { at in
                tokens[at].names(live) && tokens[at + 1].isSymbol(".") && tokens[at + 2].name != nil
            }
            guard isPlace || !statement.isDefinition && Self.searches(live, tokens) else { continue }
            throw DatabaseError(.other, "\(statement.place) names the schema \(live) itself", statement: statement.text)
        }
    }

    /// Whether a search path is set in which the schema stands. `PUBLIC` elsewhere is everybody, as in `REVOKE … FROM PUBLIC`.
    private static func searches(_ live: String, _ tokens: [SQLToken]) -> Bool {
        if tokens.first?.isWord("SET") == true, tokens.contains(where: { $0.names(live) }) { return true }
        return tokens.indices.contains { at in
            tokens[at].isWord("SEARCH_PATH")
                && tokens[at...].prefix { !$0.isSymbol(";") }.contains { $0.names(live) }
        }
    }

    /// Returns the tokens of a text without blanks and, with `inStrings`, those inside of its strings in their place: code that `DO` runs,
    /// and names that functions find objects by.
    private static func tokens(of text: String, inStrings: Bool) -> [SQLToken] {
        SQLToken.scan(text).flatMap { token -> [SQLToken] in
            if token.isBlank { return [] }
            guard inStrings, token.kind == .string else { return [token] }
            return tokens(of: inside(token.text), inStrings: true)
        }
    }

    private static func inside(_ string: String) -> String {
        if string.hasSuffix("'"), let quote = string.firstIndex(of: "'") {
            return SQLText.unquoted(String(string[quote...]), doubled: "'")
        }
        guard string.first == "$", let end = string.dropFirst().firstIndex(of: "$") else { return "" }
        let tag = string[...end]
        return String(string.dropFirst(tag.count).dropLast(tag.count))
    }
}

extension ScriptStatement {
    /// Whether the strings of the statement are kept and not run: those of a function's definition, and of its settings.
    fileprivate var isDefinition: Bool {
        let isRoutine = tokens.prefix(4).contains { $0.isWord("FUNCTION") || $0.isWord("PROCEDURE") }
        return isRoutine && (word(0) == "CREATE" || word(0) == "ALTER")
    }
}
