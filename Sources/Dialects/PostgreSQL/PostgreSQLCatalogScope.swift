/// The conditions by which every question to `pg_catalog` finds what is in the current schema. `c` is the row of `pg_class`.
enum PostgreSQLCatalogScope {
    /// Everything in the schema but what an extension brought.
    static let relations = """
        c.relnamespace = pg_catalog.quote_ident(current_schema())::regnamespace AND NOT EXISTS (
            SELECT FROM pg_depend e
            WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
        """

    /// The tables that a schema value can say: partitioned tables and their partitions are none.
    static let tables = "c.relkind = 'r' AND NOT c.relispartition AND \(relations)"
}
