import TCPostgreSQL

/// A session with a PostgreSQL server, through libpq. It belongs to the thread that opened it; only its interrupter is shared.
final class PostgreSQLConnection: Connection {
    /// libpq's connection; `nil` once it is closed. libpq answers calls with `nil` with "connection pointer is NULL".
    private(set) var handle: OpaquePointer?
    let cancellation: PostgreSQLInterrupter
    private var statements = PostgreSQLStatementCache()
    /// How long the server may take for the next part of an answer, or for the next rows of a copy, in seconds; `nil` for no limit.
    var answerTimeout: Double?
    /// Whether a wait for an answer ends when the task is cancelled. Nobody has the interrupter of a session that is still being opened.
    var heedsCancellation = false
    let lockTimeout: Double
    /// The number of commands so far. A cursor or a copy that was left open sees from it whether the session still works for it.
    private(set) var command = 0

    var dialect: any Dialect { PostgreSQLDialect() }
    var interrupter: any Interrupter { cancellation }

    /// The statements that restore the session's initial settings (`keepingSettings`).
    var settings = ""
    /// The state of the session before those settings.
    var session: PostgreSQLSession?

    init(_ handle: OpaquePointer, _ options: ConnectionOptions) {
        self.handle = handle
        answerTimeout = options.silence.ofServer
        lockTimeout = options.lockTimeout
        cancellation = PostgreSQLInterrupter(handle)
    }

    deinit { close() }

    func close() {
        PQfinish(handle)
        handle = nil
    }

    @discardableResult
    func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        let text = text(sql)
        let result = try PostgreSQLResult(first: try send(sql, text), on: self, statement: text)
        try finish(text)
        forgetStatements(after: result.commandTag)
        return result.affectedRows
    }

    func rows(_ sql: SQL) throws(DatabaseError) -> any RowCursor {
        let text = text(sql)
        let wasInTransaction = isInTransaction
        let first = try send(sql, text, rowByRow: true)
        return try PostgreSQLCursor(self, first: first, statement: text, mayCancel: !wasInTransaction)
    }

    private func text(_ sql: SQL) -> String { sql.text { "$\($0)" } }

    // MARK: Transactions

    /// Whether libpq reports the connection as broken or closed.
    var isLost: Bool { PQstatus(handle) != CONNECTION_OK }

    /// The name and version of the server, without the distributor's addition in parentheses.
    var product: String {
        let version = PQparameterStatus(handle, "server_version").map { String(cString: $0) } ?? ""
        return "PostgreSQL \(version.prefix { $0 != " " })"
    }

    /// Whether a transaction is open. A running command counts as one, because its effects are not final.
    var isInTransaction: Bool {
        switch PQtransactionStatus(handle) {
        case PQTRANS_INTRANS, PQTRANS_INERROR, PQTRANS_ACTIVE: true
        default: false
        }
    }

    func forgetPlans() { statements.removeAll() }

    func begin() throws(DatabaseError) {
        try requireNoTransaction()
        try execute("BEGIN")
    }

    func beginSnapshot() throws(DatabaseError) {
        try requireNoTransaction()
        try execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    }

    /// The server only warns of a BEGIN in a transaction, and the inner COMMIT would then end the outer transaction
    /// (https://www.postgresql.org/docs/current/sql-begin.html).
    func requireNoTransaction() throws(DatabaseError) {
        guard isInTransaction else { return }
        throw DatabaseError(
            .other, "cannot start a transaction within a transaction", code: "25001",
            remedy: "run the statements in the transaction that is open, or end it first")
    }

    func commit() throws(DatabaseError) {
        // COMMIT of a failed transaction is a ROLLBACK, which the server does not report as an error.
        let hadFailed = PQtransactionStatus(handle) == PQTRANS_INERROR
        try execute("COMMIT")
        if hadFailed {
            throw DatabaseError(
                .other, "nothing was committed: an earlier statement of the transaction had failed", code: "25P02")
        }
    }

    func rollback() throws(DatabaseError) {
        if PQtransactionStatus(handle) == PQTRANS_ACTIVE { abandonCommand() }
        // A rollback must not be interrupted.
        _ = cancellation.take()
        try execute("ROLLBACK")
    }

    // MARK: Foreign keys

    /// Runs `body` with nothing changed: PostgreSQL alters tables in place, so no table is missing while another one refers to it.
    func withForeignKeysUnenforced<T>(_ body: () throws -> T) throws -> T { try body() }

    func withForeignKeysEnforced<T>(_ body: () throws -> T) throws -> T { try body() }

    func deferForeignKeys() throws(DatabaseError) {}

    func foreignKeyViolations(around tables: Set<String>?) throws(DatabaseError) -> [ForeignKeyViolation] { [] }

    // MARK: Copying

    func copyIn(
        table: String, columns: [String], types: [ColumnType], options: CopyOptions
    ) throws(DatabaseError) -> any BulkWriter {
        if types.contains(where: { PostgreSQLEncoding($0) == .cast }) {
            return try PostgreSQLCastingCopyIn(self, table: table, columns: columns, types: types, options: options)
        }
        return try PostgreSQLCopyIn(self, table: table, columns: columns, types: types, options: options)
    }

    /// Reads a query. The server's own description of the query is more exact than `types`.
    func copyOut(_ query: String, types: [ColumnType]) throws(DatabaseError) -> any RowCursor {
        try PostgreSQLCopyOut(self, query: query, types: types)
    }
}

