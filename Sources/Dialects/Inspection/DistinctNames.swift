extension Inspection {
    /// Returns the inspection of a database whose tables, views and columns can be told apart by their names.
    ///
    /// Throws `DatabaseError` if two names are one in two Unicode forms. They are two to the database, but one to Swift, so the rows of
    /// one table could be read as those of the other.
    package func withDistinctNames() throws(DatabaseError) -> Inspection {
        try SQLName.requireNoTwins(in: schema.tables.map(\.name) + schema.views.map(\.name))
        for table in schema.tables { try SQLName.requireNoTwins(in: table.columns.map(\.name)) }
        return self
    }
}
