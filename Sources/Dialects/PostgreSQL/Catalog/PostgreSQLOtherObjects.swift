/// The objects of the current schema that a schema value can't express.
enum PostgreSQLOtherObjects {
    /// Returns an omission for each object that not even a copy into another PostgreSQL has: its kind, its name and the reason, and of a
    /// trigger its table.
    static func read(_ connection: any Connection) throws(DatabaseError) -> [Omission] {
        let relations = try connection.query(relations)
        let triggers = try connection.query(triggers)
        let others = try connection.query(others)
        let around = try connection.query(around) + connection.query(beside)
        let inner = try connection.query(inner)
        return (relations + triggers + others).map(omission) + around.map(omissionOfKind) + inner.map(omission)
    }

    /// Returns an omission for what only a copy into another PostgreSQL has, beside sequences (`PostgreSQLSequenceReader`).
    static func readCopied(_ connection: any Connection) throws(DatabaseError) -> [Omission] {
        try connection.query(copied).map(omissionOfKind)
    }

    private static func omission(_ row: Row) -> Omission {
        Omission(
            .init(rawValue: row[0].text ?? "") ?? .other, row[1].text ?? "", reason: row[2].text ?? "",
            of: row.values.count > 3 ? row[3].text : nil,
            isDetail: row.values.count > 4 && row[4].boolean == true)
    }

    private static func omissionOfKind(_ row: Row) -> Omission {
        var kind = omission(row)
        kind.name = kind.name.replacing("...", with: "…")
        return kind
    }

    /// The objects around tables and views that change no value. Each kind gets a single line, since a database may have it a
    /// thousand times. The words for a kind are in ASCII, because a database in LATIN1 refuses a query with any other.
    private static let around: SQL = """
        SELECT 'other', x.what, x.reason || string_agg(DISTINCT x.name, ', ' ORDER BY x.name) FROM (
            SELECT 'comments' AS what, 'stay behind, of ' AS reason, c.relname AS name
            FROM pg_class c JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass
            WHERE \(PostgreSQLCatalogScope.whole.relations)
            UNION ALL
            SELECT 'comments on constraints', 'stay behind, of ', c.relname || '.' || k.conname
            FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid
                JOIN pg_description d ON d.objoid = k.oid AND d.classoid = 'pg_constraint'::regclass
            WHERE \(PostgreSQLCatalogScope.whole.relations)
            UNION ALL
            SELECT 'privileges', 'that others were granted stay behind, of ', c.relname
            FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL,
                LATERAL aclexplode(coalesce(a.attacl, c.relacl)) g
            WHERE NOT c.relispartition AND g.grantee <> c.relowner AND \(PostgreSQLCatalogScope.whole.relations)
            UNION ALL
            SELECT 'defaults of view columns', 'stay behind, of ', c.relname
            FROM pg_class c JOIN pg_attrdef d ON d.adrelid = c.oid
            WHERE c.relkind = 'v' AND \(PostgreSQLCatalogScope.whole.relations)
            UNION ALL
            SELECT 'options (WITH ...)', 'stay behind, of ', c.relname
            FROM pg_class c
            WHERE c.reloptions IS NOT NULL AND NOT c.relispartition AND \(PostgreSQLCatalogScope.whole.relations)
                AND NOT \(trusted: hasCopiedOptions)
            UNION ALL
            SELECT 'replica identities', 'stay behind, of ', c.relname
            FROM pg_class c
            WHERE c.relkind IN ('r', 'p') AND c.relreplident <> 'd' AND NOT c.relispartition
                AND \(PostgreSQLCatalogScope.whole.relations)
            UNION ALL
            SELECT 'unlogged tables', 'become ordinary tables: ', c.relname
            FROM pg_class c WHERE c.relkind = 'r' AND c.relpersistence = 'u' AND \(PostgreSQLCatalogScope.whole.relations)
            UNION ALL
            SELECT 'extended statistics', 'stay behind: ', s.stxname
            FROM pg_class c JOIN pg_statistic_ext s ON s.stxrelid = c.oid
            WHERE \(PostgreSQLCatalogScope.whole.relations)
        ) x GROUP BY x.what, x.reason ORDER BY x.what
        """

