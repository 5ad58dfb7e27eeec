extension Connection {
    /// Returns a writer of many rows into one table.
    ///
    /// - Throws: ``DatabaseError``.
    public func copyIn(
        table: String, columns: [String], types: [ColumnType]
    ) throws(DatabaseError) -> any BulkWriter {
        try copyIn(table: table, columns: columns, types: types, options: CopyOptions())
    }

    /// Returns a copy of every row of a query. Use it for small results.
    ///
    /// - Throws: ``DatabaseError``.
    public func query(_ sql: SQL) throws(DatabaseError) -> [Row] {
        let cursor = try rows(sql)
        defer { cursor.close() }
        let names = cursor.columnNames
        var result: [Row] = []
        while try cursor.next() {
            result.append(Row(columnNames: names, values: names.indices.map { cursor.raw($0).copied }))
        }
        return result
    }

    /// Returns every row of a query as a value of your own type, or its only column as a ``ValueConvertible`` such as `Date`.
    ///
    /// A property takes the column of its name; `madeAt` also takes `made_at`, and `ownerUID` takes `owner_uid`. An optional property
    /// without a column is `nil`.
    ///
    ///     struct Note: Decodable { var id: Int; var text: String; var madeAt: Date? }
    ///     let notes = try connection.query("SELECT * FROM notes WHERE owner = \(name)", as: Note.self)
    ///
    /// - Throws: `DatabaseError` of the query, and `DecodingError` for a row that does not decode as `T`.
    public func query<T: Decodable>(_ sql: SQL, as type: T.Type) throws -> [T] {
        try query(sql).map { try $0.decoded(as: type) }
    }

    /// Returns the first column of the first row; `nil` when there is no row. The other rows are read as well, and none is kept.
    ///
    /// - Throws: ``DatabaseError``.
    public func queryValue(_ sql: SQL) throws(DatabaseError) -> Value? {
        let cursor = try rows(sql)
        defer { cursor.close() }
        guard try cursor.next(), !cursor.columnNames.isEmpty else { return nil }
        let value = cursor.raw(0).copied
        // To close a cursor early could cancel the statement, and a statement that returns what it writes would be undone.
        while try cursor.next() {}
        return value
    }

    /// Returns whether the current schema has a table of this name.
    ///
    /// - Throws: ``DatabaseError``.
    public func hasTable(_ name: String) throws(DatabaseError) -> Bool {
        try queryValue(dialect.countTables(named: name))?.integer ?? 0 > 0
    }

    /// Runs `body` in a transaction, which is committed when `body` returns and rolled back when it throws.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError`` when the transaction can't begin or be committed.
    public func transaction<T>(_ body: () throws -> T) throws -> T {
        try begin()
        return try finishTransaction(body)
    }

    /// Runs `body` in a transaction whose statements wait at most `seconds` for locks of other sessions.
    package func transaction<T>(waitingUpTo seconds: Double, _ body: () throws -> T) throws -> T {
        try begin(waitingUpTo: seconds)
        return try finishTransaction(body)
    }

    /// Runs `body` in a transaction that sees a single state of the database.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError``.
    public func snapshot<T>(_ body: () throws -> T) throws -> T {
        try beginSnapshot()
        return try finishTransaction(body)
    }

    /// Runs `body` in a transaction whose snapshot other connections may join. `body` may end the sharing before it returns.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError``.
    public func sharedSnapshot<T>(_ body: (SnapshotShare) throws -> T) throws -> T {
        let share = try beginSharedSnapshot()
        return try finishTransaction { try body(share) }
    }

    private func finishTransaction<T>(_ body: () throws -> T) throws -> T {
        do {
            let result = try body()
            try commit()
            return result
        } catch {
            // The first error is the one to report: a rollback after a lost connection fails too, and says nothing new.
            if isInTransaction { try? rollback() }
            throw error
        }
    }
}
