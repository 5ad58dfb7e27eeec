import Dialects

/// The tables in which the migrations of well-known tools record what they have made: the tables beside them are made by an
/// application, which makes them otherwise on each database.
enum MigrationRecord {
    private static let keepers: [(table: String, tool: String)] = [
        ("django_migrations", "Django"), ("alembic_version", "Alembic"), ("ar_internal_metadata", "Rails"),
        ("_prisma_migrations", "Prisma"), ("knex_migrations", "Knex"), ("SequelizeMeta", "Sequelize"),
        ("__EFMigrationsHistory", "Entity Framework"), ("flyway_schema_history", "Flyway"),
        ("DATABASECHANGELOG", "Liquibase"), ("doctrine_migration_versions", "Doctrine"), ("aerich", "Aerich"),
    ]

    /// A tool whose table has a name that others use, too, but columns of its own.
    private static func unmistakable(in schema: Schema) -> (table: String, tool: String)? {
        let columns = schema["migrations"]?.columns.map(\.name)
        if columns == ["id", "migration", "batch"] { return ("migrations", "Laravel") }
        return Framework(of: schema) == .rails ? ("schema_migrations", "Rails") : nil
    }

    /// What to know before an application goes on with a copy of this schema.
    static func remark(on schema: Schema) -> String? {
        guard let keeper = keepers.first(where: { schema[$0.table] != nil }) ?? unmistakable(in: schema) else {
            return nil
        }
        return
            "\(keeper.table) shows that an application creates these tables with \(keeper.tool): if it is to work with the target, let it "
            + "create its tables there first, with the types that it expects, and have the transfer fill them"
    }
}
