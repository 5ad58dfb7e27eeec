/// A migration's script that is run again in a scratch schema. It may reach nothing of the live schemas, which stand behind the scratch
/// schema in the search path or outside of it: a statement on a live table would lock it until the rollback, and `setval` is never rolled
/// back (https://www.postgresql.org/docs/current/functions-sequence.html).
struct PostgreSQLScratchScript {
    /// Errors that say that a function, an operator, a type or a view is not there: undefined_function, undefined_object, undefined_table.
    private static let unknown: Set<String> = ["42883", "42704", "42P01"]

    let connection: any Connection
    let texts: [String]
    /// The schemas in which the script finds its names, in order; the first one is the scratch schema.
    let path: [String]
    /// The live schema in which the migrations stand: the first one behind the scratch schema that is not the server's.
    let target: String?
    /// The schemas of which the script may reach nothing: the target, and those that hold more than extensions.
    let live: Set<String>
    /// The live schemas behind the target, since a role's path names them for all that it runs. A script may read their tables.
    let further: [String]
    /// The names of the functions in those that no extension brought.
    let furtherFunctions: Set<String>

    init(_ texts: [String], on connection: any Connection) throws(DatabaseError) {
        self.texts = texts
        self.connection = connection
        let path = try connection.query("SELECT unnest(current_schemas(false))::text").compactMap { $0[0].text }
            .filter { !$0.hasPrefix("pg_temp") }
        let target = path.dropFirst().first { !Self.isServers($0) }
        let live = try Self.used(on: connection).union([target].compactMap { $0 })
        let further = path.dropFirst().filter { $0 != target && live.contains($0) }
        (self.path, self.target, self.live, self.further) = (path, target, live, further)
        var functions: Set<String> = []
        for schema in further { functions.formUnion(try Self.functions(of: schema, on: connection).keys) }
        furtherFunctions = functions
    }

    private static func isServers(_ schema: String) -> Bool {
        schema.hasPrefix("pg_") || schema == "information_schema"
    }

    /// Returns the schemas with a relation or function that no extension brought, without the server's own and scratch schemas.
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

    /// Runs the script without the target in its path. If a function, type or view is missing then, as one of an extension that
    /// stands there, the script is run again with that schema, and with its own relations hidden.
    ///
    /// - Throws: ``DatabaseError``, also for a script that names a live schema or may run a function that does.
    func run() throws(DatabaseError) {
        guard !live.isEmpty else { return try execute() }
        try requireUnnamed()
        // The check of a body would lock the live tables that it reads.
        _ = try connection.query("SELECT set_config('check_function_bodies', 'off', true)")
        try connection.execute("SAVEPOINT tc_script")
        do throws(DatabaseError) { try run(beside: further) } catch {
            guard !connection.isLost, let target, Self.unknown.contains(error.code ?? "") else { throw error }
            try connection.execute("ROLLBACK TO SAVEPOINT tc_script")
            try run(beside: target, error)
        }
        try connection.execute("RELEASE SAVEPOINT tc_script")
    }

    /// Runs the script with the target in its path, after it has failed without.
    private func run(beside target: String, _ missing: DatabaseError) throws(DatabaseError) {
        do throws(DatabaseError) {
            try requireUncalled(of: target)
            try run(beside: [target] + further)
        } catch {
            // A refusal of ours has no code.
            guard !connection.isLost, error.code == nil else { throw error }
            throw DatabaseError(.other, "\(missing.message), and \(error.message)", code: missing.code)
        }
    }

    /// Runs the script with these live schemas in its path, of which it finds no relation that it could change.
    private func run(beside schemas: [String]) throws(DatabaseError) {
        let others = path.dropFirst().filter { $0 != target || schemas.contains($0) }
        try search([path[0]] + (schemas.isEmpty ? [] : [try screen(schemas)]) + others)
        do throws(DatabaseError) { try execute() } catch {
            guard error.code == "42809" else { throw error }
            throw DatabaseError(.other, "\(error.message): it exists in a live schema only", code: error.code)
        }
    }

    private func execute() throws(DatabaseError) {
        for text in texts { try connection.executeScript(text) }
    }

    private func search(_ schemas: [String]) throws(DatabaseError) {
        let text = SQLText.identifiers(schemas + ["pg_temp"])
        _ = try connection.query("SELECT set_config('search_path', \(text), true)")
    }
}
