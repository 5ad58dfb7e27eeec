// The functions that migrations have made in a scratch schema, and those that somebody has made in a live one.

/// A function in the scratch schema, with its settings as `search_path=a, b`.
struct MadeFunction {
    var id: Int64
    var name: String
    var body: String
    var settings: String
}

extension PostgreSQLScratchScript {
    /// Returns a function that earlier scripts have made and that reaches something live, and what it reaches. Each function is examined
    /// once; those that reach something live are kept in the scratch schema's comment, after the transaction number of the newest function
    /// that was examined.
    func reachingFunction() throws(DatabaseError) -> (routine: String, reach: ScriptReach)? {
        let schema = SQLText.identifier(path[0])
        let comment = try connection.queryValue("SELECT obj_description(\(schema)::regnamespace, 'pg_namespace')")
        let memory = (comment?.text ?? "").split(separator: " ").map(String.init)
        let known = memory.dropFirst().joined(separator: " ")
        let isNew: SQL = if let newest = memory.first { "age(p.xmin) < age(\(newest)::xid)" } else { "true" }
        let rows = try connection.query(
            """
            SELECT p.oid::bigint, p.proname::text, p.prosrc, array_to_string(p.proconfig, '; '), p.xmin::text, \(isNew), \(bound)
            FROM pg_proc p
            WHERE p.pronamespace = \(schema)::regnamespace
                AND (\(isNew) OR p.oid::text = ANY (string_to_array(\(known), ' ')))
            ORDER BY age(p.xmin) DESC, p.oid
            """)
        guard let newest = rows.last(where: { $0[5].boolean == true })?[4].text ?? memory.first else { return nil }
        var found: [(function: MadeFunction, reach: ScriptReach)] = []
        for row in rows {
            let function = Self.function(row)
            var reached = row[6].text.map(ScriptReach.schema)
            if reached == nil { reached = try firstReach(of: [function.body, function.settings]) }
            if let reached { found.append((function, reached)) }
        }
        let text = ([newest] + found.map { String($0.function.id) }).joined(separator: " ")
        if text != comment?.text {
            try connection.execute("COMMENT ON SCHEMA \(identifier: path[0]) IS \(trusted: SQLText.literal(text))")
        }
        return found.first.map { ($0.function.name, $0.reach) }
    }

    /// The live schema of an object that a function's body is bound to: one between BEGIN ATOMIC and END, which has no text.
    private var bound: SQL {
        """
        (SELECT min(n.nspname::text) FROM pg_depend d
            LEFT JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
            LEFT JOIN pg_proc f ON d.refclassid = 'pg_proc'::regclass AND f.oid = d.refobjid
            JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, f.pronamespace)
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
            AND n.nspname::text = ANY (string_to_array(\(live.sorted().joined(separator: "\n")), E'\\n'))
            AND NOT EXISTS (
                SELECT FROM pg_depend e
                WHERE e.classid = d.refclassid AND e.objid = d.refobjid AND e.deptype = 'e'))
        """
    }

    private func firstReach(of texts: [String]) throws(DatabaseError) -> ScriptReach? {
        for text in texts {
            if let reached = try reach(of: text) { return reached }
        }
        return nil
    }

    private static func function(_ row: Row) -> MadeFunction {
        MadeFunction(
            id: row[0].integer ?? 0, name: row[1].text ?? "", body: row[2].text ?? "", settings: row[3].text ?? "")
    }

    /// Throws if the script mentions a function of the live schema that no extension brought, before it has made one itself:
    /// it might write, whatever its name is. More functions of one name than the migrations have made are somebody's, too.
    func requireUncalled(of live: String) throws(DatabaseError) {
        func error(_ name: String) -> DatabaseError {
            DatabaseError(.other, "the script may run \(name) in \(live), a function that no migration has made")
        }
        let somebodys = try Self.functions(of: live, on: connection)
        guard !somebodys.isEmpty else { return }
        let own = try madeFunctions()
        var made = Dictionary(own.map { ($0.name, Int64(1)) }, uniquingKeysWith: +)
        var mentioned: Set<String> = []
        for tokens in (texts + own.map(\.body)).map({ Self.tokens(of: $0, inStrings: true) }) {
            for at in tokens.indices {
                guard let name = Self.catalogName(tokens[at]), somebodys[name] != nil else { continue }
                mentioned.insert(name)
                if Self.isCreated(at, tokens) {
                    made[name, default: 0] += 1
                } else if made[name, default: 0] == 0 {
                    throw error(name)
                }
            }
        }
        let more = mentioned.sorted().first { made[$0, default: 0] < somebodys[$0, default: 0] }
        if let more { throw error(more) }
    }

    /// Returns how many functions of each name the live schema has that no extension brought.
    static func functions(of live: String, on connection: any Connection) throws(DatabaseError) -> [String: Int64] {
        let rows = try connection.query(
            """
            SELECT p.proname::text, count(*) FROM pg_proc p
            WHERE p.pronamespace = \(SQLText.identifier(live))::regnamespace AND NOT EXISTS (
                SELECT FROM pg_depend e
                WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
            GROUP BY 1
            """)
        return Dictionary(rows.map { ($0[0].text ?? "", $0[1].integer ?? 0) }, uniquingKeysWith: +)
    }

    /// Returns the functions that earlier scripts have made in the scratch schema.
    private func madeFunctions() throws(DatabaseError) -> [MadeFunction] {
        try connection.query(
            """
            SELECT p.oid::bigint, p.proname::text, p.prosrc, array_to_string(p.proconfig, '; ') FROM pg_proc p
            WHERE p.pronamespace = \(SQLText.identifier(path[0]))::regnamespace
            """
        ).map(Self.function)
    }
}
