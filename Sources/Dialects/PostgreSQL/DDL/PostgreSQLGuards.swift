extension PostgreSQLDialect {
    /// Returns a query for the guards of the table that the name means to this session. A trigger's definition consists of the
    /// events at which it fires, whether it is enabled, and its function with everything that decides what the function does. It
    /// is not the server's own text of the trigger, which changes between versions.
    public func guards(on table: String) -> SQL {
        """
        WITH t AS (SELECT c.* FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(pg_catalog.quote_ident(\(table)))) \
        \(trusted: Self.triggers) UNION ALL \(trusted: Self.rules) UNION ALL \(trusted: Self.storage)
        """
    }

    private static let triggers = """
        SELECT 'trigger', g.tgname::text, concat_ws(' ',
            g.tgenabled, g.tgtype, g.tgqual IS NULL, g.tgnargs, g.tgattr, g.tgdeferrable, g.tginitdeferred, p.proname,
            CASE WHEN p.pronamespace = t.relnamespace THEN 'here' ELSE n.nspname END, l.lanname, p.prosecdef,
            CASE WHEN p.proconfig = ARRAY['search_path=pg_catalog, ' || quote_ident(h.nspname) || ', pg_temp']
                THEN 'pinned' ELSE array_to_string(p.proconfig, ' ') END, p.prosrc)
        FROM t JOIN pg_catalog.pg_namespace h ON h.oid = t.relnamespace
            JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
            JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            JOIN pg_catalog.pg_language l ON l.oid = p.prolang
        """

    private static let rules = """
        SELECT 'rule', r.rulename::text, pg_get_ruledef(r.oid)
        FROM t JOIN pg_catalog.pg_rewrite r ON r.ev_class = t.oid AND r.rulename <> '_RETURN'
        UNION ALL
        SELECT 'policy', p.polname::text, concat_ws(' ', p.polcmd, p.polpermissive,
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
        FROM t JOIN pg_catalog.pg_policy p ON p.polrelid = t.oid
        UNION ALL
        SELECT 'row security', t.relname::text, concat_ws(' ', t.relrowsecurity, t.relforcerowsecurity)
        FROM t WHERE t.relrowsecurity OR t.relforcerowsecurity
        """

    private static let storage = """
        SELECT 'storage', t.relname::text, 'is no table' FROM t WHERE t.relkind <> 'r'
        UNION ALL
        SELECT 'storage', t.relname::text, 'does not outlive a crash' FROM t WHERE t.relpersistence <> 'p'
        UNION ALL
        SELECT 'storage', t.relname::text, 'is read together with ' || i.inhrelid::regclass
        FROM t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
        """
}
