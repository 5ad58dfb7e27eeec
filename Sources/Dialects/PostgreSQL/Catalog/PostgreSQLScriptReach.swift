// What a script that is run again in a scratch schema reaches in the live schemas, judged by its text.

/// Something live that a text reaches, or may reach.
enum ScriptReach {
    /// An object of a schema that the text names, or a schema that it searches.
    case schema(String)
    /// A function that somebody has made in a further schema of the search path.
    case function(String)
    /// Any sequence, since the text says by no name which one.
    case anySequence
    /// Any schema, by statements that the text puts together.
    case anySchema

    /// Says what a statement does that reaches it.
    fileprivate var ofStatement: String {
        switch self {
        case .schema(let schema): "names the schema \(schema) itself, or searches it"
        case .function(let name): "may run \(name), a function that no migration has made"
        case .anySequence: "calls setval or nextval without the name of the sequence"
        case .anySchema: "runs statements that it puts together, which may name a live schema"
        }
    }

    /// Says of a function what it does.
    fileprivate var ofFunction: String {
        switch self {
        case .schema(let schema): "is in the schema \(schema) or names it"
        case .function(let name): "is one that no migration has made, or runs one: \(name)"
        case .anySequence, .anySchema: ofStatement
        }
    }
}

extension PostgreSQLScratchScript {
    /// Throws if a statement reaches something live, or may run a function that does. A function that is only defined reaches nothing, nor
    /// does one that a trigger or policy is to call.
    func requireUnnamed() throws(DatabaseError) {
        let statements = texts.flatMap { ScriptReader.statements(of: $0, .postgresql) }
        var reaching = try reachingFunction()
        for statement in statements {
            let outer = try mention(in: Self.tokens(of: statement.text, inStrings: false))
            let inner = try reach(of: statement.text)
            let isBound = statement.bindsFunction && (outer?.isCall == true || inner?.isFunction == true)
            let own = outer.map { ScriptReach.schema($0.schema) } ?? (statement.isDefinition ? nil : inner)
            if let own, !isBound {
                throw DatabaseError(.other, "\(statement.place) \(own.ofStatement)", statement: statement.text)
            }
            if let inner { reaching = (statement.isDefinition ? statement.routine : outer?.name ?? inner.name, inner) }
        }
        guard let reaching, let acting = statements.first(where: { !$0.onlyDeclares }) else { return }
        let reason = "\(acting.place) may run the function \(reaching.routine), which \(reaching.reach.ofFunction)"
        throw DatabaseError(.other, reason, statement: acting.text)
    }

    /// Returns what the text reaches, or what is in its strings.
    func reach(of text: String) throws(DatabaseError) -> ScriptReach? {
        let tokens = Self.tokens(of: text, inStrings: true)
        if let schema = try mention(in: tokens)?.schema { return .schema(schema) }
        if let schema = searched(by: tokens) { return .schema(schema) }
        if let name = furtherCall(in: tokens) { return .function(name) }
        if Self.countsInAnySequence(text) { return .anySequence }
        return Self.composesFromCatalogs(tokens) || composesWithName(tokens) ? .anySchema : nil
    }

    /// Returns the live schema that the token names.
    private func named(_ token: SQLToken) -> String? {
        guard let name = Self.catalogName(token), live.contains(name), token.names(name) else { return nil }
        return name
    }

    /// Returns the first object of a live schema that is named with its schema. `orders.total` is a column more often than an object of a
    /// schema that has the name of a table, so that an object counts if it is there. Of the target each such name counts, unless a table of
    /// the query has the target's name, too.
    private func mention(
        in tokens: [SQLToken]
    ) throws(DatabaseError) -> (schema: String, name: String, isCall: Bool)? {
        let aliases = Set(tokens.indices.lazy.filter { Self.isAlias($0, tokens) }.compactMap { named(tokens[$0]) })
        let isReadable = !further.isEmpty && !Self.locksRows(tokens)
        for at in tokens.indices.dropLast(2) where tokens[at + 1].isSymbol(".") {
            guard let schema = named(tokens[at]), tokens[at + 2].name != nil,
                let name = Self.catalogName(tokens[at + 2])
            else { continue }
            if isReadable, further.contains(schema), Self.isRead(at...(at + 2), tokens) { continue }
            if schema != target || aliases.contains(schema), try !holds(name, in: schema) { continue }
            return (schema, name, Self.isCalled(at + 2, tokens))
        }
        return nil
    }

    /// Returns the first function of a further schema that is called without its schema.
    private func furtherCall(in tokens: [SQLToken]) -> String? {
        guard !furtherFunctions.isEmpty else { return nil }
        return tokens.indices.lazy.compactMap { at -> String? in
            guard let name = Self.catalogName(tokens[at]), furtherFunctions.contains(name) else { return nil }
            return Self.isCalled(at, tokens) && !Self.isCreated(at, tokens) ? name : nil
        }.first
    }

    /// Whether the text runs statements that it puts together, and holds a live schema's name. `PUBLIC` in a grant is everybody.
    private func composesWithName(_ tokens: [SQLToken]) -> Bool {
        guard Self.composes(tokens) else { return false }
        return tokens.indices.contains { at in
            let isRole = at > 0 && (tokens[at - 1].isWord("FROM") || tokens[at - 1].isWord("TO"))
            return !isRole && named(tokens[at]) != nil
        }
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
}

extension ScriptReach {
    fileprivate var isFunction: Bool {
        if case .function = self { true } else { false }
    }

    /// The name of the function; empty if the reach is none.
    fileprivate var name: String {
        if case .function(let name) = self { name } else { "" }
    }
}
