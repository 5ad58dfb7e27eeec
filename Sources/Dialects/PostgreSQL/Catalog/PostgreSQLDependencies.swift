/// The objects of any schema that `pg_depend` lists as dependent on tables and views of the current schema, and that no migration
/// declares (https://www.postgresql.org/docs/current/catalog-pg-depend.html). The own parts of a table are not among them.
struct PostgreSQLDependencies {
    let dependents: [UndeclaredObjects.Dependent]
    /// The tables that are made of partitions, which are among the dependents, too, where there are some.
    let partitioned: Set<String>

    /// Reads the dependents.
    init(of declared: Schema, _ scope: PostgreSQLCatalogScope, _ connection: any Connection) throws(DatabaseError) {
        let relations: SQL = "c.relkind IN ('r', 'p', 'v') AND \(scope.relations)"
        let parents = try connection.query(Self.heirs(of: relations))
        partitioned = Set(parents.filter { $0[2].boolean == true }.compactMap { $0[0].text })
        let heirs = parents.compactMap { row in
            row[1].text.map { UndeclaredObjects.Dependent(.heir, $0, on: row[0].text ?? "") }
        }
        let hanging = try connection.query(Self.others(on: relations))
        let others = hanging.compactMap { row -> UndeclaredObjects.Dependent? in
            guard let bond = Self.bond(row[2].text) else { return nil }
            let column = row[1].text
            // Replay takes care of a declared column that is computed from another one.
            if let generated = row[4].text, declared[row[0].text ?? ""]?[column: generated] != nil { return nil }
            if bond == .view, let view = row[5].text, declared[view: view] != nil { return nil }
            return .init(
                bond, row[3].text ?? "", on: row[0].text ?? "", columns: column.map { [$0] } ?? [],
                isPart: row[6].boolean ?? false)
        }
        let references = try connection.query(Self.references(to: relations))
        dependents = Self.undeclared(references, to: declared) + heirs + others
    }

    private static func bond(_ word: String?) -> UndeclaredObjects.Dependent.Bond? {
        switch word {
        case "view": .view
        case "reader": .reader
        case "rule": .rule
        case "companion": .companion
        default: nil
        }
    }

    private static func undeclared(_ references: [Row], to declared: Schema) -> [UndeclaredObjects.Dependent] {
        references.compactMap { row in
            let parent = row[0].text ?? ""
            let columns = row[1].text?.split(separator: "\n").map(String.init) ?? []
            let own = row[2].text?.split(separator: "\n").map(String.init) ?? []
            let isDeclared = row[4].text.flatMap { declared[$0] }?.foreignKeys.contains {
                $0.parent == parent && $0.columns == own && $0.parentColumns == columns
            }
            if isDeclared == true { return nil }
            return .init(.reference, row[3].text ?? "", on: parent, columns: columns, table: row[5].text)
        }
    }

    /// Returns the query of foreign keys. Column names are separated by line feeds, so that no array syntax has to be parsed.
    private static func references(to relations: SQL) -> SQL {
        """
        SELECT c.relname,
            (SELECT string_agg(a.attname, E'\\n' ORDER BY u.at) FROM unnest(k.confkey) WITH ORDINALITY u(number, at)
                JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number),
            (SELECT string_agg(a.attname, E'\\n' ORDER BY u.at) FROM unnest(k.conkey) WITH ORDINALITY u(number, at)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
            pg_describe_object('pg_class'::regclass, k.conrelid, 0),
            CASE WHEN f.relnamespace = c.relnamespace THEN f.relname END,
            CASE WHEN has_table_privilege(k.conrelid, 'SELECT') THEN k.conrelid::regclass::text END
        FROM pg_class c
            -- By what depends on the table: pg_constraint has no index by the table that a key refers to.
            JOIN LATERAL (
                SELECT DISTINCT d.objid FROM pg_depend d
                WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.classid = 'pg_constraint'::regclass
            ) h ON true
            JOIN pg_constraint k ON k.oid = h.objid AND k.confrelid = c.oid AND k.contype = 'f' AND k.conrelid <> c.oid
            JOIN pg_class f ON f.oid = k.conrelid
        WHERE \(relations)
        ORDER BY c.relname, f.relname, k.conname
        """
    }

    /// The table, an heir of it, and whether the table is made of partitions, of which there may be none yet.
    private static func heirs(of relations: SQL) -> SQL {
        """
        SELECT c.relname, pg_describe_object('pg_class'::regclass, h.inhrelid, 0), c.relkind = 'p'
        FROM pg_class c LEFT JOIN pg_inherits h ON h.inhparent = c.oid
        WHERE (h.inhparent IS NOT NULL OR c.relkind = 'p') AND \(relations) ORDER BY c.relname, h.inhseqno
        """
    }

