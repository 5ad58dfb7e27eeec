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
        ("refinery_schema_history", "Refinery"), ("seaql_migrations", "SeaORM"), ("atlas_schema_revisions", "Atlas"),
        ("phinxlog", "Phinx"), ("adonis_schema", "AdonisJS"), ("play_evolutions", "Play"),
        ("migratehistory", "peewee_migrate"), ("migrate_version", "SQLAlchemy Migrate"), ("_yoyo_migration", "yoyo"),
        ("applied_schema_deltas", "Synapse"), ("coreinfo", "Quassel"),
    ]

    /// Tables by which applications are known whose own records have names that others use, too.
    private static let signs: [(table: String, tool: String)] = [
        ("key_value_expire", "Drupal"), ("login_source", "Gitea"),
    ]

    /// Tables whose names others use, too, which show by all of their columns whose record they are. All names are in lower case.
    private static let shapes: [(table: String, columns: [String], tool: String)] = [
        ("migrations", ["id", "migration", "batch"], "Laravel"),
        ("migrations", ["id", "timestamp", "name"], "TypeORM"),
        ("schema_migrations", ["version", "inserted_at"], "Ecto"),
        ("schema_migrations", ["version", "dirty"], "golang-migrate"),
        ("schema_migrations", ["filename"], "Sequel"), ("schema_info", ["version"], "Sequel"),
        ("migration", ["version", "apply_time"], "Yii"),
        ("versioninfo", ["version", "appliedon", "description"], "FluentMigrator"),
        ("changelog", ["id", "applied_at", "description"], "MyBatis"),
        ("versions", ["table_name", "table_version"], "GnuCash"),
    ]

    /// The names of the keepers' tables, of other tables of the same tools, and of tools without a word for migrations in their tables'
    /// names; in lower case.
    private static let names = Set(keepers.map { SQLName.folded($0.table) }).union([
        "applied_module_schemas", "databasechangeloglock", "schemaversion", "schemaversions", "versioninfo",
    ])

    /// Whether a table of this name is known to hold such a record, or says by its name that it does.
    package static func isOne(_ table: String) -> Bool {
        let name = SQLName.folded(table)
        guard !OwnTables.names.contains(name) else { return false }
        // A plugin of CakePHP has a `phinxlog` of its own.
        return names.contains(name) || name.contains("migration") || name.hasPrefix("schema_version")
            || name.hasSuffix("_phinxlog")
    }

    /// The tool whose record a table is by its name and columns; `nil` if it is none's.
    private static func tool(by table: Table) -> String? {
        let name = SQLName.folded(table.name)
        let alike = shapes.filter { $0.table == name }
        guard !alike.isEmpty else { return nil }
        let columns = table.columns.map { SQLName.folded($0.name) }
        return alike.first { $0.columns == columns }?.tool
    }

    /// The table by which a tool is known, and that tool; `nil` if none is.
    private static func keeper(in schema: Schema) -> (table: String, tool: String)? {
        let names = Set(schema.tables.map { SQLName.folded($0.name) })
        if let known = (keepers + signs).first(where: { names.contains(SQLName.folded($0.table)) }) { return known }
        for table in schema.tables {
            if let tool = tool(by: table) { return (table.name, tool) }
        }
        return Framework(of: schema) == .rails ? ("schema_migrations", "Rails") : nil
    }

    /// Whether an application most likely creates the tables of this schema.
    static func isKept(in schema: Schema) -> Bool { evidence(in: schema) != nil }

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
