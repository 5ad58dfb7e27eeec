import TCSQLite

// Running SQL of foreign origin inside one of the project's own transactions.

extension SQLiteConnection {
    /// Runs a script inside the open transaction. SQLite asks an authorizer about each action of a statement that it compiles.
    /// The script therefore can't end the transaction; only SQLite itself can, by rolling it back
    /// (https://www.sqlite.org/c3ref/set_authorizer.html).
    func executeInTransaction(_ text: String) throws(DatabaseError) {
        guard isInTransaction else {
            throw DatabaseError(
                .transactionEnded, "the transaction of this statement has ended", statement: text)
        }
        try handle.refusingTransactionControl()
        defer { handle.allowTransactionControl() }
        do throws(DatabaseError) { try executeScript(text) } catch {
            guard error.code == SQLiteResult.name(of: SQLITE_AUTH) else { throw error }
            throw DatabaseError(
                .permission, "a statement that begins or ends a transaction, or attaches a database, was not run",
                statement: error.statement, code: error.code, remedy: "leave it out")
        }
    }

    func executeInTransaction(_ statements: [String], done: inout Int) throws(DatabaseError) {
        for statement in statements {
            try executeInTransaction(statement)
            done += 1
        }
    }

    /// Does nothing: a file is one schema, which always exists.
    func requireSchema() throws(DatabaseError) {}

    func keepingSettings<T>(_ body: () throws -> T) throws -> T {
        let switches = try SQLiteSwitches(of: self)
        let result = Result { try body() }
        return try afterwards(result) { () throws(DatabaseError) in try switches.restore(on: self) }
    }

    /// Runs the cleanup, whatever the result is. The first error is the one to report. If the cleanup fails, the connection
    /// becomes unusable.
    func afterwards<T>(_ result: Result<T, any Error>, _ cleanUp: () throws(DatabaseError) -> Void) throws -> T {
        try result.get(after: {
            do throws(DatabaseError) { try cleanUp() } catch {
                close()
                throw error
            }
        })
    }
}

extension SQLiteHandle {
    func refusingTransactionControl() throws(DatabaseError) {
        sqlite3_set_authorizer(
            try live(),
            { _, action, _, _, _, _ in
                // Savepoints are allowed: they can't end a transaction that BEGIN began, and full-text search uses them
                // (https://www.sqlite.org/lang_savepoint.html).
                switch action {
                case SQLITE_TRANSACTION, SQLITE_ATTACH, SQLITE_DETACH: SQLITE_DENY
                default: SQLITE_OK
                }
            }, nil)
    }

    func allowTransactionControl() {
        if let pointer = try? live() { sqlite3_set_authorizer(pointer, nil, nil) }
    }
}

/// The saved values of a connection's switches that a script may set. The switches belong to no transaction, so that no
/// rollback restores them (https://www.sqlite.org/pragma.html).
struct SQLiteSwitches {
    static let names: Set<String> = [
        "analysis_limit", "automatic_index", "cache_size", "cache_spill", "case_sensitive_like", "cell_size_check",
        "checkpoint_fullfsync", "fullfsync", "ignore_check_constraints", "journal_size_limit", "legacy_alter_table",
        "mmap_size", "query_only", "read_uncommitted", "recursive_triggers", "reverse_unordered_selects",
        "secure_delete", "threads", "trusted_schema", "wal_autocheckpoint", "writable_schema",
    ]

    private var values: [(name: String, value: String)] = []

    init(of connection: SQLiteConnection) throws(DatabaseError) {
        for name in Self.names.sorted() {
            guard let value = try Self.value(of: name, on: connection) else { continue }
            values.append((name, value))
        }
    }

    func restore(on connection: SQLiteConnection) throws(DatabaseError) {
        for (name, value) in values where try Self.value(of: name, on: connection) != value {
            try connection.cleanUp("PRAGMA \(name) = \(value)")
        }
        // SQLite does not report the value of this switch; the project's own code never sets it.
        try connection.cleanUp("PRAGMA case_sensitive_like = OFF")
    }

    private static func value(of name: String, on connection: SQLiteConnection) throws(DatabaseError) -> String? {
        guard name != "case_sensitive_like" else { return nil }
        return try connection.queryValue("PRAGMA \(trusted: name)")?.text
    }
}
