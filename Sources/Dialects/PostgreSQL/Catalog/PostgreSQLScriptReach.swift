// What of the live schema a script reaches that is run again in a scratch schema, by its words.

/// A function in the scratch schema, with its settings as `search_path=a, b`.
struct MadeFunction {
    var name: String
    var body: String
    var settings: String
}

extension [MadeFunction] {
    /// Returns the first function for which `reached` names a schema, and that schema.
    fileprivate func firstReaching(
        _ reached: (MadeFunction) throws(DatabaseError) -> String?
    ) throws(DatabaseError) -> (routine: String, schema: String)? {
        for function in self {
            if let schema = try reached(function) { return (function.name, schema) }
        }
        return nil
    }
}

extension PostgreSQLScratchScript {
    /// Throws if a statement reaches a live schema, or may run a function that does. A function that is only defined reaches nothing, nor
    /// does one that a trigger or policy is to call.
    func requireUnnamed() throws(DatabaseError) {
        let statements = texts.flatMap { ScriptReader.statements(of: $0, .postgresql) }
        var reaching = try madeFunctions().firstReaching { function throws(DatabaseError) in
            for text in [function.body, function.settings] {
                if let schema = try reached(by: Self.tokens(of: text, inStrings: true)) { return schema }
            }
            return nil
        }
        for statement in statements {
            let outer = try mention(in: Self.tokens(of: statement.text, inStrings: false))
            let inner = try reached(by: Self.tokens(of: statement.text, inStrings: true))
            let isBound = statement.bindsFunction && outer?.isCall == true
            if let schema = isBound ? nil : outer?.schema ?? (statement.isDefinition ? nil : inner) {
                let reason = "\(statement.place) names the schema \(schema) itself, or searches it"
                throw DatabaseError(.other, reason, statement: statement.text)
            }
            if let inner { reaching = (statement.isDefinition ? statement.routine : outer?.name ?? "", inner) }
        }
        guard let reaching, let acting = statements.first(where: { !$0.onlyDeclares }) else { return }
        let (routine, schema) = reaching
        let reason = "\(acting.place) may run the function \(routine), which is in the schema \(schema) or names it"
        throw DatabaseError(.other, reason, statement: acting.text)
    }

    /// Returns the live schema that the token names.
    private func named(_ token: SQLToken) -> String? {
        guard let name = Self.catalogName(token), live.contains(name), token.names(name) else { return nil }
        return name
    }

    private func reached(by tokens: [SQLToken]) throws(DatabaseError) -> String? {
        try mention(in: tokens)?.schema ?? searched(by: tokens)
    }

    /// Returns the first object of a live schema that is named with its schema. Only of the target does each such name count:
    /// elsewhere `orders.total` is a column more often than an object of a schema that has the name of a table.
    private func mention(
        in tokens: [SQLToken]
    ) throws(DatabaseError) -> (schema: String, name: String, isCall: Bool)? {
        for at in tokens.indices.dropLast(2) where tokens[at + 1].isSymbol(".") {
            guard let schema = named(tokens[at]), tokens[at + 2].name != nil,
                let name = Self.catalogName(tokens[at + 2])
            else { continue }
            if schema != target, try !holds(name, in: schema) { continue }
            return (schema, name, at + 3 < tokens.count && tokens[at + 3].isSymbol("("))
        }
        return nil
    }

    /// Returns whether the schema has a relation of this name, or a function that no extension brought. An extension's views and functions
    /// change nothing.
    private func holds(_ name: String, in schema: String) throws(DatabaseError) -> Bool {
        let found: SQL = """
            SELECT EXISTS (
                SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = \(schema) AND c.relname = \(name) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
                    AND NOT (c.relkind = 'v' AND EXISTS (
                        SELECT FROM pg_depend e
                        WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')))
            OR EXISTS (
                SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE n.nspname = \(schema) AND p.proname = \(name) AND NOT EXISTS (
                    SELECT FROM pg_depend e
                    WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i')))
            """
        return try connection.queryValue(found)?.boolean ?? true
    }

    /// Returns the live schema that stands in a search path which is set, or may stand there: the session's own one comes back with
    /// `RESET`, with `DEFAULT`, and with NULL for `set_config`. `PUBLIC` elsewhere is everybody, as in `REVOKE … FROM PUBLIC`.
    private func searched(by tokens: [SQLToken]) -> String? {
        let usual = target ?? "of the session"
        for at in tokens.indices {
            let before = at > 0 ? tokens[at - 1] : nil
            if before?.isWord("RESET") == true, tokens[at].isWord("ALL") { return usual }
            let isSet = ["SET", "LOCAL", "SESSION"].contains { before?.isWord($0) == true }
            guard tokens[at].isWord("SEARCH_PATH") || isSet && tokens[at].isWord("SCHEMA") else { continue }
            if before?.isWord("RESET") == true { return usual }
            // A function's body follows its settings.
            let value = tokens[at...].prefix { !$0.isSymbol(";") && !(isSet && $0.isWord("AS")) }
            if value.dropFirst().first?.isSymbol(",") == true, value.dropFirst(2).first?.isWord("NULL") == true {
                return usual
            }
            if let name = value.lazy.compactMap({ named($0) }).first { return name }
            if value.contains(where: { $0.isWord("DEFAULT") || $0.name == "$user" }) { return usual }
        }
        return nil
    }

    /// Whether the token is the name of a function that is created here.
    static func isCreated(_ at: Int, _ tokens: [SQLToken]) -> Bool {
        let kinds = ["FUNCTION", "PROCEDURE", "AGGREGATE"]
        guard at > 1, kinds.contains(where: tokens[at - 1].isWord) else { return false }
        return tokens[at - 2].isWord("CREATE") || tokens[at - 2].isWord("REPLACE")
    }

    /// Returns the name that the token stands for, as the catalog writes it.
    static func catalogName(_ token: SQLToken) -> String? {
        token.kind == .word ? SQLName.folded(token.text) : token.name
    }

    /// Returns the tokens of a text without blanks and, with `inStrings`, those inside of its strings in their place: code that `DO` runs,
    /// and names that functions find objects by.
    static func tokens(of text: String, inStrings: Bool) -> [SQLToken] {
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

    /// Whether the statement names a function for later: a trigger's, or one of a policy's conditions.
    fileprivate var bindsFunction: Bool {
        word(0) == "CREATE" && tokens.dropFirst().prefix(4).contains { $0.isWord("TRIGGER") || $0.isWord("POLICY") }
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
