import Migrator

extension Schema {
    /// The schema that the database is to have. Edit it and build; `reading-migrate new NAME` then writes the migration
    /// that leads to it.
    public static let current = Schema {
        Table("books") {
            Column("id", .bigint).identity().primaryKey()
            Column("title", .text)
            Column("author", .text)
            Column("added_at", .timestamp).default(.now)
            Column("finished_on", .date).nullable()
            Index("author", "title").unique()
            Index("finished_on")
        }
    }
}
