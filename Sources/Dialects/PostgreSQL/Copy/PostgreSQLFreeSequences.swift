// Sequences that belong to no column. A program asks them for its next key itself, or a default does (the manual, 9.17).

extension PostgreSQLDialect {
    /// Makes the free sequences continue after the largest key of the filled tables: those that a default of a column asks, and those
    /// that are called `table_column_seq`, as Doctrine's are.
    ///
    /// - Returns: A remark on the other free sequences, and on those that this role may not change; empty if there are none.
    package func continueFreeSequences(of tables: [String], on connection: any Connection) throws -> [String] {
        let filled = Set(tables)
        var unknown: [String] = []
        for row in try connection.query(SQL(trusted: Self.freeSequences)) {
            guard let sequence = row[0].text else { continue }
            guard let table = row[1].text, let column = row[2].text, row[3].boolean == true else {
                unknown.append(sequence)
                continue
            }
            guard filled.contains(table) else { continue }
            // A sequence that is past the keys stays where it is. One that ends before them numbers something else.
            let endsBefore = try connection.queryValue(
                """
                SELECT CASE WHEN q.highest > p.seqmax THEN true
                    WHEN q.highest > s.last_value OR q.highest = s.last_value AND NOT s.is_called
                    THEN setval(\(SQLText.identifier(sequence))::regclass, q.highest) IS NULL
                    ELSE false END
                FROM \(identifier: sequence) s, (SELECT max(\(identifier: column)) AS highest FROM \(identifier: table)) q,
                    pg_catalog.pg_sequence p
                WHERE p.seqrelid = \(SQLText.identifier(sequence))::regclass
                """)
            if endsBefore?.boolean == true { unknown.append(sequence) }
        }
        guard let first = unknown.first else { return [] }
        let names = unknown.prefix(10).joined(separator: ", ") + (unknown.count > 10 ? ", …" : "")
        return [
            "not set, because no column of the target uses them, they end before its keys, or this role may not change them: the sequences \(names); if the "
                + "application asks them for its keys, set them before it starts: SELECT setval(\(SQLText.literal(SQLText.identifier(first))), …)"
        ]
    }

    /// Lists the sequences that count upwards and belong to no column, each with the columns of whole numbers that may use it, and whether
    /// this role may read and set it.
    private static let freeSequences = """
        WITH free AS (
            SELECT c.oid, c.relname::text AS name
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
            WHERE c.relnamespace = current_schema()::regnamespace AND s.seqincrement > 0 AND NOT EXISTS (
                SELECT 1 FROM pg_catalog.pg_depend p
                WHERE p.classid = 'pg_catalog.pg_class'::regclass AND p.objid = c.oid AND p.deptype IN ('a', 'i', 'e'))
        ), used AS (
            SELECT t.oid AS relation, t.relname::text AS tab, a.attname::text AS col, a.attnum
            FROM pg_catalog.pg_class t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid
            WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p')
                AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN (20, 21, 23)
        ), known AS (
            SELECT f.oid, u.tab, u.col FROM free f JOIN used u ON f.name = u.tab || '_' || u.col || '_seq'
            UNION
            -- The name in a text is found when the default is computed, so nothing depends on it.
            SELECT f.oid, u.tab, u.col
            FROM pg_catalog.pg_attrdef d JOIN used u ON d.adrelid = u.relation AND d.adnum = u.attnum
                JOIN free f ON f.name = pg_catalog.substring(
                    pg_catalog.pg_get_expr(d.adbin, d.adrelid), '^nextval[(]+''([^'']+)''::text')
            UNION
            SELECT f.oid, u.tab, u.col
            FROM free f JOIN pg_catalog.pg_depend p ON p.refobjid = f.oid AND p.classid = 'pg_catalog.pg_attrdef'::regclass
                JOIN pg_catalog.pg_attrdef d ON d.oid = p.objid
                JOIN used u ON (u.relation, u.attnum) = (d.adrelid, d.adnum)
        )
        SELECT f.name, k.tab, k.col, has_sequence_privilege(f.oid, 'SELECT') AND has_sequence_privilege(f.oid, 'UPDATE')
        FROM free f LEFT JOIN known k ON k.oid = f.oid ORDER BY f.name, k.tab, k.col
        """
}
