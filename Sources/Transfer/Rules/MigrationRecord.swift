import Dialects

/// The tables in which the migrations of well-known tools record what they have made: the tables beside them are made by an
/// application, which makes them otherwise on each database.
enum MigrationRecord {
    private static let keepers: [(table: String, tool: String)] = [
        ("django_migrations", "Django"), ("alembic_version", "Alembic"), ("ar_internal_metadata", "Rails"),
        ("_prisma_migrations", "Prisma"), ("knex_migrations", "Knex"), ("SequelizeMeta", "Sequelize"),
        ("__EFMigrationsHistory", "Entity Framework"), ("flyway_schema_history", "Flyway"),
        ("DATABASECHANGELOG", "Liquibase"), ("doctrine_migration_versions", "Doctrine"), ("aerich", "Aerich"),
        ("typeorm_metadata", "TypeORM"), ("mikro_orm_migrations", "MikroORM"), ("__drizzle_migrations", "Drizzle"),
        ("__diesel_schema_migrations", "Diesel"), ("_sqlx_migrations", "SQLx"), ("goose_db_version", "goose"),
        ("phinxlog", "Phinx"), ("applied_schema_deltas", "Synapse"), ("key_value_expire", "Drupal"),
        ("login_source", "Gitea"),
    ]

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
        keepers.first { schema[$0.table] != nil } ?? unmistakable(in: schema)
    }

    /// What to know before an application goes on with a copy of this schema.
    static func remark(on schema: Schema) -> String? {
        guard let keeper = keeper(in: schema) else { return nil }
        return
            "\(keeper.table) shows that an application creates these tables with \(keeper.tool): if it is to work with the target, let it "
            + "create its tables there first, with the types that it expects, and have the transfer fill them (--into-existing)"
    }
}
