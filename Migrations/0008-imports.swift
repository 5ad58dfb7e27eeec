import Migrator

extension Migration {
    /// Adds the records of what was imported from an existing install, and of what had no place or was changed: a row of an old
    /// table, the old columns of a row, a value that its column does not hold. A record is JSON from which each value can be
    /// recovered exactly.
    static let imports = Migration("0008-imports") {
        CreateTable("imports") {
            Column("id", .bigint).identity().primaryKey()
            Column("source", .text)
            Column("fingerprint", .text)
            Column("made_at", .timestamp)
            Column("owner_person", .text)
            Column("owner_uid", .bigint)
        }
        CreateTable("import_quarantine") {
            Column("id", .bigint).identity().primaryKey()
            Column("source_table", .text)
            Column("row_key", .text)
            Column("column_name", .text).nullable()
            Column("reason", .text)
            Column("record", .text)
            Index("source_table")
        }
    }
}
