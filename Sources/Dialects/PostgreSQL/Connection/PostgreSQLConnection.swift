import TCPostgreSQL
import TCPOSIX

/// One session with a PostgreSQL server, by libpq. It belongs to the thread that opened it; only its interrupter is shared.
final class PostgreSQLConnection: Connection {
    /// libpq's connection; `nil` once closed, which libpq answers with "connection pointer is NULL".
    private(set) var handle: OpaquePointer?
    let cancellation: PostgreSQLInterrupter
    private var statements = PostgreSQLStatementCache()
    /// How long the server may take to go on with an answer, in seconds; without end when `nil`.
    private let answerTimeout: Double?
    let lockTimeout: Double
    /// Counts the commands, so that a cursor or a copy that was left open knows whether the session still works for it.
    private(set) var command = 0

    var dialect: any Dialect { PostgreSQLDialect() }
    var interrupter: any Interrupter { cancellation }

    /// What brings the session back to where it began (`keepingSettings`).
    var settings = ""
    /// What the session was before that.
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

    /// A command under way counts as one: what it does is not over.
    var isLost: Bool { PQstatus(handle) != CONNECTION_OK }

    /// Without what a distributor adds in parentheses.
    var product: String {
        let version = PQparameterStatus(handle, "server_version").map { String(cString: $0) } ?? ""
        return "PostgreSQL \(version.prefix { $0 != " " })"
    }

    var isInTransaction: Bool {
        switch PQtransactionStatus(handle) {
        case PQTRANS_INTRANS, PQTRANS_INERROR, PQTRANS_ACTIVE: true
        default: false
        }
    }

    func forgetPlans() { statements.removeAll() }

    func begin() throws(DatabaseError) { try execute("BEGIN") }

    func beginSnapshot() throws(DatabaseError) { try execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY") }

    func commit() throws(DatabaseError) {
        // COMMIT of a transaction that has failed is a ROLLBACK, and no error to the server.
        let hadFailed = PQtransactionStatus(handle) == PQTRANS_INERROR
        try execute("COMMIT")
        if hadFailed {
            throw DatabaseError(
                .other, "nothing was committed: an earlier statement of the transaction had failed", code: "25P02")
        }
    }

    func rollback() throws(DatabaseError) {
        if PQtransactionStatus(handle) == PQTRANS_ACTIVE { abandonCommand() }
        // What undoes is not to be stopped.
        _ = cancellation.take()
        try execute("ROLLBACK")
    }

    // MARK: Foreign keys

    /// PostgreSQL changes tables in place, so nothing refers to a table that is gone for a moment.
    func withForeignKeysUnenforced<T>(_ body: () throws -> T) throws -> T { try body() }

    func withForeignKeysEnforced<T>(_ body: () throws -> T) throws -> T { try body() }

    func deferForeignKeys() throws(DatabaseError) {}

    func foreignKeyViolations(around tables: Set<String>?) throws(DatabaseError) -> [ForeignKeyViolation] { [] }

    // MARK: Copying

    func copyIn(
        table: String, columns: [String], types: [ColumnType], options: CopyOptions
    ) throws(DatabaseError) -> any BulkWriter {
        try PostgreSQLCopyIn(self, table: table, columns: columns, types: types, options: options)
    }

    /// The server's own description of the query says more exactly than `types` what its columns are.
    func copyOut(_ query: String, types: [ColumnType]) throws(DatabaseError) -> any RowCursor {
        try PostgreSQLCopyOut(self, query: query, types: types)
    }
}

// MARK: - Sending

extension PostgreSQLConnection {
    /// To be called before each command: libpq would drop the rows of an open cursor without a word.
    func startCommand(_ text: String) throws(DatabaseError) {
        try DatabaseError.requireNoNUL(in: text)
        guard PQtransactionStatus(handle) != PQTRANS_ACTIVE else {
            throw DatabaseError(
                .other, "a cursor or a copy of this connection is still open",
                remedy: "close it before the next statement")
        }
        // One that was meant for an earlier task has nothing to stop any more.
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
        // A transaction has failed with the statement, and its caller is to know; the next try finds a new plan.
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
            PQclear(PQexec(handle, "DEALLOCATE \(SQLText.identifier(name))"))
        }
        return name
    }

