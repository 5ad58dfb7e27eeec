/// The connection that is lent to a data step. Its statements read and write rows inside the migration's transaction.
///
/// It takes one statement at a time. A statement that begins or ends the transaction, sets something in the session or changes
/// the schema is refused before it is sent, since the history would not know of it. Functions and triggers of the database itself
/// are not looked into.
///
/// A failed statement fails the step, whatever the closure does with the error. On PostgreSQL the error ends the transaction, and
/// a step that works on one database must work on both.
public final class DataConnection {
    private var connection: (any Connection)?
    /// Statements that were already found to be allowed. Values are no part of them, so a loop has one text for all its rows.
    private var known: Set<String> = []
    /// The first error that a statement raised.
    private(set) var failure: DatabaseError?

    init(_ connection: any Connection) { self.connection = connection }

    func end() { connection = nil }

    /// Runs a statement and returns the number of rows that it wrote.
    ///
    ///     try data.execute("UPDATE people SET family = \(family) WHERE id = \(id)")
    ///
    /// - Throws: ``DatabaseError``, of kind `permission` for a statement that a data step may not run.
    @discardableResult
    public func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        try perform(sql) { connection throws(DatabaseError) in try connection.execute(sql) }
    }

    /// Returns every row of a query. Read a large table in pages, so that memory holds one page at a time: `WHERE id > \(last)
    /// ORDER BY id LIMIT 1000`.
    ///
    /// - Throws: ``DatabaseError``, of kind `permission` for a statement that a data step may not run.
    public func query(_ sql: SQL) throws(DatabaseError) -> [Row] {
        try perform(sql) { connection throws(DatabaseError) in try connection.query(sql) }
    }

    /// Returns every row of a query as a value of your own type, as `Connection.query(_:as:)` reads it.
    ///
    /// - Throws: ``DatabaseError``, of kind `permission` for a statement that a data step may not run. `DecodingError` for a row
    ///   that does not decode as `T`.
    public func query<T: Decodable>(_ sql: SQL, as type: T.Type) throws -> [T] {
        try query(sql).map { try $0.decoded(as: type) }
    }

    /// Returns the first column of the first row; `nil` when there is no row.
    ///
    /// - Throws: ``DatabaseError``, of kind `permission` for a statement that a data step may not run.
    public func queryValue(_ sql: SQL) throws(DatabaseError) -> Value? {
        try perform(sql) { connection throws(DatabaseError) in try connection.queryValue(sql) }
    }

    /// The translator of the database, for SQL that differs between databases, such as `upsert(into:columns:key:)`.
    ///
    /// - Throws: ``DatabaseError`` when the step is over.
    public var dialect: any Dialect {
        get throws(DatabaseError) { try lent().dialect }
    }

    private func perform<T>(
        _ sql: SQL, _ body: (any Connection) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> T {
        if let failure { throw failure }
        do throws(DatabaseError) {
            let connection = try lent()
            try requireRows(sql, connection.dialect)
            guard connection.isInTransaction else {
                throw DatabaseError(.transactionEnded, "the transaction of this data step has ended")
            }
            return try body(connection)
        } catch {
            failure = error
            throw error
        }
    }

    private func lent() throws(DatabaseError) -> any Connection {
        if let connection { return connection }
        throw DatabaseError(
            .other, "this connection belongs to a data step that has ended", remedy: "use it only inside the data step")
    }

    private func requireRows(_ sql: SQL, _ dialect: any Dialect) throws(DatabaseError) {
        let text = sql.text(placeholder: dialect.placeholder)
        guard !known.contains(text) else { return }
        try dialect.requireRowStatement(text)
        if known.count == 1_000 { known.removeAll() }
        known.insert(text)
    }
}
