/// The conditions that limit every query of `pg_catalog` to the relations that are asked for. `c` is the row of `pg_class`.
struct PostgreSQLCatalogScope {
    /// The scope of all relations of the current schema.
    static let whole = PostgreSQLCatalogScope(names: nil)

    /// The current schema as the catalogs know it, in SQL. A schema whose name needs quotes, such as `Billing`, is found only by
    /// its quoted name.
    static let schema = "pg_catalog.quote_ident(current_schema())::regnamespace"

    /// The names of the relations that are asked for; `nil` for all. So a question about one table costs the same in a database
    /// of ten thousand.
    var names: Set<String>?

    /// The condition for everything in the schema except the objects that an extension brought. It stands in
    /// queries of catalogs only (`readingCatalogs`), whose plans outlive DDL: a migration sends the same queries at each step, and
    /// planning them takes the server five times as long as answering.
    var relations: SQL {
        let condition: SQL = """
            c.relnamespace = \(trusted: Self.schema)\(filter) AND NOT EXISTS (
                SELECT FROM pg_depend e
                WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
            """
        return condition.readingCatalogs()
    }

    /// The condition for the tables that a schema value can describe. A partitioned table is one of them, with the rows of all
    /// its partitions.
    var tables: SQL { "c.relkind IN ('r', 'p') AND NOT c.relispartition AND \(relations)" }

    /// The condition for the names. All names are one binding, separated by line feeds, so that the server prepares a single
    /// statement for any number of names.
    private var filter: SQL {
        guard let names else { return "" }
        return " AND c.relname = ANY (string_to_array(\(names.sorted().joined(separator: "\n")), E'\\n')::name[])"
    }
}
