import Dialects

/// The log of who looked at whose session. It only grows, and each row is chained to the one before it (docs/audit.md).
public struct AuditLog: Sendable {
    let database: Database
    private let appender: AuditAppender
    var fence: Fence { appender.fence }

    /// `database` must have been opened with `ConnectionOptions.isDurable`: what is read after a row is written must not outlive
    /// the row. Through `appending` rows are written: with one connection alone they never get in each other's way. With
    /// `epoch` only that daemon writes.
    public init(database: Database, appending: Database? = nil, epoch: Epoch? = nil) {
        self.database = database
        appender = AuditAppender(Fence(database: appending ?? database, epoch: epoch))
    }

    /// Writes a row and waits until it is on the disk. The chain is locked for just that.
    @discardableResult
    public func record(_ event: AuditEvent) async throws(AuditUnavailable) -> AuditEntry {
        do {
            return try await appender.append(event)
        } catch {
            throw AuditUnavailable(cause: error)
        }
    }

    /// Logs what was tried and not allowed, also where a session of that name does not exist.
    public func recordRefusal(
        _ action: AuditAction, by caller: Caller, on session: AuditedSession?, reason: String?
    ) async throws(AuditUnavailable) {
        try await record(AuditEvent(action, by: caller, on: session, outcome: .refused, reason: reason))
    }

    /// Begins a new chain that holds on to the last: what lies before its first row can then be archived.
    public func beginChain(
        by caller: Caller, reason: String?
    ) async throws(AuditUnavailable) -> AuditEntry {
        try await record(AuditEvent(.newChain, by: caller, on: nil, outcome: .allowed, reason: reason))
    }

    /// Entries, newest first: a page of at most `limit` of those before `cursor`, the last page's last `seq`.
    /// Throws `DatabaseError`.
    public func entries(
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

    /// Where the log ends now. Throws `DatabaseError`.
    public func head() async throws -> AuditCheckpoint? {
        try await database.withConnection { try Self.head(on: $0) }
    }

    /// What stands on the log's tables beside, or instead of, what its migration made, as a sentence; `nil` when all is as it was
    /// made. Throws `DatabaseError`.
    public func objection() async throws -> String? {
        try await database.withConnection { try AuditGuards.objection(on: $0) }
    }

    /// Reads the whole log, as it is at one moment, and says what is wrong with it first. With a checkpoint of an earlier export
    /// it also finds a chain that was written anew from end to end. Throws `DatabaseError`.
    public func verify(against checkpoint: AuditCheckpoint? = nil) async throws -> AuditVerdict {
        try await database.withConnection { connection in
            try connection.snapshot { try Self.verdict(against: checkpoint, on: connection) }
        }
    }

    /// Hands the rows after `seq`, up to `through`, to `sink`, oldest first, each as one line without its end. Returns the last
    /// one's checkpoint, for `AuditExport.verify` and `verify(against:)`; `nil` when there was none. Throws `DatabaseError`, and
    /// what `sink` does.
    public func export(
        after seq: Int64 = 0, through: Int64 = .max, to sink: (String) async throws -> Void
    ) async throws -> AuditCheckpoint? {
        // Rows that are added meanwhile are left for the next export, so that this one ends.
        guard let head = try await head() else { return nil }
        let end = min(head.seq, through)
        var last: AuditCheckpoint?
        while true {
            let page = try await page(after: last?.seq ?? seq, through: end)
            for entry in page { try await sink(entry.line) }
            guard let entry = page.last else { return last }
            last = entry.checkpoint
        }
    }

    private func page(after seq: Int64, through end: Int64) async throws -> [AuditEntry] {
        try await database.withConnection { connection in
            try connection.query(
                """
                SELECT \(AuditEntry.columns) FROM audit_log WHERE seq > \(seq) AND seq <= \(end) ORDER BY seq LIMIT 500
                """
            ).map { AuditEntry($0, in: connection.dialect) }
        }
    }
}

extension AuditLog {
    private static func head(on connection: any Connection) throws -> AuditCheckpoint? {
        try connection.query("SELECT seq, hash FROM audit_head WHERE id = 1").first.flatMap(AuditCheckpoint.init(row:))
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
                return walk.failed(AuditFlaw(.edited, walk.next, "it holds bytes that are no text"))
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
