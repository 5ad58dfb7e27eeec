extension PostgreSQLDefinitions {
    /// The query of what says how the rows of tables are stored or looked up: how tables are partitioned, the bounds of partitions, foreign
    /// tables with their server, options and columns, and extended statistics. Partitions come and go with time, so that only those count
    /// that both sides have.
    static let stored: SQL = """
        SELECT 'other ' || c.relname, 'partitioned table ' || c.relname, pg_get_partkeydef(c.oid), NULL, NULL, NULL
        FROM pg_class c WHERE c.relkind = 'p' AND \(PostgreSQLCatalogScope.whole.relations)
        UNION ALL
        SELECT 'other partition ' || c.relname, 'partition ' || c.relname || ' of ' || p.relname, pg_get_expr(c.relpartbound, c.oid),
            NULL, NULL, NULL
        FROM pg_class c JOIN pg_inherits h ON h.inhrelid = c.oid JOIN pg_class p ON p.oid = h.inhparent
        WHERE c.relispartition AND \(PostgreSQLCatalogScope.whole.relations)
        UNION ALL
        SELECT 'other ' || c.relname, 'foreign table ' || c.relname, concat_ws(' ', quote_ident(s.srvname),
            (SELECT string_agg(o.text, ', ' ORDER BY o.text) FROM unnest(f.ftoptions) o(text)), \(columns), (
                SELECT string_agg(quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname)
                FROM pg_constraint k WHERE k.conrelid = c.oid)), NULL, NULL, NULL
        FROM pg_class c JOIN pg_foreign_table f ON f.ftrelid = c.oid JOIN pg_foreign_server s ON s.oid = f.ftserver
        WHERE \(PostgreSQLCatalogScope.whole.relations)
        UNION ALL
        SELECT 'other extended statistics', 'extended statistics ' || e.stxname || ' on ' || c.relname, pg_get_statisticsobjdef(e.oid),
            NULL, NULL, NULL
        FROM pg_class c JOIN pg_statistic_ext e ON e.stxrelid = c.oid
        WHERE \(PostgreSQLCatalogScope.whole.relations)
        ORDER BY 1, 2
        """

    /// The columns of a foreign table. Their order does not count, as it does not for other tables.
    private static let columns: SQL = """
        (SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation::regcollation END,
                CASE WHEN a.attnotnull THEN 'NOT NULL' END, nullif(a.attgenerated::text, ''), \(trusted: PostgreSQLDefault.text(of: "d")),
                (SELECT string_agg(o.text, ', ' ORDER BY o.text) FROM unnest(a.attfdwoptions) o(text))),
                ', ' ORDER BY a.attname)
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
        """
}