    /// The options that stand in the statement by which the server says that the object can be made again: those of a view, and of an index
    /// that is no constraint's.
    private static let copied: SQL = """
        SELECT 'other', x.what, 'stay behind, of ' || string_agg(x.name, ', ' ORDER BY x.name) FROM (
            SELECT CASE c.relkind WHEN 'v' THEN 'options of views (WITH ...)' ELSE 'options of indexes (WITH ...)' END AS what,
                c.relname AS name
            FROM pg_class c
            WHERE c.reloptions IS NOT NULL AND NOT c.relispartition AND \(PostgreSQLCatalogScope.whole.relations)
                AND \(trusted: hasCopiedOptions)
        ) x GROUP BY x.what ORDER BY x.what
        """

    private static let hasCopiedOptions = """
        (c.relkind = 'v' OR c.relkind IN ('i', 'I') AND NOT EXISTS (
            SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype <> 'f'))
        """

    /// What belongs to no table, and what tables and columns have beside what they hold. Drift leaves it out (`Definition.ofAdministrator`).
    private static let beside: SQL = """
        SELECT 'other', x.what, x.reason || string_agg(DISTINCT x.name, ', ' ORDER BY x.name) FROM (
            SELECT o.oid, 'pg_ts_config'::regclass AS class, 'text search configurations' AS what, 'stay behind: ' AS reason,
                o.cfgname::text AS name
            FROM pg_ts_config o WHERE o.cfgnamespace = \(trusted: PostgreSQLCatalogScope.schema)
            UNION ALL
            SELECT o.oid, 'pg_ts_dict'::regclass, 'text search dictionaries', 'stay behind: ', o.dictname
            FROM pg_ts_dict o WHERE o.dictnamespace = \(trusted: PostgreSQLCatalogScope.schema)
            UNION ALL
            SELECT o.oid, 'pg_operator'::regclass, 'operators', 'stay behind: ', o.oid::regoperator::text
            FROM pg_operator o WHERE o.oprnamespace = \(trusted: PostgreSQLCatalogScope.schema)
            UNION ALL
            SELECT o.oid, 'pg_cast'::regclass, 'casts', 'stay behind: ',
                format_type(o.castsource, NULL) || ' AS ' || format_type(o.casttarget, NULL)
            FROM pg_cast o JOIN pg_type s ON s.oid = o.castsource JOIN pg_type t ON t.oid = o.casttarget
            WHERE \(trusted: PostgreSQLCatalogScope.schema) IN (s.typnamespace, t.typnamespace)
            UNION ALL
            SELECT o.oid, 'pg_publication'::regclass, 'publications', 'stay behind: ', o.pubname
            FROM pg_publication o
            WHERE EXISTS (
                SELECT FROM pg_publication_tables t WHERE t.pubname = o.pubname AND t.schemaname = current_schema())
            UNION ALL
            SELECT o.oid, 'pg_event_trigger'::regclass, 'event triggers', 'stay behind: ', o.evtname FROM pg_event_trigger o
            UNION ALL
            SELECT c.oid, 'pg_class'::regclass, 'tablespaces', 'stay behind, of ', c.relname
            FROM pg_class c
            WHERE c.relkind IN ('r', 'p') AND c.reltablespace <> 0 AND NOT c.relispartition
                AND \(PostgreSQLCatalogScope.whole.relations)
            UNION ALL
            SELECT c.oid, 'pg_class'::regclass, 'access methods', 'stay behind, of ', c.relname
            FROM pg_class c JOIN pg_am m ON m.oid = c.relam
            WHERE c.relkind = 'r' AND m.amname <> 'heap' AND NOT c.relispartition
                AND \(PostgreSQLCatalogScope.whole.relations)
            UNION ALL
            SELECT c.oid, 'pg_class'::regclass, 'clustering (CLUSTER ON)', 'stays behind, of ', c.relname
            FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisclustered
            WHERE NOT c.relispartition AND \(PostgreSQLCatalogScope.whole.relations)
            UNION ALL
            SELECT c.oid, 'pg_class'::regclass, 'settings of columns (STORAGE, STATISTICS, n_distinct)', 'stay behind, of ',
                c.relname || '.' || a.attname
            FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_type t ON t.oid = a.atttypid
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND \(PostgreSQLCatalogScope.whole.relations)
                AND (a.attstorage <> t.typstorage OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL)
        ) x
        WHERE NOT EXISTS (
            SELECT FROM pg_depend e WHERE e.classid = x.class AND e.objid = x.oid AND e.deptype IN ('e', 'i'))
        GROUP BY x.what, x.reason ORDER BY x.what
        """

