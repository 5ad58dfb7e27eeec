/// The deferred foreign keys from and to some tables. PostgreSQL neither alters nor drops a table while the check of a row is
/// pending, which a script, or a value that is filled in, may have left for the end of the transaction.
struct PostgreSQLDeferredKeys {
    private let names: Set<String>
    private let tables: Set<String>

    /// Finds the keys that the tables have before an operation and after it, which may drop or rename some.
    init(around tables: Set<String>, of operation: (before: Schema, after: Schema)) {
        self.tables = tables
        names = Self.names(around: tables, in: operation.before).union(Self.names(around: tables, in: operation.after))
    }

    private static func names(around tables: Set<String>, in schema: Schema) -> Set<String> {
        let own = tables.flatMap { schema[$0]?.foreignKeys ?? [] }
        let others = schema.tables(referringTo: tables).filter { !tables.contains($0.name) }
            .flatMap { $0.foreignKeys.filter { tables.contains($0.parent) } }
        return Set((own + others).filter(\.isDeferred).compactMap(\.name))
    }

    /// The statement that checks the rows now, and each further row at once. A key of another table, which has a row without its
    /// parent, stays deferred: the parent may come later, and no check is pending on the tables for it.
    var checked: [String] { statement("IMMEDIATE") }

    /// The statement that leaves checks to the end of the transaction again.
    var deferred: [String] { statement("DEFERRED") }

    /// A name stands for all constraints of the schema that bear it
    /// (https://www.postgresql.org/docs/current/sql-set-constraints.html). So one is left alone if none bears it, because somebody
    /// has renamed or dropped the key, or if one of them was not deferred, which could not be told apart afterwards.
    private func statement(_ mode: String) -> [String] {
        guard !names.isEmpty else { return [] }
        let known = names.sorted().map(SQLText.literal).joined(separator: ", ")
        let own = tables.sorted().map(SQLText.literal).joined(separator: ", ")
        let block = """
            DECLARE key record; BEGIN FOR key IN SELECT c.conname, bool_or(r.relname IN (\(own))) AS own \
            FROM pg_catalog.pg_constraint c LEFT JOIN pg_catalog.pg_class r ON r.oid = c.conrelid \
            WHERE c.connamespace = \(PostgreSQLCatalogScope.schema) \
            AND c.conname IN (\(known)) GROUP BY c.conname HAVING bool_and(c.condeferred) \
            LOOP BEGIN EXECUTE format('SET CONSTRAINTS %I.%I \(mode)', current_schema(), key.conname); \
            EXCEPTION WHEN foreign_key_violation THEN IF key.own THEN RAISE; END IF; END; END LOOP; END
            """
        return ["DO LANGUAGE plpgsql \(SQLText.literal(block))"]
    }
}
