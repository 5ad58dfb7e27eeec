import TCSettings

/// The limits on what each user may make, and the amounts used so far.
struct QuotaKeeper: Sendable {
    enum Name: String, Sendable, CaseIterable {
        case openSessions = "open_sessions"
        case recordedBytes = "recorded_bytes_per_day"
    }

    let quotas: Quotas
    let recordings: RecordingBudget
    /// A user's starts run one after the other, so that each is counted before the next.
    let starts = FairShare(most: 1)

    init(_ quotas: Quotas) {
        self.quotas = quotas
        recordings = RecordingBudget(perDay: quotas.recordedBytesPerDay)
    }

    var tooManySessions: RuntimeError {
        RuntimeError(
            .quotaExceeded,
            "you have \(quotas.openSessions) open sessions, which is the limit for one user",
            remedy: "end some: telec sessions end; or ask an admin for more (quotas.open_sessions)")
    }

    var tooManyBytes: RuntimeError {
        RuntimeError(
            .quotaExceeded,
            "the daily limit of recordings for one user is reached (\(quotas.recordedBytesPerDay) bytes)",
            remedy:
                "the host keeps the rest and delivers it later; an admin can raise quotas.recorded_bytes_per_day"
        )
    }
}

extension SessionService {
    /// Runs `body`, which opens one more session, unless the caller already has as many as allowed.
    func withRoom<T: Sendable>(for caller: Caller, _ body: () async throws -> T) async throws -> T {
        let keeper = services.quotas
        return try await keeper.starts.run(ConnectionLimits.Party(caller.identity)) {
            let most = keeper.quotas.openSessions
            guard try await services.sessions.open(of: caller.identity, upTo: most) < most else {
                try await note(.openSessions, keeper.tooManySessions, of: caller)
                throw keeper.tooManySessions
            }
            return try await body()
        }
    }

    /// Logs, for the admin, that a caller asked for more than is allowed. Repeated refusals are not logged each time.
    func note(
        _ quota: QuotaKeeper.Name, _ error: RuntimeError, of caller: Caller, on session: Session? = nil
    ) async throws {
        services.meter.count(refusalOf: quota)
        guard services.refusals.spend(caller.payer) != .none else { return }
        let audited = session.map { AuditedSession(id: $0.id, owner: $0.owner) }
        try await services.audit.recordRefusal(.exceedQuota, by: caller, on: audited, reason: error.message)
    }
}