    private func firstResult(_ isSent: Int32, _ text: String, _ rowByRow: Bool) throws(DatabaseError) -> OpaquePointer?
    {
        guard isSent == 1 else { throw .postgresql(nil, on: handle, statement: text) }
        if rowByRow { PQsetSingleRowMode(handle) }
        return try nextResult(text)
    }

    /// The next part of an answer, when it has come; `nil` after the last. A server that says nothing for too long is lost, and
    /// the connection closed: what it might still say would be taken for the answer to something else.
    func nextResult(_ statement: String) throws(DatabaseError) -> OpaquePointer? {
        guard let answerTimeout else { return PQgetResult(handle) }
        let limit = ContinuousClock.now + .seconds(answerTimeout)
        while PQisBusy(handle) == 1 {
            let left = Int32(max(0, (limit - .now) / .milliseconds(1)))
            var wanted = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            let count = poll(&wanted, 1, left)
            guard count > 0 || (count < 0 && errno == EINTR) || left > 0 else {
                close()
                throw DatabaseError(
                    .lost, "the server did not answer for \(answerTimeout) s", statement: statement,
                    remedy: "check the server and the way to it")
            }
            // What is wrong with the connection the result says.
            guard PQconsumeInput(handle) == 1 else { break }
        }
        return PQgetResult(handle)
    }

    /// A table changed its shape under a prepared statement (`feature_not_supported`: "cached plan must not change result
    /// type"), or somebody deallocated it (`invalid_sql_statement_name`).
    private func isStale(_ result: OpaquePointer?) -> Bool {
        guard PQresultStatus(result) == PGRES_FATAL_ERROR else { return false }
        let code = DatabaseError.postgresql(result, on: handle, statement: nil).code
        return code == "0A000" || code == "26000"
    }

    /// Reads a command's results to their end, of which a statement has one and a script several.
    func finish(_ statement: String) throws(DatabaseError) {
        while let next = try nextResult(statement) {
            _ = try PostgreSQLResult(first: next, on: self, statement: statement)
        }
    }

    /// Ends whatever command runs, whatever state it is in, and leaves the session ready for the next.
    func abandonCommand() {
        cancellation.cancelStatement()
        while let result = PQgetResult(handle) {
            let status = PQresultStatus(result)
            PQclear(result)
            if !endCopy(status) { return }
        }
    }

    /// Takes the session out of copying; false if that can't be done, because the server is gone.
    func endCopy(_ status: ExecStatusType) -> Bool {
        if status == PGRES_COPY_IN { return PQputCopyEnd(handle, "cancelled") == 1 }
        guard status == PGRES_COPY_OUT else { return true }
        var row: UnsafeMutablePointer<CChar>?
        while PQgetCopyData(handle, &row, 0) > 0 { PQfreemem(row) }
        return PQstatus(handle) == CONNECTION_OK
    }

    /// DDL may change what a query returns, and inside a transaction its stale plan can't be replaced once it has failed.
    func forgetStatements(after commandTag: String) {
        if ["CREATE", "ALTER", "DROP", "DO"].contains(where: commandTag.hasPrefix) {
            statements.removeWhatSchemaChangesEnd()
        }
    }
}

/// A finished command's answer; frees it when nobody needs it any longer.
struct PostgreSQLResult: ~Copyable {
    let pointer: OpaquePointer

    /// Throws what the server says against the statement, once the session is ready for the next.
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
            if connection.endCopy(status) { while let next = PQgetResult(connection.handle) { PQclear(next) } }
            throw error
        }
        pointer = first
    }

    deinit { PQclear(pointer) }

    /// `INSERT 0 1`, `CREATE TABLE`.
    var commandTag: String { String(cString: PQcmdStatus(pointer)) }

    var affectedRows: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }
}
