import Migrator

extension Schema {
    /// The database as it is to be. Edit it, build, and `reading-migrate new NAME` writes the migration that leads there.
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
