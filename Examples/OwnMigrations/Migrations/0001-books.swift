import Migrator

extension Migration {
    /// Creates the table of books to read, each of them once.
    static let books = Migration("0001-books") {
        CreateTable("books") {
            Column("id", .bigint).identity().primaryKey()
            Column("title", .text)
            Column("author", .text)
            Column("added_at", .timestamp).default(.now)
            Index("author", "title").unique()
        }
    }
}
