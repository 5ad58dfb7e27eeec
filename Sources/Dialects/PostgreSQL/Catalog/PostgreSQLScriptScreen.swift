// The relations of live schemas that are hidden from a script which is run again in a scratch schema.

extension PostgreSQLScratchScript {
    /// The largest number of relations that are hidden in a transaction. Each takes a lock, and the server has room for some thousands in all.
    private static let mostHidden = 2_000

    /// Hides the relations of these live schemas, and returns the schema that has to stand before them in the path. Each relation is hidden
    /// behind a type of the same name, which no statement takes for a table, sequence or index. Those of a further schema that the script
    /// only reads stay in sight.
    func screen(_ schemas: [String]) throws(DatabaseError) -> String {
        let read = further.isEmpty ? [] : namesOnlyRead()
        var hidden: Set<String> = []
        for schema in schemas {
            let names = Set(try relations(of: schema))
            hidden.formUnion(schema == target ? names : names.subtracting(read))
        }
        let screen = path[0] + "_screen"
        try hide(hidden, by: screen, showing: read.subtracting(hidden))
        return screen
    }

    /// Makes those types in the screen, a schema, that an earlier script has not needed: the transaction keeps the locks of all.
    private func hide(_ names: Set<String>, by screen: String, showing shown: Set<String>) throws(DatabaseError) {
        let rows = try connection.query(
            """
            SELECT t.typname::text FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname = \(screen) AND t.typtype = 'c'
            """)
        let made = Set(rows.compactMap { $0[0].text })
        let count = made.union(names).count
        guard count <= Self.mostHidden else {
            let reason = "there are \(count) live relations, too many to hide them from the migrations' scripts"
            throw DatabaseError(.other, "\(reason); put the extensions into a schema of their own")
        }
        try connection.execute("CREATE SCHEMA IF NOT EXISTS \(identifier: screen)")
        func name(_ type: String) -> String { SQLText.identifier(screen) + "." + SQLText.identifier(type) }
        let statements =
            made.intersection(shown).sorted().map { "DROP TYPE \(name($0))" }
            + names.subtracting(made).sorted().map { "CREATE TYPE \(name($0)) AS ()" }
        if !statements.isEmpty { try connection.executeScript(statements.joined(separator: ";\n")) }
    }

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

    /// Returns the names that stand in the script where a query reads a table, and otherwise only before or behind a dot, as with a column.
    private func namesOnlyRead() -> Set<String> {
        var (read, used): (Set<String>, Set<String>) = ([], [])
        for tokens in texts.map({ Self.tokens(of: $0, inStrings: true) }) {
            let isLocked = Self.locksRows(tokens)
            for at in tokens.indices {
                guard let name = Self.catalogName(tokens[at]) else { continue }
                if !isLocked, Self.isRead(at...at, tokens) {
                    read.insert(name)
                } else if !Self.isBesideDot(at, tokens) {
                    used.insert(name)
                }
            }
        }
        return read.subtracting(used)
    }
}
