import Dialects
import FoundationEssentials

/// The result of a verification of the whole log, with its time. It is kept in the database beside the log, not in it.
package struct AuditVerification: Codable, Sendable, Equatable {
    /// When the verification ended.
    package var at: String
    package var entries: Int
    /// The last entry that was right.
    package var seq: Int64
    package var hash: String
    /// The first flaw found; `nil` when everything was as it was written.
    package var flaw: String?
}

extension AuditLog {
    private static let key = "audit_verification"

    /// Verifies the whole log and records the result. A record that can't be written is left out, because the result is true
    /// all the same.
    ///
    /// - Throws: `DatabaseError`.
    package func verifyAndNote() async throws -> (verdict: AuditVerdict, note: AuditVerification) {
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

    /// Returns what is known of the chain without reading it: the result of the last verification (`fresh`, where one was just
    /// made), whether the entry at which it ended is still there unchanged, and how the tables are guarded at present.
    ///
    /// - Throws: `DatabaseError`.
    static func known(_ fresh: AuditVerification?, on connection: any Connection) throws -> Report.Verification {
        let objection = try AuditGuards.objection(on: connection)
        guard let last = try fresh ?? noted(on: connection) else {
            return Report.Verification(last: nil, stands: false, unchecked: 0, objection: objection)
        }
        let hash = try connection.queryValue("SELECT hash FROM audit_log WHERE seq = \(last.seq)")?.text
        let head = try AuditLog.head(on: connection)?.seq ?? 0
        return Report.Verification(
            last: last, stands: last.entries == 0 || hash == last.hash,
            unchecked: head > last.seq ? head - last.seq : 0,
            objection: objection)
    }

    /// Returns the recorded verification. Anybody with the database's rights may have written the record, so a text that is not
    /// a valid record is ignored.
    private static func noted(on connection: any Connection) throws -> AuditVerification? {
        let text = try connection.queryValue("SELECT \"value\" FROM system_settings WHERE \"key\" = \(key)")?.text
        let note = try? text.map { try JSONDecoder().decode(AuditVerification.self, from: Data($0.utf8)) }
        return note.flatMap { $0.seq >= 0 && $0.entries >= 0 ? $0 : nil }
    }
}
