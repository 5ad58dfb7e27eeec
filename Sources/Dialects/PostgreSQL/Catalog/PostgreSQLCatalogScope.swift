/// The conditions by which every question to `pg_catalog` finds what it is about. `c` is the row of `pg_class`.
struct PostgreSQLCatalogScope {
    /// All of the current schema.
    static let whole = PostgreSQLCatalogScope(names: nil)

    /// Only relations of these names, all of them where it is `nil`: a question about one table costs the same in a database of ten
    /// thousand.
    var names: Set<String>?

    /// Everything in the schema but what an extension brought. It stands in questions to catalogs only: a migration asks the same ones
    /// at each step, and planning them takes the server five times as long as answering.
    var relations: SQL {
        let condition: SQL = """
            c.relnamespace = pg_catalog.quote_ident(current_schema())::regnamespace\(filter) AND NOT EXISTS (
                SELECT FROM pg_depend e
                WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
            """
        return condition.readingCatalogs()
    }

    /// The tables that a schema value can describe. A partitioned table is one, with the rows of all its partitions.
    var tables: SQL { "c.relkind IN ('r', 'p') AND NOT c.relispartition AND \(relations)" }

    /// One binding for all names, parted by line feeds, so that the server prepares one statement for any number of them.
    private var filter: SQL {
        guard let names else { return "" }
        return " AND c.relname = ANY (string_to_array(\(names.sorted().joined(separator: "\n")), E'\\n')::name[])"
    }
}
