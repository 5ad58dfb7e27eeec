import Migrator

extension Migration {
    /// Adds the day on which a book was finished; NULL if it is not finished yet.
    static let finishedBooks = Migration("0002-finished-books") {
        AlterTable("books") {
            AddColumn("finished_on", .date).nullable()
            AddIndex("finished_on")
        }
    }
}
