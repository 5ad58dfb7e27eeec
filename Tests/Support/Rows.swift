import Dialects

extension Connection {
    /// A query's rows as values alone: for tests that know their query's columns.
    public func values(_ sql: SQL) throws(DatabaseError) -> [[Value]] { try query(sql).map(\.values) }
}
