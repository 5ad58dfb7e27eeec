import Migrator

extension Migration {
    /// When a book was read to its end; not yet, where it is NULL.
    static let finishedBooks = Migration("0002-finished-books") {
        AlterTable("books") {
            AddColumn("finished_on", .date).nullable()
            AddIndex("finished_on")
        }
    }
}
