extension PostgreSQLDefinitions {
    /// The query of the objects for which the server has no text of its own: types, aggregates, and sequences of no column. Each text says
    /// all that the catalogs know of the object, so that two of them are equal if the objects are. Exclusions stand here too, since a
    /// schema value has no place for them either.
    static let composed: SQL = """
        SELECT 'other ' || x.name, x.kind || ' ' || x.name, coalesce(x.text, ''), NULL, NULL, NULL
        FROM (\(types) UNION ALL \(aggregates) UNION ALL \(relations)) x
        WHERE NOT EXISTS (
            SELECT FROM pg_depend e WHERE e.classid = x.class AND e.objid = x.oid AND e.deptype = 'e')
        UNION ALL
        SELECT 'constraint ' || c.relname || '.' || k.conname, 'constraint ' || k.conname || ' on ' || c.relname,
            pg_get_constraintdef(k.oid), NULL, NULL, NULL
        FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'x' AND k.conparentid = 0
        WHERE \(PostgreSQLCatalogScope.whole.tables)
        ORDER BY 1, 2
        """

    /// Enumerations with their labels in order, domains with all that they demand, and ranges.
    private static let types: SQL = """
        SELECT t.oid, 'pg_type'::regclass AS class, t.typname AS name,
            CASE t.typtype WHEN 'e' THEN 'enumeration' WHEN 'd' THEN 'domain' ELSE 'range type' END AS kind,
            CASE t.typtype
                WHEN 'e' THEN (
                    SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder)
                    FROM pg_enum l WHERE l.enumtypid = t.oid)
                WHEN 'd' THEN concat_ws(' ', format_type(t.typbasetype, t.typtypmod),
                    CASE WHEN t.typcollation <> b.typcollation THEN 'COLLATE ' || t.typcollation::regcollation END,
                    'DEFAULT ' || pg_get_expr(t.typdefaultbin, 'pg_type'::regclass), CASE WHEN t.typnotnull THEN 'NOT NULL' END, (
                        SELECT string_agg(quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname)
                        FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))
                ELSE (
                    SELECT concat_ws(', ', format_type(r.rngsubtype, NULL), quote_ident(o.opcname), r.rngcollation::regcollation,
                        r.rngcanonical, r.rngsubdiff)
                    FROM pg_range r JOIN pg_opclass o ON o.oid = r.rngsubopc WHERE r.rngtypid = t.oid)
            END AS text
        FROM pg_type t LEFT JOIN pg_type b ON b.oid = t.typbasetype
        WHERE t.typtype IN ('e', 'd', 'r') AND t.typnamespace = pg_catalog.quote_ident(current_schema())::regnamespace
        """

    private static let aggregates: SQL = """
        SELECT p.oid, 'pg_proc'::regclass, p.oid::regprocedure::text, 'aggregate', concat_ws(', ', format_type(p.prorettype, NULL),
            p.proparallel, a.aggkind, a.aggnumdirectargs, a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
            a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn, a.aggfinalextra, a.aggmfinalextra, a.aggfinalmodify, a.aggmfinalmodify,
            a.aggsortop::regoperator, format_type(a.aggtranstype, NULL), a.aggtransspace, format_type(a.aggmtranstype, NULL),
            a.aggmtransspace, quote_nullable(a.agginitval), quote_nullable(a.aggminitval))
        FROM pg_proc p JOIN pg_aggregate a ON a.aggfnoid = p.oid
        WHERE p.pronamespace = pg_catalog.quote_ident(current_schema())::regnamespace
        """

    /// Composite types with their parts, and the options of sequences. How far a sequence has counted is no part of it. An extension
    /// owns the type, and not the relation behind it.
    private static let relations: SQL = """
        SELECT CASE c.relkind WHEN 'c' THEN c.reltype ELSE c.oid END,
            CASE c.relkind WHEN 'c' THEN 'pg_type'::regclass ELSE 'pg_class'::regclass END, c.relname, CASE c.relkind WHEN 'c' THEN 'composite type' ELSE 'sequence' END,
            CASE c.relkind
                WHEN 'c' THEN (
                    SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                        CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation::regcollation END),
                        ', ' ORDER BY a.attnum)
                    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
                ELSE (
                    SELECT concat_ws(', ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
                        s.seqcycle)
                    FROM pg_sequence s WHERE s.seqrelid = c.oid)
            END
        FROM pg_class c
        WHERE (c.relkind = 'c' OR c.relkind = 'S' AND NOT EXISTS (
                SELECT FROM pg_depend d LEFT JOIN pg_attrdef f ON f.adrelid = d.refobjid AND f.adnum = d.refobjsubid
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
                    AND \(trusted: PostgreSQLNumbering.condition("d", default: "f"))))
            AND \(PostgreSQLCatalogScope.whole.relations)
        """
}
