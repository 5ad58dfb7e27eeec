/// A reader of the types of all columns in the current schema, as the catalog describes them.
struct PostgreSQLTypeReader {
    private var types: [Key: PostgreSQLEnforcedType.Description] = [:]

    private struct Key: Hashable {
        var table: String
        var column: String
    }

    init(_ connection: any Connection) throws(DatabaseError) {
        let rows = try connection.query(
            """
            SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), t.typtype::text,
                -- The extension may be in a schema that is not on the search path.
                CASE WHEN coalesce(u.name, t.typname) = 'citext' AND coalesce(u.kind, t.typtype) = 'b' THEN 'citext'
                    ELSE format_type(u.type, u.modifier) END,
                coalesce(e.typnamespace, t.typnamespace) <> 'pg_catalog'::regnamespace, l.enumlabel,
                -- The column of the locale has had three names.
                CASE WHEN NOT co.collisdeterministic THEN
                    coalesce(to_jsonb(co) ->> 'colllocale', to_jsonb(co) ->> 'colliculocale', co.collcollate::text, '') END,
                u.namespace <> 'pg_catalog'::regnamespace, coalesce(u.kind, t.typtype) = 'c',
                CASE WHEN a.attcollation <> coalesce(u.collation, t.typcollation) THEN co.collname END,
                co.collnamespace <> 'pg_catalog'::regnamespace
            FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_type t ON t.oid = a.atttypid
                LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
                -- What stands under a domain, and under the domain that it may be made of.
                LEFT JOIN LATERAL (
                    WITH RECURSIVE under AS (
                        SELECT t.typbasetype AS type, t.typtypmod AS modifier WHERE t.typtype = 'd'
                        UNION ALL
                        SELECT d.typbasetype, d.typtypmod FROM under JOIN pg_type d ON d.oid = under.type AND d.typtype = 'd')
                    SELECT under.type, under.modifier, b.typname AS name, b.typtype AS kind, b.typcollation AS collation,
                        coalesce(i.typnamespace, b.typnamespace) AS namespace
                    FROM under JOIN pg_type b ON b.oid = under.type AND b.typtype <> 'd'
                        LEFT JOIN pg_type i ON i.oid = b.typelem AND b.typcategory = 'A'
                ) u ON true
                LEFT JOIN pg_enum l ON l.enumtypid = coalesce(u.type, t.oid)
                LEFT JOIN pg_collation co ON co.oid = a.attcollation
            WHERE \(PostgreSQLCatalogScope.whole.tables)
            ORDER BY c.relname, a.attnum, l.enumsortorder
            """)
        for row in rows {
            let key = Key(table: row[0].text ?? "", column: row[1].text ?? "")
            let declared = row[2].text ?? ""
            let described = types[key]?.labels ?? []
            types[key] = PostgreSQLEnforcedType.Description(
                declared: declared, base: row[4].text ?? declared,
                kind: .init(rawValue: row[3].text ?? "") ?? .base,
                isOwn: row[5].boolean ?? false, isBaseOwn: row[8].boolean ?? false, lenientLocale: row[7].text,
                isComposite: row[9].boolean == true, collation: row[10].text, isCollationOwn: row[11].boolean == true,
                labels: described + [row[6].text].compactMap { $0 })
        }
    }

    /// Returns the type of a column; `nil` if no table has the column.
    func type(of column: String, in table: String) -> PostgreSQLEnforcedType.Description? {
        types[Key(table: table, column: column)]
    }
}
