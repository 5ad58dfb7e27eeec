import Dialects

/// The log of who looked at whose session. It only grows, and each row is chained to the one before it (docs/audit.md).
package struct AuditLog: Sendable {
    let database: Database
    private let appender: AuditAppender
    private let onLostFailure: @Sendable (AuditEvent, AuditUnavailable) -> Void
    var fence: Fence { appender.fence }

    /// Makes a log on `database`, which must have been opened with `ConnectionOptions.isDurable`: data that is read after a row
    /// was written must not outlive the row. Rows are written through `appending`; if that has a single connection, writes
    /// never conflict. With `epoch`, only the daemon of that epoch writes. `onLostFailure` hears of a failure that could not be
    /// recorded.
    package init(
        database: Database, appending: Database? = nil, epoch: Epoch? = nil,
        onLostFailure: @escaping @Sendable (AuditEvent, AuditUnavailable) -> Void = { _, _ in }
    ) {
        self.database = database
        self.onLostFailure = onLostFailure
        appender = AuditAppender(Fence(database: appending ?? database, epoch: epoch))
    }

    /// Writes a row and waits until it is on the disk. The chain is locked for no longer than that.
    @discardableResult
    package func record(_ event: AuditEvent) async throws(AuditUnavailable) -> AuditEntry {
        do {
            return try await appender.append(event)
        } catch {
            throw AuditUnavailable(cause: error)
        }
    }

    /// Records that an action which was logged as allowed has failed. It throws nothing, because the caller has to hear of the action's
    /// own error: a row that can't be written says nothing about what was done.
    func recordFailure(
        _ action: AuditAction, by caller: Caller, on session: AuditedSession?, reason: String
    ) async {
        let event = AuditEvent(action, by: caller, on: session, outcome: .failed, reason: reason)
        do throws(AuditUnavailable) { try await record(event) } catch { onLostFailure(event, error) }
    }

    /// Logs a refused attempt, even if no session of that name exists.
    package func recordRefusal(
        _ action: AuditAction, by caller: Caller, on session: AuditedSession?, reason: String?
    ) async throws(AuditUnavailable) {
        try await record(AuditEvent(action, by: caller, on: session, outcome: .refused, reason: reason))
    }

    /// Begins a new chain that is linked to the last one, so that the rows before its first row can be archived.
    package func beginChain(
        by caller: Caller, reason: String?
    ) async throws(AuditUnavailable) -> AuditEntry {
        try await record(AuditEvent(.newChain, by: caller, on: nil, outcome: .allowed, reason: reason))
    }

    /// Returns a page of at most `limit` entries, newest first. `cursor` is the last `seq` of the previous page.
    ///
    /// - Throws: `DatabaseError`.
    package func entries(
        _ filter: AuditFilter = AuditFilter(), after cursor: Int64? = nil, limit: Int
    ) async throws -> [AuditEntry] {
        let query: SQL = """
            SELECT \(AuditEntry.columns) FROM audit_log WHERE \(filter.condition(before: cursor)) \
            ORDER BY seq DESC LIMIT \(limit)
            """
        return try await database.withConnection { connection in
            try connection.query(query).map { AuditEntry($0, in: connection.dialect) }
        }
    }

    /// Returns the checkpoint at which the log ends.
    ///
    /// - Throws: `DatabaseError`.
    package func head() async throws -> AuditCheckpoint? {
        try await database.withConnection { try Self.head(on: $0) }
    }

    /// Returns, as a sentence, the first deviation of the log's tables from what their migration made, including added objects;
    /// `nil` when there is none.
    ///
    /// - Throws: `DatabaseError`.
    package func objection() async throws -> String? {
        try await database.withConnection { try AuditGuards.objection(on: $0) }
    }

    /// Reads the whole log in one snapshot and returns the first flaw found. With a checkpoint of an earlier export, it also
    /// finds a chain that was rewritten from end to end.
    ///
    /// - Throws: `DatabaseError`.
    package func verify(against checkpoint: AuditCheckpoint? = nil) async throws -> AuditVerdict {
        try await database.withConnection { connection in
            try connection.snapshot { try Self.verdict(against: checkpoint, on: connection) }
        }
    }

    /// Hands the rows after `seq`, up to `through`, to `sink`, oldest first and some hundred at a time, each as one line without a
    /// line ending. Returns the last row's checkpoint, for `AuditExport.verify` and `verify(against:)`; `nil` when there was no row.
    ///
    /// - Throws: `DatabaseError`, and the errors of `sink`.
    package func export(
        after seq: Int64 = 0, through: Int64 = .max, to sink: ([String]) async throws -> Void
    ) async throws -> AuditCheckpoint? {
        // Rows that are added meanwhile are left for the next export, so that this export ends. To a log without a head none is added.
        let end = min(try await head()?.seq ?? .max, through)
        var last: AuditCheckpoint?
        while let page = try await page(after: last?.seq ?? seq, through: end) {
            try await sink(page.lines)
            last = page.end
        }
        return last
    }

    /// Reads the next rows, some 64 KiB of them; `nil` if there are none. The lines are made on the connection's thread, so that no other
    /// caller waits for them.
    private func page(
        after seq: Int64, through end: Int64
    ) async throws -> (lines: [String], end: AuditCheckpoint)? {
        try await database.withConnection { connection in
            let entries = try connection.query(
                """
                SELECT \(AuditEntry.columns) FROM audit_log WHERE seq > \(seq) AND seq <= \(end) ORDER BY seq LIMIT 150
                """
            ).map { AuditEntry($0, in: connection.dialect) }
            return entries.last.map { (lines: entries.map(\.line), end: $0.checkpoint) }
        }
    }
}

extension AuditLog {
    /// Returns the checkpoint at which the log ends; `nil` if somebody has removed the head, or its whole table.
    static func head(on connection: any Connection) throws -> AuditCheckpoint? {
        guard try connection.hasTable("audit_head") else { return nil }
        let head = try connection.query("SELECT seq, hash FROM audit_head WHERE id = 1").first
        return head.flatMap(AuditCheckpoint.init(row:))
    }

    private static func verdict(
        against checkpoint: AuditCheckpoint?, on connection: any Connection
    ) throws -> AuditVerdict {
        let head = try head(on: connection)
        var walk = AuditWalk(against: checkpoint)
        let cursor = try connection.rows("SELECT \(AuditEntry.columns) FROM audit_log ORDER BY seq")
        defer { cursor.close() }
        let names = cursor.columnNames
        while try cursor.next() {
            let values = names.indices.map { cursor.raw($0) }
            guard values.allSatisfy(\.isWhole) else {
                return walk.failed(AuditFlaw(.edited, walk.next, "it holds bytes that are not text"))
            }
            let row = Row(columnNames: names, values: values.map(\.copied))
            let entry = AuditEntry(row, in: connection.dialect)
            if let verdict = walk.step(entry) { return verdict }
        }
        cursor.close()
        let verdict = walk.finish(head: head)
        guard verdict.isIntact, let objection = try AuditGuards.objection(on: connection) else { return verdict }
        return walk.failed(AuditFlaw(.unguarded, walk.next, objection))
    }
}

extension AuditCheckpoint {
    init?(row: Row) {
        guard let seq = row["seq"]?.integer, let hash = row["hash"]?.text else { return nil }
        self.init(seq: seq, hash: hash)
    }
}
