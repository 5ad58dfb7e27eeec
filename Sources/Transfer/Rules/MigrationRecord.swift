import Dialects

/// The tables in which the migrations of an application record what they have made: the tables beside them are made by that application,
/// which makes them otherwise on each database.
package enum MigrationRecord {
    private static let keepers: [(table: String, tool: String)] = [
        ("django_migrations", "Django"), ("alembic_version", "Alembic"), ("ar_internal_metadata", "Rails"),
        ("_prisma_migrations", "Prisma"), ("knex_migrations", "Knex"), ("SequelizeMeta", "Sequelize"),
        ("__EFMigrationsHistory", "Entity Framework"), ("flyway_schema_history", "Flyway"),
        ("DATABASECHANGELOG", "Liquibase"), ("doctrine_migration_versions", "Doctrine"), ("aerich", "Aerich"),
        ("typeorm_metadata", "TypeORM"), ("mikro_orm_migrations", "MikroORM"), ("__drizzle_migrations", "Drizzle"),
        ("__diesel_schema_migrations", "Diesel"), ("_sqlx_migrations", "SQLx"), ("goose_db_version", "goose"),
        ("phinxlog", "Phinx"), ("applied_schema_deltas", "Synapse"), ("coreinfo", "Quassel"),
    ]

    /// Tables by which applications are known whose own records have names that others use, too.
    private static let signs: [(table: String, tool: String)] = [
        ("key_value_expire", "Drupal"), ("login_source", "Gitea"),
    ]

    /// Other tables of the same tools, and of tools without a word for migrations in their tables' names.
    private static let others: Set<String> = [
        "applied_module_schemas", "databasechangeloglock", "migratehistory", "refinery_schema_history",
        "schemaversions",
    ]

    /// Whether a table of this name is known to hold such a record, or says by its name that it does.
    package static func isOne(_ table: String) -> Bool {
        let name = SQLName.folded(table)
        guard !OwnTables.names.contains(name) else { return false }
        return keepers.contains { SQLName.folded($0.table) == name } || others.contains(name)
            || name.contains("migration") || name.hasPrefix("schema_version")
    }

    /// A tool whose table has a name that others use, too, but columns of its own.
    private static func unmistakable(in schema: Schema) -> (table: String, tool: String)? {
        let columns = schema["migrations"]?.columns.map(\.name)
        if columns == ["id", "migration", "batch"] { return ("migrations", "Laravel") }
        if columns == ["id", "timestamp", "name"] { return ("migrations", "TypeORM") }
        if schema["schema_migrations"]?.columns.map(\.name) == ["version", "inserted_at"] {
            return ("schema_migrations", "Ecto")
        }
        return Framework(of: schema) == .rails ? ("schema_migrations", "Rails") : nil
    }

    /// The table by which a tool is known, and that tool; `nil` if none is.
    static func keeper(in schema: Schema) -> (table: String, tool: String)? {
        let names = Set(schema.tables.map { SQLName.folded($0.name) })
        return (keepers + signs).first { names.contains(SQLName.folded($0.0)) } ?? unmistakable(in: schema)
    }

    /// What to know before an application goes on with a copy of this schema.
    static func remark(on schema: Schema) -> String? {
        evidence(in: schema).map {
            "\($0): if it is to work with the target, let it create its tables there first, with the types that it expects, and have the "
                + "transfer fill them (--into-existing)"
        }
    }

    /// Why an application most likely creates the tables of this schema; `nil` if nothing says so.
    private static func evidence(in schema: Schema) -> String? {
        if let keeper = keeper(in: schema) {
            return "\(keeper.table) shows that an application creates these tables with \(keeper.tool)"
        }
        return schema.tables.map(\.name).first(where: isOne).map {
            "\($0) is, by its name, where an application records the migrations with which it creates these tables"
        }
    }
}
