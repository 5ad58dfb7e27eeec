/// What the defaults and computed columns of a schema use that did not come with the server, so that another database need not have it.
struct PostgreSQLOwnUses {
    /// The object that a column's default or computation uses, by table and column, with its kind: `collation german`. Types, whose casts
    /// may be done without, are not among them, and neither are functions and sequences.
    private(set) var objects: [String: [String: String]] = [:]
    /// The name of a function that a column's default or computation calls, by table and column.
    private(set) var functions: [String: [String: String]] = [:]
    /// A sequence that a column's default uses, by table and column: `sequence numbers`.
    private(set) var sequences: [String: [String: String]] = [:]
    /// The names of the types that any of them uses.
    private(set) var types: Set<String> = []

    init(_ connection: any Connection) throws(DatabaseError) {
        let rows = try connection.query(
            """
            SELECT c.relname, a.attname, i.type || ' ' || coalesce(i.name, i.identity),
                CASE o.refclassid WHEN 'pg_type'::regclass THEN format_type(o.refobjid, NULL) END, i.type = 'sequence', p.proname
            FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_type t ON t.oid = a.atttypid
                LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                -- A column without a default has its domain's.
                JOIN pg_depend o
                    ON o.classid = CASE WHEN d.oid IS NULL THEN 'pg_type'::regclass ELSE 'pg_attrdef'::regclass END
                        AND o.objid = coalesce(d.oid, CASE t.typtype WHEN 'd' THEN t.oid END)
                CROSS JOIN LATERAL pg_identify_object(o.refclassid, o.refobjid, 0) i
                LEFT JOIN pg_proc p ON o.refclassid = 'pg_proc'::regclass AND p.oid = o.refobjid
            -- A computed column needs others of its table. A domain has a collation of its own, and the output functions of its base type.
            WHERE NOT (o.refclassid = 'pg_class'::regclass AND o.refobjid = c.oid AND o.refobjsubid > 0)
                AND NOT (d.oid IS NULL AND o.refclassid = 'pg_collation'::regclass AND o.refobjid = t.typcollation)
                AND NOT (d.oid IS NULL AND o.refclassid = 'pg_proc'::regclass AND o.refobjid IN (t.typoutput, t.typsend, t.typanalyze))
                AND i.schema NOT IN ('pg_catalog', 'information_schema') AND \(PostgreSQLCatalogScope.whole.tables)
            ORDER BY c.relname, a.attnum, 3
            """)
        for row in rows {
            if let type = row[3].text {
                types.insert(type)
            } else if let table = row[0].text, let column = row[1].text, let object = row[2].text {
                if row[4].boolean == true {
                    sequences[table, default: [:]][column] = object
                    continue
                }
                if let function = row[5].text {
                    functions[table, default: [:]][column] = functions[table]?[column] ?? function
                    continue
                }
                objects[table, default: [:]][column] = objects[table]?[column] ?? object
            }
        }
    }
}
