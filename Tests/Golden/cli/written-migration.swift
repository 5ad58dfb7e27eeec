import Migrator

extension Migration {
    /// Tags and births, as tc-migrate-fixture wrote it from the declared schema.
    static let tagsAndBirths = Migration("0003-tags-and-births") {
        AlterTable("people") {
            AddColumn("born", .date).nullable()
        }
        CreateTable("tags") {
            Column("name", .text).primaryKey()
            Column("note_id", .bigint).nullable()
            ForeignKey("note_id", to: "notes", "id")
            Index("note_id")
        }
    }
}
