import Dialects

/// The tables in which the migrations of an application record what they have made: the tables beside them are made by that application,
/// which makes them otherwise on each database.
package enum MigrationRecord {
    private static let keepers: [(table: String, tool: String)] = [
        ("django_migrations", "Django"), ("alembic_version", "Alembic"), ("ar_internal_metadata", "Rails"),
        ("_prisma_migrations", "Prisma"), ("knex_migrations", "Knex"), ("SequelizeMeta", "Sequelize"),
        ("__EFMigrationsHistory", "Entity Framework"), ("flyway_schema_history", "Flyway"),
        ("DATABASECHANGELOG", "Liquibase"), ("doctrine_migration_versions", "Doctrine"), ("aerich", "Aerich"),
        ("goose_db_version", "Goose"), ("_sqlx_migrations", "SQLx"), ("applied_schema_deltas", "Synapse"),
    ]

    /// Other tables of the same tools, and of tools without a word for migrations in their tables' names.
    private static let others: Set<String> = [
        "applied_module_schemas", "databasechangeloglock", "migratehistory", "phinxlog", "refinery_schema_history",
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
        return Framework(of: schema) == .rails ? ("schema_migrations", "Rails") : nil
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
        let names = schema.tables.map(\.name)
        let known = keepers.first { keeper in names.contains { SQLName.equal($0, keeper.table) } }
        if let keeper = known ?? unmistakable(in: schema) {
            return "\(keeper.table) shows that an application creates these tables with \(keeper.tool)"
        }
        return names.first(where: isOne).map {
            "\($0) is, by its name, where an application records the migrations with which it creates these tables"
        }
    }
}
