/// A migration's script that is run again in a scratch schema. It may reach nothing of the live schema, which stands behind the scratch
/// schema in the search path: a statement on a live table would lock it until the rollback, and `setval` is never rolled back
/// (https://www.postgresql.org/docs/current/functions-sequence.html).
struct PostgreSQLScratchScript {
    /// Errors that say that a function, an operator, a type or a view is not there: undefined_function, undefined_object, undefined_table.
    private static let unknown: Set<String> = ["42883", "42704", "42P01"]

    let connection: any Connection
    let texts: [String]
    /// The schemas in which the script finds its names, in order; the first one is the scratch schema.
    let path: [String]
    /// The live schema in which the migrations stand: the first one behind the scratch schema that is not the server's.
    let target: String?
    /// The schemas that the script may not name: the target, and those outside of the path that hold more than extensions. Others in the
    /// path are in sight, since a role's path names them for all that it runs.
    let live: Set<String>

    init(_ texts: [String], on connection: any Connection) throws(DatabaseError) {
        self.texts = texts
        self.connection = connection
        path = try connection.query("SELECT unnest(current_schemas(false))::text").compactMap { $0[0].text }
            .filter { !$0.hasPrefix("pg_temp") }
        target = path.dropFirst().first { !Self.isServers($0) }
        live = try Self.used(on: connection).subtracting(path).union([target].compactMap { $0 })
    }

    private static func isServers(_ schema: String) -> Bool {
        schema.hasPrefix("pg_") || schema == "information_schema"
    }

    /// Returns the schemas with a relation or function that no extension brought, without the server's own and the scratch schema.
    private static func used(on connection: any Connection) throws(DatabaseError) -> Set<String> {
        let rows = try connection.query(
            """
            SELECT n.nspname::text FROM pg_namespace n
            WHERE EXISTS (
                SELECT FROM pg_class c
                WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT EXISTS (
                    SELECT FROM pg_depend e
                    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'))
            OR EXISTS (
                SELECT FROM pg_proc p
                WHERE p.pronamespace = n.oid AND NOT EXISTS (
                    SELECT FROM pg_depend e
                    WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i')))
            """)
        return Set(rows.compactMap { $0[0].text }).filter { name in
            !isServers(name) && !name.hasPrefix(PostgreSQLInspector.scratchPrefix)
        }
    }

    /// Runs the script without the live schema in its path. If a function, type or view is missing then, as one of an extension that
    /// stands there, the script is run again with that schema, and with its own relations hidden.
    ///
    /// - Throws: ``DatabaseError``, also for a script that names a live schema or may run a function that does.
    func run() throws(DatabaseError) {
        guard !live.isEmpty else { return try execute() }
        try requireUnnamed()
        // The check of a body would lock the live tables that it reads.
        _ = try connection.query("SELECT set_config('check_function_bodies', 'off', true)")
        try connection.execute("SAVEPOINT tc_script")
        do throws(DatabaseError) {
            try search(path.filter { !live.contains($0) })
            try execute()
        } catch {
            guard !connection.isLost, let code = error.code, Self.unknown.contains(code) else { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT tc_script")
            if let target { try requireUncalled(of: target, error) }
            try runBeside(error)
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
    private func runBeside(_ missing: DatabaseError) throws(DatabaseError) {
        var hidden: Set<String> = []
        if let target { hidden.formUnion(try relations(of: target)) }
        let screen = path[0] + "_screen"
        try hide(hidden, by: screen, missing)
        try search([path[0], screen] + path.dropFirst())
        do throws(DatabaseError) { try execute() } catch {
            guard error.code == "42809" else { throw error }
            throw DatabaseError(.other, "\(error.message): it is in the live schema alone", code: error.code)
        }
    }

    /// Makes those types in the screen, a schema, that an earlier script has not needed: the transaction keeps the locks of all.
    private func hide(_ names: Set<String>, by screen: String, _ missing: DatabaseError) throws(DatabaseError) {
        let rows = try connection.query(
            """
            SELECT t.typname::text FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname = \(screen) AND t.typtype = 'c'
            """)
        let made = Set(rows.compactMap { $0[0].text })
        let count = made.union(names).count
        guard count <= Self.mostHidden else {
            let reason = "there are \(count) live relations, too many to hide them from the migrations' scripts"
            let remedy = "put the extensions into a schema of their own"
            throw DatabaseError(.other, "\(missing.message), and \(reason); \(remedy)", code: missing.code)
        }
        try connection.execute("CREATE SCHEMA IF NOT EXISTS \(identifier: screen)")
        let types = names.subtracting(made).sorted().map { name in
            "CREATE TYPE \(SQLText.identifier(screen)).\(SQLText.identifier(name)) AS ()"
        }
        if !types.isEmpty { try connection.executeScript(types.joined(separator: ";\n")) }
    }

    /// The largest number of relations that are hidden in a transaction. Each takes a lock, and the server has room for some thousands in all.
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

    /// Throws if the script mentions a function of the live schema that no extension brought, before it has made one itself:
    /// it might write, whatever its name is. More functions of one name than the migrations have made are somebody's, too.
    private func requireUncalled(of live: String, _ missing: DatabaseError) throws(DatabaseError) {
        func error(_ name: String) -> DatabaseError {
            let reason = "the script may run \(name) in \(live), a function that no migration has made"
            return DatabaseError(.other, "\(missing.message), and \(reason)", code: missing.code)
        }
        let own = Dictionary(grouping: try madeFunctions(), by: \.name)
        let mentioned = (texts + own.values.joined().map(\.body)).map { Self.tokens(of: $0, inStrings: true) }
        let names = Set(mentioned.joined().compactMap(Self.catalogName))
        for (name, count) in try functions(of: live) where names.contains(name) {
            var made = own[name]?.count ?? 0
            for tokens in mentioned {
                for at in tokens.indices where Self.catalogName(tokens[at]) == name {
                    if Self.isCreated(at, tokens) { made += 1 } else if made == 0 { throw error(name) }
                }
            }
            guard made >= count else { throw error(name) }
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
    func madeFunctions() throws(DatabaseError) -> [MadeFunction] {
        let rows = try connection.query(
            """
            SELECT p.proname::text, p.prosrc, array_to_string(p.proconfig, '; ') FROM pg_proc p
            WHERE p.pronamespace = \(SQLText.identifier(path[0]))::regnamespace
            """)
        return rows.map { MadeFunction(name: $0[0].text ?? "", body: $0[1].text ?? "", settings: $0[2].text ?? "") }
    }
}
