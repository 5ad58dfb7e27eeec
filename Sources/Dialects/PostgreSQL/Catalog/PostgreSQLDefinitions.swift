/// The texts of the objects of the current schema that a schema value can't express, as the server writes them.
enum PostgreSQLDefinitions {
    static func read(_ connection: any Connection) throws(DatabaseError) -> [Definition] {
        let schemas = try schemas(connection)
        let rows = try connection.query(query) + connection.query(composed) + connection.query(stored)
        return rows.compactMap { row in
            // Without a text, the object was dropped at this moment.
            guard let name = row[0].text, let text = row[2].text else { return nil }
            return Definition(
                name, row[1].text, text: withoutSchemas(schemas, in: text),
                body: withoutSchemas(schemas, in: row[3].text ?? ""), isBodySQL: row[4].boolean == true,
                state: row[5].text ?? "")
        }
    }

    /// Returns the schema that is read. A scratch schema stands for the one behind it in the search path, so both count as one.
    private static func schemas(_ connection: any Connection) throws(DatabaseError) -> [String] {
        let rows = try connection.query("SELECT unnest(current_schemas(false))::text")
        let path = rows.compactMap { $0[0].text }
        return Array(path.prefix(path.first?.hasPrefix(PostgreSQLInspector.scratchPrefix) == true ? 2 : 1))
    }

    /// Returns the text with one word in place of each schema's name, and without it where it stands before another name. The server
    /// names a schema wherever the search path would not find the object, and functions keep one in the path that is set for them.
    private static func withoutSchemas(_ schemas: [String], in text: String) -> String {
        guard schemas.contains(where: text.contains) else { return text }
        let tokens = SQLToken.scan(text)
        var result = ""
        var at = 0
        while at < tokens.count {
            let token = tokens[at]
            at += 1
            if schemas.contains(where: token.names) {
                if at < tokens.count, tokens[at].isSymbol(".") { at += 1 } else { result += standIn }
            } else {
                result += schemas.contains { SQLText.literal($0) == token.text } ? standIn : token.text
            }
        }
        return result
    }

    private static let standIn = "current_schema"

    private static let query: SQL = """
        SELECT 'trigger ' || t.tgname, 'trigger ' || t.tgname || ' on ' || c.relname, pg_get_triggerdef(t.oid), NULL, NULL,
            CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'enabled for replicas only' WHEN 'A' THEN 'always enabled'
                ELSE 'enabled' END
        FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
        -- The triggers of partitions follow those of the whole.
        WHERE NOT c.relispartition AND \(PostgreSQLCatalogScope.whole.relations)
        UNION ALL
        SELECT 'other ' || p.oid::regprocedure, 'function ' || p.oid::regprocedure,
            CASE WHEN p.prosrc = '' THEN d.text ELSE replace(d.text, p.prosrc, '') END, p.prosrc, l.lanname IN ('sql', 'plpgsql'), NULL
        FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
            -- An aggregate has no such text (`composed`).
            CROSS JOIN LATERAL (SELECT CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END AS text) d
        WHERE p.pronamespace = \(trusted: PostgreSQLCatalogScope.schema)
            AND NOT EXISTS (
                SELECT FROM pg_depend e
                WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
        UNION ALL
        SELECT 'other ' || c.relname || '.' || w.rulename, 'rule ' || w.rulename || ' on ' || c.relname, pg_get_ruledef(w.oid),
            NULL, NULL, CASE w.ev_enabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'enabled for replicas only'
                WHEN 'A' THEN 'always enabled' ELSE 'enabled' END
        FROM pg_class c JOIN pg_rewrite w ON w.ev_class = c.oid AND w.rulename <> '_RETURN'
        WHERE \(PostgreSQLCatalogScope.whole.relations)
        UNION ALL
        SELECT 'other policy ' || p.polname || ' on ' || c.relname, 'policy ' || p.polname || ' on ' || c.relname,
            concat_ws(' ', p.polcmd, p.polpermissive, (
                    SELECT string_agg(coalesce(r.rolname, 'public'), ',' ORDER BY r.rolname)
                    FROM unnest(p.polroles) AS o(id) LEFT JOIN pg_roles r ON r.oid = o.id),
                'USING', pg_get_expr(p.polqual, c.oid), 'CHECK', pg_get_expr(p.polwithcheck, c.oid)),
            NULL, NULL, NULL
        FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE \(PostgreSQLCatalogScope.whole.tables)
        UNION ALL
        SELECT 'other row level security on ' || c.relname, 'row level security on ' || c.relname, '', NULL, NULL,
            CASE WHEN c.relforcerowsecurity THEN 'forced' ELSE 'enabled' END
        FROM pg_class c WHERE c.relrowsecurity AND \(PostgreSQLCatalogScope.whole.tables)
        UNION ALL
        SELECT 'view ' || c.relname, 'materialized view ' || c.relname, concat_ws(E'\\n', pg_get_viewdef(c.oid), (
            SELECT string_agg(concat(pg_get_indexdef(i.indexrelid, 0, true), CASE WHEN NOT i.indisvalid THEN ' INVALID' END),
                E'\\n' ORDER BY i.indexrelid::regclass::text)
            FROM pg_index i WHERE i.indrelid = c.oid)), NULL, NULL, NULL
        FROM pg_class c WHERE c.relkind = 'm' AND \(PostgreSQLCatalogScope.whole.relations)
        UNION ALL
        SELECT '\(trusted: Definition.privilege)', format('%s on %s to %s', g.privilege_type, c.relname || coalesce('.' || g.attname, ''),
            coalesce(r.rolname, 'PUBLIC')), '', NULL, NULL, NULL
        FROM pg_class c CROSS JOIN LATERAL (
                SELECT NULL AS attname, x.grantee, x.privilege_type FROM aclexplode(c.relacl) x
                UNION
                SELECT a.attname, x.grantee, x.privilege_type FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) x
                WHERE a.attrelid = c.oid
            ) g LEFT JOIN pg_roles r ON r.oid = g.grantee
        WHERE NOT c.relispartition AND g.grantee <> c.relowner AND \(PostgreSQLCatalogScope.whole.relations)
            -- What every new table grants by default is said by no migration.
            AND NOT EXISTS (
                SELECT FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) x
                WHERE d.defaclrole = c.relowner AND d.defaclnamespace IN (0, c.relnamespace)
                    AND d.defaclobjtype = CASE c.relkind WHEN 'S' THEN 'S' ELSE 'r' END::"char"
                    AND x.grantee = g.grantee AND x.privilege_type = g.privilege_type)
        ORDER BY 1, 2
        """
}
