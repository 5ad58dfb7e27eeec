/// A migration's script that is run again in a scratch schema. It may reach nothing of the live schema, which stands behind the scratch
/// schema in the search path: a statement on a live table would lock it until the rollback, and `setval` is never rolled back
/// (https://www.postgresql.org/docs/current/functions-sequence.html).
struct PostgreSQLScratchScript {
    /// Errors that say that a function, an operator, a type or a view is not there: undefined_function, undefined_object, undefined_table.
    private static let unknown: Set<String> = ["42883", "42704", "42P01"]

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

    /// Runs the script without the live schema in its path. If a function, type or view is missing then, as one of an extension that
    /// stands in the live schema, the script is run again with that schema, and with its own relations hidden.
    ///
    /// - Throws: ``DatabaseError``, also for a script that names the live schema or may run a function that does.
    func run() throws(DatabaseError) {
        let others = path.dropFirst()
        guard let live = others.first(where: { !$0.hasPrefix("pg_") && $0 != "information_schema" }) else {
            return try execute()
        }
        try requireUnnamed(live)
        // The check of a body would lock the live tables that it reads.
        _ = try connection.query("SELECT set_config('check_function_bodies', 'off', true)")
        try connection.execute("SAVEPOINT tc_script")
        do throws(DatabaseError) {
            try search(path.filter { $0 != live })
            try execute()
        } catch {
            guard !connection.isLost, let code = error.code, Self.unknown.contains(code) else { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT tc_script")
            try requireUncalled(of: live, error)
            try runBeside(live, error)
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

    /// Runs the script with the live schema in its path. Each of its relations is hidden behind a type of the same name, which no
    /// statement takes for a table, sequence or index.
    private func runBeside(_ live: String, _ missing: DatabaseError) throws(DatabaseError) {
        let hidden = try relations(of: live)
        guard hidden.count <= Self.mostHidden else {
            let reason = "\(live) has \(hidden.count) relations, too many to hide them from the script"
            throw DatabaseError(
                .other, "\(missing.message), and \(reason)", code: missing.code,
                remedy: "put the extensions into a schema of their own")
        }
        let screen = PostgreSQLInspector.scratchPrefix + String(UInt64.random(in: .min ... .max), radix: 16)
        try connection.execute("CREATE SCHEMA \(identifier: screen)")
        let types = hidden.map { "CREATE TYPE \(SQLText.identifier(screen)).\(SQLText.identifier($0)) AS ()" }
        if !types.isEmpty { try connection.executeScript(types.joined(separator: ";\n")) }
        try search([path[0], screen] + path.dropFirst())
        do throws(DatabaseError) { try execute() } catch {
            guard error.code == "42809" else { throw error }
            throw DatabaseError(.other, "\(error.message): it is in the live schema alone", code: error.code)
        }
    }

    /// The largest number of relations that are hidden. Each takes a lock, and the server has room for some thousands in all.
    private static let mostHidden = 2_000

    /// Returns the live relations that are not in the scratch schema: all of them, as a script may put a name together; of the indexes,
    /// those that it mentions. The views of an extension stay in sight. Its tables and sequences do not, since a script could change them.
    private func relations(of live: String) throws(DatabaseError) -> [String] {
        let (here, there) = (SQLText.identifier(path[0]), SQLText.identifier(live))
        let rows = try connection.query(
            """
            SELECT c.relname::text, c.relkind IN ('i', 'I') FROM pg_class c
            WHERE c.relnamespace = \(there)::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I')
                AND NOT EXISTS (
                    SELECT FROM pg_class s WHERE s.relname = c.relname AND s.relnamespace = \(here)::regnamespace)
                AND NOT (c.relkind = 'v' AND EXISTS (
                    SELECT FROM pg_depend e
                    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'))
            """)
        let mentioned = Set(texts.flatMap { Self.tokens(of: $0, inStrings: true) }.compactMap(Self.catalogName))
        return rows.compactMap { row in
            guard let name = row[0].text, row[1].boolean != true || mentioned.contains(name) else { return nil }
            return name
        }
    }

    /// Throws the error if the script mentions a function of the live schema that no extension brought, before it has made one itself:
    /// it might write, whatever its name is. More functions of one name than the migrations have made are somebody's, too.
    private func requireUncalled(of live: String, _ missing: DatabaseError) throws(DatabaseError) {
        let own = Dictionary(grouping: try madeFunctions(), by: \.name)
        let mentioned = (texts + own.values.joined().map(\.body)).map { Self.tokens(of: $0, inStrings: true) }
        let names = Set(mentioned.joined().compactMap(Self.catalogName))
        for (name, count) in try functions(of: live) where names.contains(name) {
            var made = own[name]?.count ?? 0
            for tokens in mentioned {
                for at in tokens.indices where Self.catalogName(tokens[at]) == name {
                    if Self.isCreated(at, tokens) { made += 1 } else if made == 0 { throw missing }
                }
            }
            guard made >= count else { throw missing }
        }
    }

    /// Returns how many functions of each name the live schema has that no extension brought.
    private func functions(of live: String) throws(DatabaseError) -> [(name: String, count: Int64)] {
        let rows = try connection.query(
            """
            SELECT p.proname::text, count(*) FROM pg_proc p
            WHERE p.pronamespace = \(SQLText.identifier(live))::regnamespace AND NOT EXISTS (
                SELECT FROM pg_depend e
                WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
            GROUP BY 1
            """)
        return rows.map { ($0[0].text ?? "", $0[1].integer ?? 0) }
    }

    /// Returns the functions that earlier scripts have made in the scratch schema.
    private func madeFunctions() throws(DatabaseError) -> [MadeFunction] {
        let rows = try connection.query(
            """
            SELECT p.proname::text, p.prosrc, array_to_string(p.proconfig, '; ') FROM pg_proc p
            WHERE p.pronamespace = \(SQLText.identifier(path[0]))::regnamespace
            """)
        return rows.map { MadeFunction(name: $0[0].text ?? "", body: $0[1].text ?? "", settings: $0[2].text ?? "") }
    }
}

/// A function in the scratch schema, with its settings as `search_path=a, b`.
private struct MadeFunction {
    var name: String
    var body: String
    var settings: String
}

extension PostgreSQLScratchScript {
    /// Throws if a statement reaches the live schema, or may run a function that does. A function that is only defined reaches nothing.
    private func requireUnnamed(_ live: String) throws(DatabaseError) {
        let statements = texts.flatMap { ScriptReader.statements(of: $0, .postgresql) }
        var reaching = try madeFunctions().first { function in
            [function.body, function.settings].contains { Self.reaches(live, Self.tokens(of: $0, inStrings: true)) }
        }?.name
        for statement in statements {
            let isDefinition = statement.isDefinition
            let outer = Self.tokens(of: statement.text, inStrings: false)
            let isReaching = Self.reaches(live, Self.tokens(of: statement.text, inStrings: true))
            guard !Self.isPlace(live, outer), isDefinition || !isReaching else {
                let reason = "\(statement.place) names the schema \(live) itself, or searches it"
                throw DatabaseError(.other, reason, statement: statement.text)
            }
            if isDefinition, isReaching { reaching = statement.routine }
        }
        guard let reaching, let acting = statements.first(where: { !$0.onlyDeclares }) else { return }
        let reason = "\(acting.place) may run the function \(reaching), which names the schema \(live)"
        throw DatabaseError(.other, reason, statement: acting.text)
    }

    private static func reaches(_ live: String, _ tokens: [SQLToken]) -> Bool {
        isPlace(live, tokens) || searches(live, tokens)
    }

    /// Whether the schema is named as the place of an object.
    private static func isPlace(_ live: String, _ tokens: [SQLToken]) -> Bool {
        tokens.indices.dropLast(2).contains { at in
            tokens[at].names(live) && tokens[at + 1].isSymbol(".") && tokens[at + 2].name != nil
        }
    }

    /// Whether a search path is set in which the schema stands, or may stand: the session's own one comes back with `RESET`, with
    /// `DEFAULT`, and with NULL for `set_config`. `PUBLIC` elsewhere is everybody, as in `REVOKE … FROM PUBLIC`.
    private static func searches(_ live: String, _ tokens: [SQLToken]) -> Bool {
        if tokens.first?.isWord("SET") == true, tokens.contains(where: { $0.names(live) }) { return true }
        return tokens.indices.contains { at in
            let before = at > 0 ? tokens[at - 1] : nil
            if before?.isWord("RESET") == true, tokens[at].isWord("ALL") { return true }
            let isSet = before?.isWord("SET") == true || before?.isWord("LOCAL") == true
            guard tokens[at].isWord("SEARCH_PATH") || isSet && tokens[at].isWord("SCHEMA") else { return false }
            if before?.isWord("RESET") == true { return true }
            // A function's body follows its settings.
            let value = tokens[at...].prefix { !$0.isSymbol(";") && !(isSet && $0.isWord("AS")) }
            if value.dropFirst().first?.isSymbol(",") == true, value.dropFirst(2).first?.isWord("NULL") == true {
                return true
            }
            return value.contains { $0.names(live) || $0.isWord("DEFAULT") || $0.name == "$user" }
        }
    }

    /// Whether the token is the name of a function that is created here.
    private static func isCreated(_ at: Int, _ tokens: [SQLToken]) -> Bool {
        let kinds = ["FUNCTION", "PROCEDURE", "AGGREGATE"]
        guard at > 1, kinds.contains(where: tokens[at - 1].isWord) else { return false }
        return tokens[at - 2].isWord("CREATE") || tokens[at - 2].isWord("REPLACE")
    }

    /// Returns the name that the token stands for, as the catalog writes it.
    private static func catalogName(_ token: SQLToken) -> String? {
        token.kind == .word ? SQLName.folded(token.text) : token.name
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

    /// The name of the function that the statement defines.
    fileprivate var routine: String {
        let name = tokens.drop { !$0.isWord("FUNCTION") && !$0.isWord("PROCEDURE") }.dropFirst().first
        return name?.name ?? ""
    }

    /// Whether the statement declares something and runs no function: it fires no trigger and computes no value.
    fileprivate var onlyDeclares: Bool {
        if isDefinition { return true }
        let isWhole = !tokens.contains { $0.isSymbol("(") || $0.isSymbol(",") }
        switch word(0) {
        case "COMMENT", "GRANT", "REVOKE", "DROP": return true
        case "CREATE":
            let what = tokens.dropFirst().first { token in
                !["OR", "REPLACE", "CONSTRAINT"].contains(where: token.isWord)
            }
            return ["TRIGGER", "VIEW", "POLICY", "TYPE", "SEQUENCE"].contains { what?.isWord($0) == true }
        case "ALTER": return isWhole && word(1) == "TABLE" && (has(word: "ENABLE") || has(word: "DISABLE"))
        default: return false
        }
    }
}
