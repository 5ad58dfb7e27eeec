"""What a PostgreSQL schema holds beside its rows: each thing with the name under which a report has to speak of it. From the catalogs
alone (https://www.postgresql.org/docs/current/catalogs.html)."""

# Tables whose rows travel, in the order of their names.
TABLES = """
    SELECT c.oid::int AS oid, c.relname AS name, c.relkind AS kind, c.relpersistence AS persistence,
        (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, NULL), 'full',
            format_type(a.atttypid, a.atttypmod), 'generated', a.attgenerated, 'identity', a.attidentity, 'null', NOT a.attnotnull, 'under',
            format_type(coalesce(under.type, a.atttypid), NULL), 'default', pg_get_expr(d.adbin, d.adrelid)) ORDER BY a.attnum), '[]')
         FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
             LEFT JOIN LATERAL (
                WITH RECURSIVE u AS (SELECT t.oid, t.typbasetype, t.typtype FROM pg_type t WHERE t.oid = a.atttypid
                    UNION ALL SELECT t.oid, t.typbasetype, t.typtype FROM u JOIN pg_type t ON t.oid = u.typbasetype)
                SELECT oid AS type FROM u WHERE typtype <> 'd') under ON true
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
    FROM pg_class c WHERE c.relnamespace = 'stranger'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY c.relname
"""

# `key` is what the report must name, unless `SQLITE` or a server keeps it.
THINGS = """
    SELECT * FROM (
        SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'c' THEN 'type' WHEN 'S' THEN 'sequence' ELSE 'index' END
                AS kind, c.relname AS name, CASE c.relkind WHEN 'i' THEN pg_get_indexdef(c.oid) WHEN 'I' THEN pg_get_indexdef(c.oid) ELSE '' END AS text,
            coalesce(t.relname, '') AS "of"
        FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
        WHERE c.relnamespace = 'stranger'::regnamespace AND c.relkind IN ('v', 'm', 'c', 'S', 'i', 'I') AND coalesce(NOT t.relispartition, true)
            AND coalesce(t.relkind <> 'm', true)
            AND NOT EXISTS (SELECT FROM pg_constraint x WHERE x.conindid = c.oid AND x.contype IN ('p', 'u', 'x'))
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND c.relkind = 'S'
                AND d.deptype IN ('a', 'i'))
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            AND NOT (c.relkind = 'c' AND EXISTS (SELECT FROM pg_type y WHERE y.typrelid = c.oid AND y.typtype <> 'c'))
        UNION ALL
        SELECT 'constraint ' || x.contype::text, x.conname, pg_get_constraintdef(x.oid), t.relname
        FROM pg_constraint x JOIN pg_class t ON t.oid = x.conrelid
        WHERE x.connamespace = 'stranger'::regnamespace AND NOT t.relispartition AND x.contype IN ('p', 'u', 'x', 'f', 'c')
            AND (x.contype <> 'f' OR x.conparentid = 0)
        UNION ALL
        SELECT 'trigger', g.tgname, '', t.relname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
        WHERE NOT g.tgisinternal AND t.relnamespace = 'stranger'::regnamespace AND NOT t.relispartition
        UNION ALL
        SELECT 'rule', r.rulename, '', t.relname FROM pg_rewrite r JOIN pg_class t ON t.oid = r.ev_class
        WHERE r.rulename <> '_RETURN' AND t.relnamespace = 'stranger'::regnamespace
        UNION ALL
        SELECT 'policy', p.polname, '', t.relname FROM pg_policy p JOIN pg_class t ON t.oid = p.polrelid
        WHERE t.relnamespace = 'stranger'::regnamespace
        UNION ALL
        SELECT 'comment', t.relname || coalesce('.' || a.attname, ''), d.description, t.relname
        FROM pg_description d JOIN pg_class t ON t.oid = d.objoid AND d.classoid = 'pg_class'::regclass
            LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.objsubid AND d.objsubid > 0
        WHERE t.relnamespace = 'stranger'::regnamespace
        UNION ALL
        SELECT 'privileges', t.relname, '', t.relname FROM pg_class t
        WHERE t.relnamespace = 'stranger'::regnamespace AND NOT t.relispartition AND (t.relacl IS NOT NULL
            OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attacl IS NOT NULL))
        UNION ALL
        SELECT 'statistics', s.stxname, '', '' FROM pg_statistic_ext s WHERE s.stxnamespace = 'stranger'::regnamespace
        UNION ALL
        SELECT 'step', t.relname || '.' || a.attname, s.seqincrement::text, t.relname
        FROM pg_sequence s JOIN pg_depend d ON d.objid = s.seqrelid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
            JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
        WHERE d.refobjsubid > 0 AND s.seqincrement <> 1 AND t.relnamespace = 'stranger'::regnamespace
        UNION ALL
        SELECT 'counter', t.relname || '.' || a.attname, coalesce(pg_sequence_last_value(d.objid)::text, ''), t.relname
        FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
            JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S'
        WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND t.relnamespace = 'stranger'::regnamespace
        UNION ALL
        SELECT CASE y.typtype WHEN 'e' THEN 'enumeration' WHEN 'd' THEN 'domain' ELSE 'range type' END, y.typname, '', ''
        FROM pg_type y WHERE y.typtype IN ('e', 'd', 'r') AND y.typnamespace = 'stranger'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = y.oid AND d.deptype = 'e')
        UNION ALL
        SELECT 'function', p.proname, '', '' FROM pg_proc p WHERE p.pronamespace = 'stranger'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
            AND p.prokind = 'f' AND p.prolang IN (SELECT oid FROM pg_language WHERE lanname IN ('sql', 'plpgsql'))
    ) x
"""

# What each foreign key does, for a file, which knows fewer words.
FOREIGN_KEYS = """
    SELECT x.conname AS name, t.relname AS table, p.relname AS parent, x.confdeltype AS deletes, x.confupdtype AS updates,
        x.condeferrable AS late, x.confmatchtype AS match, x.confdelsetcols IS NOT NULL AS some,
        (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(x.conkey) WITH ORDINALITY k(c, n)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.c) AS columns
    FROM pg_constraint x JOIN pg_class t ON t.oid = x.conrelid JOIN pg_class p ON p.oid = x.confrelid
    WHERE x.contype = 'f' AND t.relnamespace = 'stranger'::regnamespace AND NOT t.relispartition AND x.conparentid = 0
"""
