/// A reader of what domains demand of the columns that have them (https://www.postgresql.org/docs/current/domains.html).
enum PostgreSQLDomainReader {
    /// Returns the demands, in the order of their tables and columns.
    static func read(_ connection: any Connection) throws(DatabaseError) -> [DomainDemand] {
        let rows = try connection.query(
            """
            WITH RECURSIVE used AS (
                SELECT c.relname, a.attname, a.attnum, d.oid IS NOT NULL AS has_default, t.oid, t.typbasetype, t.typnotnull,
                    -- pg_type.typdefault has the names as they were written on the search path of that day.
                    pg_get_expr(t.typdefaultbin, 0) AS typdefault, 1 AS depth
                FROM pg_class c
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    JOIN pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
                    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                WHERE \(PostgreSQLCatalogScope.whole.tables)
                UNION ALL
                -- A domain may be one over another domain.
                SELECT u.relname, u.attname, u.attnum, u.has_default, t.oid, t.typbasetype, t.typnotnull,
                    pg_get_expr(t.typdefaultbin, 0), u.depth + 1
                FROM used u JOIN pg_type t ON t.oid = u.typbasetype AND t.typtype = 'd'
            )
            SELECT u.relname, u.attname, u.typnotnull,
                -- A domain over another one has got its default when it was made, and may have lost it since.
                CASE WHEN u.depth = 1 AND NOT u.has_default THEN u.typdefault END,
                n.conname, pg_get_constraintdef(n.oid, true),
                CASE WHEN b.typnamespace <> 'pg_catalog'::regnamespace THEN format_type(b.oid, NULL) END,
                (SELECT min(p.proname) FROM pg_depend o JOIN pg_proc p ON o.refclassid = 'pg_proc'::regclass AND p.oid = o.refobjid
                    WHERE o.classid = 'pg_constraint'::regclass AND o.objid = n.oid
                        AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace))
            FROM (
                SELECT *, first_value(typbasetype) OVER (PARTITION BY relname, attname ORDER BY depth DESC) AS base FROM used
            ) u
                JOIN pg_type b ON b.oid = u.base
                LEFT JOIN pg_constraint n ON n.contypid = u.oid AND n.contype = 'c'
            ORDER BY u.relname, u.attnum, u.depth, n.conname
            """)
        return rows.map { row in
            DomainDemand(
                table: row[0].text ?? "", column: row[1].text ?? "", isRequired: row[2].boolean ?? false,
                defaultText: row[3].text, checkName: row[4].text, condition: row[5].text.flatMap(condition),
                ownBase: row[6].text, ownFunction: row[7].text)
        }
    }

    /// Returns the condition in `CHECK (VALUE > 0)`.
    private static func condition(_ definition: String) -> String? {
        guard let open = definition.firstIndex(of: "("), let close = definition.lastIndex(of: ")") else { return nil }
        return String(definition[definition.index(after: open)..<close])
    }
}
