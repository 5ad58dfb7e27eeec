// Removing everything that somebody has made in a schema.

extension PostgreSQLDialect {
    /// Views and materialized views may read each other, so they go one by one. Foreign keys may tie tables into a circle, so they go
    /// together. A default may ask a sequence, so sequences come last.
    package func removal(of objects: [String], on connection: any Connection) throws -> [String] {
        let wanted = Set(objects)
        var views: [String] = []
        var others: [String: [String]] = [:]
        for row in try connection.query(Self.relationsByDepth) {
            guard let name = row[0].text, wanted.contains(name), let kind = row[1].text else { continue }
            switch kind {
            case "v": views.append("DROP VIEW \(SQLText.identifier(name))")
            case "m": views.append("DROP MATERIALIZED VIEW \(SQLText.identifier(name))")
            default: others[kind == "p" ? "r" : kind, default: []].append(name)
            }
        }
        let rest = [("f", "FOREIGN TABLE"), ("r", "TABLE"), ("S", "SEQUENCE")].compactMap { kind, word in
            others[kind].map { "DROP \(word) \(SQLText.identifiers($0))" }
        }
        return views + rest
    }

    /// Lists the relations with their kinds (`pg_class.relkind`), what reads others before these.
    private static let relationsByDepth: SQL = """
        WITH RECURSIVE reading (oid, depth) AS (
            SELECT c.oid, 0 FROM pg_class c WHERE \(PostgreSQLCatalogScope.whole.relations)
            UNION
            SELECT v.oid, r.depth + 1 FROM reading r
                JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = r.oid
                    AND d.classid = 'pg_rewrite'::regclass
                JOIN pg_rewrite w ON w.oid = d.objid AND w.ev_type = '1'
                JOIN pg_class v ON v.oid = w.ev_class AND v.oid <> r.oid
        )
        SELECT c.relname, c.relkind::text FROM reading r JOIN pg_class c ON c.oid = r.oid
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
            AND c.relnamespace = pg_catalog.quote_ident(current_schema())::regnamespace
        GROUP BY c.relname, c.relkind ORDER BY max(r.depth) DESC, c.relname
        """
}
