import Dialects
import Synchronization

/// Appends rows to the end of the chain.
struct AuditAppender: Sendable {
    let fence: Fence
    private let last = LastEntry()

    init(_ fence: Fence) { self.fence = fence }

    /// Appends a row, and returns when the row is on the disk and was read back as it was meant.
    func append(_ event: AuditEvent) async throws -> AuditEntry {
        if let entry = try await appendBehindKnownHead(event) { return entry }
        return try await fence.write {
            try Self.append(event, behindLockedHeadOn: $0)
        } confirming: { [last] entry, connection in
            try Self.confirm(entry, on: connection)
            last.checkpoint = entry.checkpoint
        }
    }

    /// Appends a row in a single statement, because the last writer knows where the chain ends. Returns `nil` when another
    /// writer has appended since, or this one has not written yet.
    ///
    /// The row is made once the connection is free for it, and the next one follows it: of many callers that wait for a single
    /// connection, each finds the end of the chain where the one before has left it.
    private func appendBehindKnownHead(_ event: AuditEvent) async throws -> AuditEntry? {
        try await fence.insert(behind: "audit_head") { [last] () -> Fence.Insertion<AuditEntry>? in
            guard let head = last.checkpoint else { return nil }
            let entry = AuditEntry(event, after: head, at: .now)
            let isEnd: SQL = "audit_head.id = 1 AND audit_head.seq = \(head.seq) AND audit_head.hash = \(head.hash)"
            return Fence.Insertion(row: entry, statement: entry.insertion, condition: isEnd)
        } confirming: { [last] entry, connection in
            try Self.confirm(entry, on: connection)
            last.checkpoint = entry.checkpoint
        }
    }

    /// Locks the head, in SQL that both databases share, so that the rows of all writers stand in one line.
    private static func append(
        _ event: AuditEvent, behindLockedHeadOn connection: any Connection
    ) throws -> AuditEntry {
        let locked = try connection.query("UPDATE audit_head SET id = id WHERE id = 1 RETURNING seq, hash").first
        guard let head = locked.flatMap(AuditCheckpoint.init(row:)) else {
            throw DatabaseError(
                .other, "audit_head has no row", remedy: "find out who removed it, and restore a backup of the log")
        }
        guard head.seq >= 0, head.seq < AuditChain.numbers.upperBound - 1 else {
            throw DatabaseError(
                .other, "audit_head stands at row \(head.seq), which no row can follow",
                remedy: "find out who moved it, and restore a backup of the log")
        }
        let entry = AuditEntry(event, after: head, at: .now)
        if try connection.execute(entry.insertion) == 1 { return entry }
        // The object that discarded the row may be dropped already, and live on in a cached plan.
        connection.forgetPlans()
        guard try connection.execute(entry.insertion) == 1 else { throw swallowed(entry) }
        return entry
    }

    /// Reads the row once more after its transaction has ended. A trigger, a rule or a policy that somebody has added may have
    /// discarded, changed, removed or hidden the row, and the database reports none of these as an error.
    private static func confirm(_ entry: AuditEntry, on connection: any Connection) throws {
        let rows = try connection.query("SELECT \(AuditEntry.columns) FROM audit_log WHERE seq = \(entry.seq)")
        guard rows.count == 1, AuditEntry(rows[0], in: connection.dialect).isSame(as: entry) else {
            throw swallowed(entry)
        }
    }

    private static func swallowed(_ entry: AuditEntry) -> DatabaseError {
        DatabaseError(
            .other, "the database did not store row \(entry.seq) of audit_log as it was written",
            remedy: "a foreign trigger, rule or policy is on the table: telec audit verify names it")
    }
}

/// The place where the chain ended when this process last wrote.
private final class LastEntry: Sendable {
    private let value = Mutex(AuditCheckpoint?.none)

    var checkpoint: AuditCheckpoint? {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