    /// Returns the query of all other dependents: the relation, the column, the bond, words for people, the generated column, the
    /// dependent view, and whether the dependent is the relation's own part.
    private static func others(on relations: SQL) -> SQL {
        """
        WITH hung AS (
            SELECT c.oid AS relation, c.relname, a.attname, d.refobjsubid, d.classid, d.objid, d.objsubid, d.deptype
            FROM pg_class c
                JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
                LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
            WHERE \(relations)
            UNION ALL
            SELECT c.oid, c.relname, NULL, 0, d.classid, d.objid, d.objsubid, d.deptype
            FROM pg_class c JOIN pg_type t ON t.oid = c.reltype
                JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray)
            WHERE d.classid IN ('pg_class'::regclass, 'pg_proc'::regclass) AND \(relations)
        )
        SELECT h.relname, h.attname,
            CASE WHEN h.classid = 'pg_rewrite'::regclass AND v.relkind = 'v' AND w.rulename = '_RETURN'
                    AND v.relnamespace = \(trusted: PostgreSQLCatalogScope.schema) THEN 'view'
                WHEN w.ev_class = h.relation THEN 'rule'
                WHEN h.classid = 'pg_statistic_ext'::regclass OR s.relkind = 'S'
                    OR h.classid = 'pg_publication_rel'::regclass AND h.attname IS NULL THEN 'companion'
                ELSE 'reader' END,
            CASE WHEN h.classid = 'pg_rewrite'::regclass AND w.rulename = '_RETURN'
                    THEN pg_describe_object('pg_class'::regclass, w.ev_class, 0)
                WHEN h.classid = 'pg_rewrite'::regclass
                    THEN 'rule ' || w.rulename || ' on ' || pg_describe_object('pg_class'::regclass, w.ev_class, 0)
                WHEN g.attname IS NOT NULL THEN 'generated column ' || g.attname
                WHEN p.pubname IS NOT NULL THEN 'publication ' || p.pubname
                ELSE pg_describe_object(h.classid, h.objid, h.objsubid) END,
            g.attname, v.relname,
            coalesce(w.ev_class, y.polrelid, e.adrelid) = h.relation OR h.classid = 'pg_statistic_ext'::regclass
        FROM hung h
            LEFT JOIN pg_rewrite w ON h.classid = 'pg_rewrite'::regclass AND w.oid = h.objid
            LEFT JOIN pg_class v ON v.oid = w.ev_class
            LEFT JOIN pg_class s ON h.classid = 'pg_class'::regclass AND s.oid = h.objid
            LEFT JOIN pg_attrdef e ON h.classid = 'pg_attrdef'::regclass AND e.oid = h.objid
            LEFT JOIN pg_attribute g ON g.attrelid = e.adrelid AND g.attnum = e.adnum AND g.attgenerated <> ''
            LEFT JOIN pg_publication_rel r ON h.classid = 'pg_publication_rel'::regclass AND r.oid = h.objid
            LEFT JOIN pg_publication p ON p.oid = r.prpubid
            LEFT JOIN pg_policy y ON h.classid = 'pg_policy'::regclass AND y.oid = h.objid
        WHERE h.deptype IN ('n', 'a') AND CASE h.classid
            WHEN 'pg_rewrite'::regclass THEN w.ev_class <> h.relation OR w.rulename <> '_RETURN'
            WHEN 'pg_policy'::regclass THEN y.polrelid <> h.relation OR h.attname IS NOT NULL
            WHEN 'pg_statistic_ext'::regclass THEN h.attname IS NOT NULL
            WHEN 'pg_attrdef'::regclass THEN g.attname IS NOT NULL AND e.adnum <> h.refobjsubid
            WHEN 'pg_class'::regclass THEN h.objsubid > 0 AND h.objid <> h.relation OR s.relkind = 'S' AND h.deptype = 'a'
                -- A sequence that numbers this column alone is a part of it, as that of a serial column is.
                AND (SELECT bool_and((f.adrelid, f.adnum) = (h.relation, h.refobjsubid))
                    FROM pg_depend u JOIN pg_attrdef f ON f.oid = u.objid
                    WHERE u.classid = 'pg_attrdef'::regclass AND u.refclassid = 'pg_class'::regclass
                        AND u.refobjid = h.objid) IS NOT TRUE
            WHEN 'pg_proc'::regclass THEN true
            WHEN 'pg_publication_rel'::regclass THEN true
            ELSE false END
        ORDER BY h.relname, h.attname, 4
        """
    }
}
