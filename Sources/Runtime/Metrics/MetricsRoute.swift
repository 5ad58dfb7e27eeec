import Dialects
import Hummingbird

/// The route of the daemon's figures, for admins and for the account that the settings name for it (`monitoring.os_username`).
struct MetricsRoute {
    let services: Services
    let shares: FairShare
    let version: String

    func add(to router: Router<CallContext>) { router.get("metrics", use: metrics) }

    @Sendable private func metrics(_ request: Request, _ context: CallContext) async throws -> Response {
        try request.requireNoParameters()
        let identity = context.identity
        if !identity.isMonitor, case .refused(let why) = allow(.inspectDaemon, by: identity.role, on: .none) {
            throw RuntimeError(.notAllowed, "\(Action.inspectDaemon.phrase) is not allowed: \(why)")
        }
        let text = try await shares.run(context.party) { await figures() }
        return Response(
            status: .ok, headers: [.contentType: Exposition.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private func figures() async -> String {
        var exposition = Exposition()
        exposition.family("teleclaude_build_info", .gauge, "The daemon's version.")
        exposition.sample("teleclaude_build_info", [("version", version), ("mode", services.mode.rawValue)], 1)
        services.meter.current.add(to: &exposition)
        exposition.single(
            "teleclaude_hosts_connected", .gauge, "Hosts connected now.",
            await services.hosts.sessionIDs.count)
        pools(&exposition)
        await database(&exposition)
        ProcessFigures.current.add(to: &exposition)
        return exposition.text
    }

    private func pools(_ exposition: inout Exposition) {
        let figures = services.inspection.migrator.database.poolFigures
        exposition.single("teleclaude_database_connections", .gauge, "Open connections.", figures.open)
        exposition.single("teleclaude_database_connections_idle", .gauge, "Idle connections.", figures.idle)
        exposition.single(
            "teleclaude_database_waiting", .gauge, "Tasks that wait for a connection because all are in use.",
            figures.waiting)
    }

    /// Adds the figures that are read from the database. The open sessions are counted, so the time depends on their number;
    /// sessions that are over, and entries of the log, cost nothing.
    private func database(_ exposition: inout Exposition) async {
        let found: (states: [Session.State: Int], entries: Int64)?
        do {
            found = (
                try await services.sessions.openByState(), try await services.audit.head()?.seq ?? 0
            )
        } catch { found = nil }
        exposition.single(
            "teleclaude_database_up", .gauge, "Whether the database answered at the last check.", found == nil ? 0 : 1)
        guard let found else { return }
        exposition.family("teleclaude_sessions_open", .gauge, "Sessions that have not ended, by state.")
        for state in Session.State.ofOpenOnes {
            exposition.sample("teleclaude_sessions_open", [("state", state.rawValue)], found.states[state] ?? 0)
        }
        exposition.single(
            "teleclaude_audit_entries_total", .counter, "Entries of the audit log, of all daemons.", found.entries)
    }
}

extension Session.State {
    /// The states of sessions that are not over.
    static var ofOpenOnes: [Session.State] {
        allCases.filter { state in
            switch state {
            case .initializing, .active, .headless, .closing: true
            case .closed, .lost: false
            }
        }
    }
}

extension Meter.Figures {
    func add(to exposition: inout Exposition) {
        exposition.family("teleclaude_http_requests_total", .counter, "Calls, by route and status.")
        for (call, count) in calls.sorted(by: { $0.key < $1.key }) {
            let labels = [("method", call.method), ("route", call.route), ("status", "\(call.status)")]
            exposition.sample("teleclaude_http_requests_total", labels, count)
        }
        let name = "teleclaude_http_request_seconds"
        exposition.family(name, .histogram, "Time until the answer to a call began.")
        for (route, times) in times.sorted(by: { $0.key < $1.key }) {
            var count = 0
            for (bound, more) in zip(Meter.Times.bounds.map { "\($0)" } + ["+Inf"], times.counts) {
                count += more
                exposition.sample("\(name)_bucket", [("route", route), ("le", bound)], count)
            }
            exposition.sample("\(name)_sum", [("route", route)], times.sum)
            exposition.sample("\(name)_count", [("route", route)], count)
        }
        exposition.single(
            "teleclaude_recorded_bytes_total", .counter, "Bytes of recordings written.", recordedBytes)
        exposition.family("teleclaude_quota_refusals_total", .counter, "Refusals because of a quota.")
        for quota in QuotaKeeper.Name.allCases {
            exposition.sample(
                "teleclaude_quota_refusals_total", [("quota", quota.rawValue)], quotaRefusals[quota] ?? 0)
        }
    }
}
