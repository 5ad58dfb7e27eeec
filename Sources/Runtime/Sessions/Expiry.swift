import Dialects
import Logging
import TCPOSIX
import TCSettings

/// Removes sessions that have been over for longer than the settings keep them, with their recordings. The audit log stays.
///
/// A pass takes some, is written down before, and removes each recording before its row: what a pass that broke off has left is what
/// the next one finds. Only the daemon that works on the database does it, and only in its own epoch.
struct Expiry {
    let services: Services
    /// In seconds.
    let keep: Int
    let logger: Logger

    /// Few enough for nobody to wait for the transaction.
    static let most = 100
    static let (pause, rest) = (Duration.seconds(1), Duration.seconds(600))

    /// Returns whether more may be waiting.
    func pass() async throws -> Bool {
        let moment = Timestamp.now.advanced(seconds: -Int64(keep))
        let found = try await services.sessions.expired(before: moment, limit: Self.most)
        var ids: [String] = []
        for id in found where await !services.hosts.isConnected(id) { ids.append(id) }
        guard !ids.isEmpty else { return false }
        let words = "\(ids.count) sessions that were over before \(moment.text) go, with their recordings"
        try await services.audit.record(
            AuditEvent(.removeExpired, by: Self.daemon, on: nil, outcome: .allowed, reason: words))
        let transcripts = services.transcripts
        let removed: Int
        do {
            for id in ids { try await services.transcriptIndex.forget(id) }
            removed = try await services.sessions.remove(ids, overBefore: moment) { try transcripts.remove($0) }
        } catch {
            try await services.audit.record(
                AuditEvent(.removeExpired, by: Self.daemon, on: nil, outcome: .failed, reason: "\(words): not all went")
            )
            throw error
        }
        logger.notice("sessions were removed", metadata: ["count": "\(removed)", "over_before": "\(moment.text)"])
        return removed > 0 && found.count == Self.most
    }

    /// Nobody asked for it.
    private static var daemon: Caller {
        Caller(identity: Identity(person: nil, role: .admin, uid: geteuid(), osUsername: nil))
    }
}