    /// What tables hold beside their own columns: demands and defaults of single partitions, and the bytes of large objects.
    private static let inner: SQL = """
        SELECT 'constraint', x.root || ' in single partitions', 'which count as one table: '
            || array_to_string((array_agg(x.name || ' ' || x.demand ORDER BY x.name, x.demand COLLATE "C"))[1:5], '; ')
            || CASE WHEN count(*) > 5 THEN '; and ' || count(*) - 5 || ' more' ELSE '' END
        FROM (
            SELECT pg_partition_root(c.oid)::regclass::text AS root, c.relname AS name, d.demand
            FROM pg_class c CROSS JOIN LATERAL (
                SELECT pg_get_constraintdef(k.oid, true) AS demand FROM pg_constraint k
                WHERE k.conrelid = c.oid AND k.conislocal AND k.coninhcount = 0 AND k.conparentid = 0
                UNION ALL
                SELECT 'UNIQUE INDEX ' || i.indexrelid::regclass FROM pg_index i
                WHERE i.indrelid = c.oid AND i.indisunique
                    AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
                    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype <> 'f')
                UNION ALL
                SELECT a.attname || ' NOT NULL' FROM pg_attribute a
                    JOIN pg_attribute p ON p.attrelid = pg_partition_root(c.oid) AND p.attname = a.attname AND NOT p.attnotnull
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attnotnull
                UNION ALL
                -- A partition gets the default of its root when it is made.
                SELECT a.attname || ' DEFAULT ' || \(trusted: PostgreSQLDefault.text(of: "f"))
                FROM pg_attribute a JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
                    JOIN pg_attribute p ON p.attrelid = pg_partition_root(c.oid) AND p.attname = a.attname
                    LEFT JOIN pg_attrdef g ON g.adrelid = p.attrelid AND g.adnum = p.attnum
                WHERE a.attrelid = c.oid AND a.attgenerated = ''
                    AND \(trusted: PostgreSQLDefault.text(of: "f"))
                        IS DISTINCT FROM \(trusted: PostgreSQLDefault.text(of: "g"))
            ) d
            WHERE c.relispartition AND \(PostgreSQLCatalogScope.whole.relations)
        ) x GROUP BY x.root
        UNION ALL
        SELECT 'other', 'large objects', 'stay behind: ' || count(*) || ' in this database; only their numbers are values of tables'
        FROM pg_largeobject_metadata HAVING count(*) > 0
        """

