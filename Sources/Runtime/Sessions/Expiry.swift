import Dialects
import Logging
import TCPOSIX
import TCSettings

/// Removes sessions that have been over for longer than the settings keep them, with their recordings. The audit log stays.
///
/// A pass takes a limited number of sessions, is logged before it begins, and removes each recording before its row: the next
/// pass finds whatever an interrupted pass has left. Only the daemon that serves the database does this, and only in its own
/// epoch.
struct Expiry {
    let services: Services
    /// How long sessions are kept after their end, in seconds.
    let keep: Int
    let logger: Logger
    private var clock: RetentionClock

    /// The largest number of sessions per pass, small enough that nobody waits for the transaction.
    static let most = 100
    static let (pause, rest) = (Duration.seconds(1), Duration.seconds(600))

    init(services: Services, keep: Int, logger: Logger) {
        (self.services, self.keep, self.logger) = (services, keep, logger)
        clock = RetentionClock(keep: keep, known: services.timeBefore)
    }

    /// Removes some expired sessions. Returns whether more may be waiting.
    mutating func pass() async throws -> Bool {
        guard let now = try await time() else { return false }
        let moment = now.advanced(seconds: -Int64(keep))
        let ids = try await Self.removable(in: services.sessions, services.hosts, before: moment)
        guard !ids.isEmpty else { return false }
        let sessions = ids.count.counted("session", "sessions")
        let words = "\(sessions) that ended before \(moment.text), with their recordings"
        try await services.audit.record(
            AuditEvent(.removeExpired, by: Self.daemon, on: nil, outcome: .allowed, reason: words))
        let transcripts = services.transcripts
        let removed: Int
        do {
            for id in ids { try await services.transcriptIndex.forget(id) }
            removed = try await services.sessions.remove(ids, overBefore: moment) { try transcripts.remove($0) }
        } catch {
            await services.audit.recordFailure(
                .removeExpired, by: Self.daemon, on: nil, reason: "\(words): not all of them are gone")
            throw error
        }
        logger.notice("sessions were removed", metadata: ["count": "\(removed)", "over_before": "\(moment.text)"])
        return removed > 0 && ids.count == Self.most
    }

    /// Returns the time by which sessions expire, the earlier one of the daemon's and the database's; `nil` while it is in doubt.
    private mutating func time() async throws -> Timestamp? {
        let time = min(Timestamp.now, try await services.sessions.databaseTime() ?? .now)
        switch clock.judge(time) {
        case .believed: return time
        case .doubted(let isNews):
            if isNews {
                logger.warning(
                    "the clock is ahead of all that is known by more than sessions are kept: none is removed for a day",
                    metadata: ["clock": "\(time.text)"])
            }
            return nil
        }
    }

    /// Returns the ids of some expired sessions whose hosts are gone. However many hosts stay, the sessions behind theirs are
    /// found.
    static func removable(
        in sessions: SessionStore, _ hosts: HostRegistry, before moment: Timestamp
    ) async throws -> [String] {
        var ids: [String] = []
        var last: EndedSession?
        repeat {
            let page = try await sessions.expired(before: moment, after: last, limit: most)
            for session in page where await !hosts.isConnected(session.id) { ids.append(session.id) }
            last = page.count == most ? page.last : nil
        } while last != nil && ids.count < most
        return Array(ids.prefix(most))
    }

    /// The daemon as the caller, since no person asked for the removal.
    private static var daemon: Caller {
        Caller(identity: Identity(person: nil, role: .admin, uid: geteuid(), osUsername: nil))
    }
}
