import Dialects
import FoundationEssentials

/// What a verification of the whole log found, and when: kept in the database, beside the log and not in it.
public struct AuditVerification: Codable, Sendable, Equatable {
    /// When it ended.
    public var at: String
    public var entries: Int
    /// The last entry that was right.
    public var seq: Int64
    public var hash: String
    /// The first thing that was wrong; `nil` when all was as it was written.
    public var flaw: String?
}

extension AuditLog {
    private static let key = "audit_verification"

    /// Verifies the whole log, and writes down what came of it. Throws `DatabaseError`; a note that can't be written is left out: what
    /// was found is true all the same.
    public func verifyAndNote() async throws -> (verdict: AuditVerdict, note: AuditVerification) {
        let verdict = try await verify()
        let note = AuditVerification(
            at: Timestamp.now.text, entries: verdict.entries, seq: verdict.end.seq, hash: verdict.end.hash,
            flaw: verdict.flaw.map { "\($0)" })
        try? await write(note)
        return (verdict, note)
    }

    private func write(_ note: AuditVerification) async throws {
        let text = String(decoding: try JSONEncoder().encode(note), as: UTF8.self)
        try await fence.write { connection in
            try connection.executeOnOneRow(
                """
                INSERT INTO system_settings ("key", "value", updated_at) VALUES (\(Self.key), \(text), \(note.at)) \
                ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value", updated_at = excluded.updated_at
                """)
        }
    }

    /// What is known of the chain without reading it: what the last verification found (`fresh`, where one was just made), whether the
    /// entry that it ended with is still there as it was, and what stands on the tables now. Throws `DatabaseError`.
    static func known(_ fresh: AuditVerification?, on connection: any Connection) throws -> Report.Verification {
        let objection = try AuditGuards.objection(on: connection)
        guard let last = try fresh ?? noted(on: connection) else {
            return Report.Verification(last: nil, stands: false, unchecked: 0, objection: objection)
        }
        let hash = try connection.queryValue("SELECT hash FROM audit_log WHERE seq = \(last.seq)")?.text
        let head = try connection.queryValue("SELECT seq FROM audit_head WHERE id = 1")?.integer ?? 0
        return Report.Verification(
            last: last, stands: last.entries == 0 || hash == last.hash, unchecked: max(0, head - last.seq),
            objection: objection)
    }

    /// Anybody with the database's rights may have written it: what can't be a note is none.
    private static func noted(on connection: any Connection) throws -> AuditVerification? {
        let text = try connection.queryValue("SELECT \"value\" FROM system_settings WHERE \"key\" = \(key)")?.text
        let note = try? text.map { try JSONDecoder().decode(AuditVerification.self, from: Data($0.utf8)) }
        return note.flatMap { $0.seq >= 0 && $0.entries >= 0 ? $0 : nil }
    }
}
