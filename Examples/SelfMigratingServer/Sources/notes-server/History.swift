import Migrator

extension History {
    /// The migrations of the server's database, from an empty one to what this version of the server needs.
    static func notes() throws(HistoryError) -> History {
        try History {
            Migration("0001-notes") {
                CreateTable("notes") {
                    Column("id", .bigint).identity().primaryKey()
                    Column("body", .text)
                    Column("created_at", .timestamp).default(.now)
                }
            }
            Migration("0002-done") {
                AlterTable("notes") { AddColumn("is_done", .boolean).default(false) }
            }
        }
    }
}