    /// The last column says whether the schema holds the relation as a table, and only what the reason says of it is left out.
    private static let relations: SQL = """
        SELECT CASE c.relkind WHEN 'm' THEN 'view' ELSE 'other' END, c.relname, CASE
            WHEN c.relkind = 'm' THEN 'is a materialized view'
            WHEN c.relispartition THEN 'is a partition of ' || h.inhparent::regclass
            WHEN c.relkind = 'f' THEN 'is a foreign table: its rows live on another server'
            WHEN c.relkind = 'p' THEN 'is a partitioned table: it counts as one table, with the rows of its '
                || CASE n.partitions WHEN 1 THEN '1 partition' ELSE n.partitions || ' partitions' END
            WHEN c.relkind = 'c' THEN 'is a composite type'
            ELSE 'inherits from ' || p.relname || ': it is transferred as a table of its own'
        END, NULL, c.relkind IN ('r', 'p') AND NOT c.relispartition
        FROM pg_class c
            LEFT JOIN pg_inherits h ON h.inhrelid = c.oid
            LEFT JOIN pg_class p ON p.oid = h.inhparent
            CROSS JOIN LATERAL (SELECT count(*) AS partitions FROM pg_partition_tree(c.oid) t WHERE c.relkind = 'p' AND t.isleaf) n
        -- The partitions of a table that comes along come with it.
        WHERE NOT (c.relispartition AND EXISTS (
                SELECT FROM pg_class r WHERE r.oid = pg_partition_root(c.oid) AND r.relnamespace = c.relnamespace))
            AND (c.relkind IN ('m', 'f', 'p', 'c') OR c.relkind = 'r' AND p.oid IS NOT NULL)
            -- An extension owns a composite type, and not the relation behind it.
            AND NOT (c.relkind = 'c' AND EXISTS (
                SELECT FROM pg_depend e
                WHERE e.classid = 'pg_type'::regclass AND e.objid = c.reltype AND e.deptype = 'e'))
            AND \(PostgreSQLCatalogScope.whole.relations)
        ORDER BY c.relname
        """

    /// The rows of partitions are rows of their root, which stays behind with them or comes along with them.
    private static let triggers: SQL = """
        SELECT 'trigger', t.tgname, pg_get_triggerdef(t.oid, true), coalesce((
            SELECT r.relname FROM pg_class r
            WHERE c.relispartition AND r.oid = pg_partition_root(c.oid) AND r.relnamespace = c.relnamespace), c.relname)
        FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
        WHERE \(PostgreSQLCatalogScope.whole.relations)
        ORDER BY c.relname, t.tgname
        """

    private static let others: SQL = """
        SELECT 'other', x.name, x.reason, c.relname FROM (
            SELECT p.oid, 'pg_proc'::regclass AS class, p.oid::regprocedure::text AS name,
                'is a function or procedure in ' || l.lanname AS reason
            FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
            WHERE p.pronamespace = \(trusted: PostgreSQLCatalogScope.schema)
                -- A range type comes with functions of its own.
                AND NOT EXISTS (
                    SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')
            UNION ALL
            SELECT t.oid, 'pg_type'::regclass, t.typname,
                CASE t.typtype WHEN 'e' THEN 'is an enumeration' WHEN 'd'
                    THEN 'is a domain: columns have its base type, and its NOT NULL, default and checks' ELSE 'is a range type' END
            FROM pg_type t
            WHERE t.typtype IN ('e', 'd', 'r') AND t.typnamespace = \(trusted: PostgreSQLCatalogScope.schema)
            UNION ALL
            SELECT c.oid, 'pg_class'::regclass, 'row level security on ' || c.relname, 'stays behind'
            FROM pg_class c WHERE c.relrowsecurity AND \(PostgreSQLCatalogScope.whole.tables)
            UNION ALL
            SELECT p.oid, 'pg_policy'::regclass, 'policy ' || p.polname || ' on ' || c.relname, 'stays behind'
            FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE \(PostgreSQLCatalogScope.whole.tables)
            UNION ALL
            SELECT w.oid, 'pg_rewrite'::regclass, c.relname || '.' || w.rulename, 'is a rule'
            FROM pg_class c JOIN pg_rewrite w ON w.ev_class = c.oid AND w.rulename <> '_RETURN'
            WHERE \(PostgreSQLCatalogScope.whole.relations)
        ) x
            LEFT JOIN pg_policy p ON x.class = 'pg_policy'::regclass AND p.oid = x.oid
            LEFT JOIN pg_rewrite w ON x.class = 'pg_rewrite'::regclass AND w.oid = x.oid
            LEFT JOIN pg_class c ON c.oid = coalesce(p.polrelid, w.ev_class, CASE x.class WHEN 'pg_class'::regclass THEN x.oid END)
        WHERE NOT EXISTS (
            SELECT FROM pg_depend e WHERE e.classid = x.class AND e.objid = x.oid AND e.deptype = 'e')
        ORDER BY x.name
        """
}
