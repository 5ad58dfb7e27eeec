import Migrator

extension Migration {
    /// What was brought over from an existing install, and what of it has no place, or not as it was: a row of an old table, the
    /// old columns of a row, a value that its column does not take. The record is JSON from which each value can be had again.
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
