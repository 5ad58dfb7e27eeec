import Dialects
import NIOPosix

/// Makes reports for callers whom the audit log has admitted.
struct ReportMaker: Sendable {
    let services: Services
    let version: String

    /// Makes a report. The receipt proves the admission, and is used up.
    ///
    /// - Throws: `DatabaseError`.
    func make(_ receipt: consuming AuditReceipt, _ request: ReportRequest) async throws -> Report {
        let fresh = request.verifies ? try await services.audit.verifyAndNote().note : nil
        let now = Timestamp.now
        let period = ReportPeriod(days: request.days, until: now)
        let recordings = try await services.transcripts.storage()
        let (services, version) = (services, version)
        return try await services.inspection.migrator.database.withConnection { connection in
            try connection.snapshot {
                let queries = ReportQueries(connection: connection, period: period)
                let sessions = try queries.sessions()
                let activity = try queries.activity()
                var storage = recordings
                storage.database = try queries.databaseSize()
                return Report(
                    made: now.text, daemon: version, mode: services.mode.rawValue, computer: services.computer,
                    period: period.document, sessions: sessions, owners: try queries.owners(ofSessions: sessions.all),
                    activity: activity, audit: try queries.audit(ofEntries: activity.reduce(0) { $0 + $1.entries }),
                    verification: try AuditLog.known(fresh, on: connection),
                    storage: storage)
            }
        }
    }
}

extension TranscriptStore {
    /// The largest number of recordings that are counted: reading the size of a million would take many seconds.
    static let mostCounted = 200_000

    /// Returns the space that the recordings take, and the free space. The size of the database is left at 0.
    func storage() async throws -> Report.Storage {
        try await NIOThreadPool.singleton.runIfActive { usage(upTo: Self.mostCounted) }
    }
}
