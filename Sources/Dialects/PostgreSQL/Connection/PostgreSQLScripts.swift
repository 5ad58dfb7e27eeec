import TCPostgreSQL

// Texts of several statements, whoever wrote them.

extension PostgreSQLConnection {
    func executeScript(_ text: String) throws(DatabaseError) {
        if let error = try run(text).error { throw error }
    }

    /// Runs a script in the open transaction. The server reports the kind of each statement. So a statement that ended the
    /// transaction is noticed, also if another transaction was begun after it.
    func executeInTransaction(_ text: String) throws(DatabaseError) {
        var run = PostgreSQLScriptRun()
        try runInTransaction(text, &run)
        if let error = run.error { throw error }
    }

    func executeInTransaction(_ statements: [String], done: inout Int) throws(DatabaseError) {
        guard !statements.isEmpty else { return }
        // A statement may end in a comment, which goes to the end of its line.
        var run = PostgreSQLScriptRun()
        defer { done += run.failing ?? run.done }
        try runInTransaction(statements.joined(separator: "\n;\n"), &run)
        if let error = run.error { throw error }
    }

    /// Runs a script in the open transaction. `run` holds what was done of it, also if this throws.
    private func runInTransaction(_ text: String, _ run: inout PostgreSQLScriptRun) throws(DatabaseError) {
        guard isInTransaction else {
            throw DatabaseError(
                .transactionEnded, "the transaction of this statement has ended", statement: text)
        }
        run = try self.run(text)
        guard !isLost else { throw run.error ?? .postgresql(nil, on: handle, statement: text) }
        guard run.transactionControl == nil, isInTransaction else {
            // All settings, locks and transactions of the script end with the session.
            close()
            let control = run.transactionControl ?? "a statement of the script"
            let message = "\(control) ended the transaction in which the script ran"
            throw DatabaseError(
                .transactionEnded, run.error.map { "\(message); then: \($0.message)" } ?? message, statement: text,
                code: run.error?.code, remedy: "check the database's state, and repair it by hand")
        }
    }

    /// Runs `body` and restores the session's settings. If `body` throws, nothing is restored here: the caller rolls the
    /// transaction back, and the server undoes its settings with it. A script runs with the search path that its author's role
    /// or URL names, and its new objects are made in the schema of our own tables.
    func keepingSettings<T>(_ body: () throws -> T) throws -> T {
        let place = try query("SELECT pg_catalog.current_setting('search_path'), pg_catalog.current_schema()").first
        let path = place?[0].text ?? ""
        if let session, let schema = place?[1].text {
            let scriptPath = session.scriptPath(in: schema)
            _ = try query("SELECT pg_catalog.set_config('search_path', \(scriptPath), true)")
        }
        let result = try body()
        try executeScript("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; \(settings)")
        _ = try query("SELECT pg_catalog.set_config('search_path', \(path), true)")
        return result
    }

    func discardIfNew() {}
    func discardIfEmpty() -> Bool { false }

    func requireSchema() throws(DatabaseError) {
        guard session?.target == nil else { return }
        throw DatabaseError(
            .other,
            "the search path (\(session?.namedPath ?? "")) names no schema that this role may use",
            remedy: "CREATE SCHEMA or GRANT USAGE, or name another: ?options=-c%20search_path%3Dname")
    }
}

/// The result of a script.
private struct PostgreSQLScriptRun {
    var error: DatabaseError?
    /// The first statement that began or ended a transaction, by the server's name for it.
    var transactionControl: String?
    /// The number of statements that were completed.
    var done = 0
    /// The place of the statement that failed. It need not be `done`, since a server parses the whole script before it runs any of it.
    var failing: Int?
}

extension PostgreSQLConnection {
    /// Sends a script and reads the server's answer to each of its statements. It throws only if the script can't be sent.
    private func run(_ text: String) throws(DatabaseError) -> PostgreSQLScriptRun {
        try startCommand(text)
        guard PQsendQuery(handle, text) == 1 else { throw .postgresql(nil, on: handle, statement: text) }
        var run = PostgreSQLScriptRun()
        while let result = nextResult(of: text, &run) {
            defer { PQclear(result) }
            let status = PQresultStatus(result)
            switch status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: note(String(cString: PQcmdStatus(result)), in: &run)
            case PGRES_EMPTY_QUERY: break
            case PGRES_COPY_IN, PGRES_COPY_OUT:
                run.error = run.error ?? Self.copyByScript(statement(run.done, of: text))
                guard endCopy(status) else { return run }
            default:
                let failing = place(of: result, run.done, in: text)
                run.failing = run.failing ?? failing
                let error = DatabaseError.postgresql(result, on: handle, statement: statement(failing, of: text))
                if error.kind == .interrupted { _ = cancellation.take() }
                run.error = run.error ?? error
            }
        }
        return run
    }

    /// Returns the server's next answer to a script; `nil` after the last one. If none comes in time, the connection is closed, and the
    /// run holds that as its error.
    private func nextResult(of text: String, _ run: inout PostgreSQLScriptRun) -> OpaquePointer? {
        do throws(DatabaseError) { return try nextResult(text) } catch {
            run.error = run.error ?? error
            return nil
        }
    }

    private func note(_ tag: String, in run: inout PostgreSQLScriptRun) {
        run.done += 1
        forgetStatements(after: tag)
        if run.transactionControl == nil, Self.controlTags.contains(tag) { run.transactionControl = tag }
    }

    /// The command tags of statements that control transactions:
    /// https://www.postgresql.org/docs/current/protocol-message-formats.html, CommandComplete; `src/include/tcop/cmdtaglist.h`
    private static let controlTags: Set<String> = [
        "BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK", "PREPARE TRANSACTION", "COMMIT PREPARED",
        "ROLLBACK PREPARED",
    ]

    private static func copyByScript(_ statement: String) -> DatabaseError {
        DatabaseError(
            .other, "a COPY from or to the client can't run as a statement", statement: statement,
            remedy: "use copyIn or copyOut, or insert the rows")
    }

    /// Returns the place of the statement of a script that failed: the one behind the completed statements, or the one at the server's
    /// error position.
    private func place(of result: OpaquePointer, _ done: Int, in text: String) -> Int {
        guard done == 0, let position = PostgreSQLErrorPosition.of(result) else { return done }
        var reader = ScriptReader(text, .postgresql)
        let byte = text.unicodeScalars.prefix(max(0, position - 1)).reduce(0) { $0 + UTF8.width($1) }
        var place = -1
        while let statement = reader.next(), statement.start <= byte { place += 1 }
        return max(place, 0)
    }

    private func statement(_ index: Int, of text: String) -> String {
        var reader = ScriptReader(text, .postgresql)
        for _ in 0..<index { _ = reader.next() }
        return reader.next()?.text ?? text
    }
}
