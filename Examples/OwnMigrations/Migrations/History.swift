import Migrator

extension History {
    /// Returns every migration, in the order in which they are applied.
    public static func reading() throws(HistoryError) -> History {
        try History {
            Migration.books
            Migration.finishedBooks
        }
    }
}