// MARK: - Sending

extension PostgreSQLConnection {
    /// Prepares the connection for a command. Every command must call it, since libpq would silently drop the rows of an open
    /// cursor.
    func startCommand(_ text: String) throws(DatabaseError) {
        try DatabaseError.requireNoNUL(in: text)
        guard PQtransactionStatus(handle) != PQTRANS_ACTIVE else {
            throw DatabaseError(
                .other, "a cursor or a copy of this connection is still open",
                remedy: "close it before the next statement")
        }
        guard cancellation.isSettled() else {
            throw breakOff("the server does not take the cancellation of an earlier statement", text)
        }
        // An interrupt that was meant for an earlier task has nothing left to stop.
        guard !(Task.isCancelled && cancellation.take()) else {
            throw DatabaseError(.interrupted, "the statement was interrupted before it began")
        }
        command += 1
    }

    /// Sends a statement and returns its first result.
    private func send(_ sql: SQL, _ text: String, rowByRow: Bool = false) throws(DatabaseError) -> OpaquePointer? {
        try startCommand(text)
        guard !sql.bindings.isEmpty else {
            let isSent =
                rowByRow ? PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 0) : PQsendQuery(handle, text)
            return try firstResult(isSent, text, rowByRow)
        }
        let bindings = try PostgreSQLBindings(sql.bindings)
        let key = PostgreSQLStatementCache.Key(
            text: text, types: bindings.types, readsCatalogs: sql.readsCatalogs)
        let wasInTransaction = isInTransaction
        let result = try sendPrepared(key, bindings, rowByRow)
        guard isStale(result) else { return result }
        statements.remove(key)
        // The failed statement has ended its transaction, and the caller must know. The next attempt gets a new plan.
        guard !wasInTransaction else { return result }
        PQclear(result)
        try finish(text)
        return try sendPrepared(key, bindings, rowByRow)
    }

    private func sendPrepared(
        _ key: PostgreSQLStatementCache.Key, _ bindings: PostgreSQLBindings, _ rowByRow: Bool
    ) throws(DatabaseError) -> OpaquePointer? {
        let name = try preparedName(key)
        let isSent = bindings.withArguments { count, _, values, lengths, formats in
            PQsendQueryPrepared(handle, name, count, values, lengths, formats, 0)
        }
        return try firstResult(isSent, key.text, rowByRow)
    }

    private func preparedName(_ key: PostgreSQLStatementCache.Key) throws(DatabaseError) -> String {
        if let name = statements.name(for: key) { return name }
        let name = statements.newName()
        let isSent = PQsendPrepare(handle, name, key.text, Int32(key.types.count), key.types)
        _ = try PostgreSQLResult(first: try firstResult(isSent, key.text, false), on: self, statement: key.text)
        try finish(key.text)
        statements.insert(key, name: name)
        for name in statements.takeRetired() {
            if PQsendQuery(handle, "DEALLOCATE \(SQLText.identifier(name))") == 1 { drain(key.text) }
        }
        return name
    }

    /// Returns the first part of the answer to a command that libpq was given, if it has taken it (`isSent`).
    func firstResult(_ isSent: Int32, _ text: String, _ rowByRow: Bool = false) throws(DatabaseError) -> OpaquePointer?
    {
        guard isSent == 1 else { throw .postgresql(nil, on: handle, statement: text) }
        if rowByRow { PQsetSingleRowMode(handle) }
        return try nextResult(text)
    }

    /// Returns the next part of an answer, once it has arrived; `nil` after the last part. A server that is silent for too long, or out of
    /// reach, counts as lost, and the connection is closed: a late answer would be taken for the answer to another command.
    func nextResult(_ statement: String) throws(DatabaseError) -> OpaquePointer? {
        // The result says what is wrong with the connection.
        _ = try awaitInput(statement) { PQisBusy(handle) == 0 }
        return PQgetResult(handle)
    }

    /// Returns the length of the next message of a copy from the server, once it has arrived: -1 after the last one, and -2 for an error.
    /// The server may be silent as long as in `nextResult`.
    func nextMessage(
        _ message: inout UnsafeMutablePointer<CChar>?, _ statement: String
    ) throws(DatabaseError) -> Int {
        var length = 0
        let isThere = try awaitInput(statement) {
            length = Int(PQgetCopyData(handle, &message, 1))
            return length != 0
        }
        return isThere ? length : -2
    }

    /// Returns whether a prepared statement is stale: its table changed its shape (`feature_not_supported`: "cached plan must not
    /// change result type"), or somebody deallocated it (`invalid_sql_statement_name`).
    private func isStale(_ result: OpaquePointer?) -> Bool {
        guard PQresultStatus(result) == PGRES_FATAL_ERROR else { return false }
        let code = DatabaseError.postgresql(result, on: handle, statement: nil).code
        return code == "0A000" || code == "26000"
    }

    /// Reads a command's results to their end. A statement has one result, and a script has several.
    func finish(_ statement: String) throws(DatabaseError) {
        while let next = try nextResult(statement) {
            _ = try PostgreSQLResult(first: next, on: self, statement: statement)
        }
    }

    /// Reads a command's remaining results to their end, whatever they say. If the server is silent for too long, the connection is
    /// closed (`nextResult`).
    func drain(_ statement: String) {
        while let rest = (try? nextResult(statement)) ?? nil { PQclear(rest) }
    }

    /// Ends the running command, whatever its state, and leaves the session ready for the next one. If the server is silent for too
    /// long, the connection is closed (`nextResult`).
    func abandonCommand() {
        cancellation.cancelStatement()
        while let result = (try? nextResult("")) ?? nil {
            let status = PQresultStatus(result)
            PQclear(result)
            if !endCopy(status) { return }
        }
    }

    /// Ends a copy of the session. Returns false if that can't be done, because the server is gone.
    func endCopy(_ status: ExecStatusType) -> Bool {
        if status == PGRES_COPY_IN { return (try? endSending("cancelled", "")) ?? false }
        guard status == PGRES_COPY_OUT else { return true }
        var row: UnsafeMutablePointer<CChar>?
        while let length = try? nextMessage(&row, ""), length > 0 { PQfreemem(row) }
        return PQstatus(handle) == CONNECTION_OK
    }

    /// Forgets prepared statements after DDL. DDL may change the columns of a query, and inside a transaction a stale plan can't
    /// be replaced once it has failed.
    func forgetStatements(after commandTag: String) {
        if ["CREATE", "ALTER", "DROP", "DO"].contains(where: commandTag.hasPrefix) {
            statements.removeWhatSchemaChangesEnd()
        }
    }
}

/// The answer to a finished command. It frees libpq's result when it is no longer needed.
struct PostgreSQLResult: ~Copyable {
    let pointer: OpaquePointer

    /// Takes a command's first result, and reads the others. Throws the server's error, once the session is ready for the next
    /// command.
    init(first: OpaquePointer?, on connection: PostgreSQLConnection, statement: String) throws(DatabaseError) {
        let status = PQresultStatus(first)
        guard let first, [PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY].contains(status) else {
            let error =
                status == PGRES_COPY_IN || status == PGRES_COPY_OUT
                ? DatabaseError(
                    .other, "a COPY from or to the client can't run as a statement", statement: statement,
                    remedy: "use copyIn or copyOut, or insert the rows")
                : DatabaseError.postgresql(first, on: connection.handle, statement: statement)
            if error.kind == .interrupted { _ = connection.cancellation.take() }
            PQclear(first)
            if connection.endCopy(status) { connection.drain(statement) }
            throw error
        }
        pointer = first
    }

    deinit { PQclear(pointer) }

    /// The command tag: `INSERT 0 1`, `CREATE TABLE`.
    var commandTag: String { String(cString: PQcmdStatus(pointer)) }

    var affectedRows: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }
}
