import Dialects

extension Connection {
    /// Returns a query's rows as bare values, for tests that know the columns of their query.
    public func values(_ sql: SQL) throws(DatabaseError) -> [[Value]] { try query(sql).map(\.values) }
}
