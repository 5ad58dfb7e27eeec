import Logging

/// Finds sessions whose rows are out of date, and corrects the rows. A session that counts as running or starting, but has had
/// no host for a while, is marked as lost. A session whose host was told to end it and did not is closed without the host.
///
/// A restarted daemon gives hosts the same time to call again. Every correction can be undone: a host that calls later takes
/// its session up again.
struct Mending {
    private let services: Services
    private let sessions: SessionService
    private let logger: Logger
    /// How long a session may be without a host, and how long its end may take.
    private let (grace, endGrace): (Duration, Duration)
    /// How long each session has been in a state that does not fit the facts, for as long as this daemon has watched.
    private var ages: [Key: Duration] = [:]

    private struct Key: Hashable {
        var id: String
        var state: Session.State
    }

    init(_ services: Services, graceSeconds: Int, logger: Logger) {
        self.services = services
        sessions = SessionService(services: services)
        self.logger = logger
        grace = .seconds(graceSeconds)
        endGrace = min(.seconds(15), .seconds(graceSeconds))
    }

    /// The interval between two sweeps.
    var interval: Duration { min(.seconds(5), grace / 4) }

    /// Makes one sweep; `passed` is the time since the last one.
    mutating func sweep(after passed: Duration) async throws {
        // A daemon that was stopped for a while has not watched anybody meanwhile.
        let passed = min(passed, interval * 2)
        var next: [Key: Duration] = [:]
        for (id, state) in try await services.sessions.running() {
            let isEnding = state == .closing
            if !isEnding, await services.hosts.presence(of: id) != .away { continue }
            let key = Key(id: id, state: state)
            let age = ages[key].map { $0 + passed } ?? .zero
            if age < (isEnding ? endGrace : grace) {
                next[key] = age
            } else if isEnding {
                try await end(id)
            } else {
                try await lose(id, from: state)
            }
        }
        ages = next
    }

    /// Closes a session whose end was ordered without an answer from its host.
    private func end(_ id: String) async throws {
        guard let session = try await services.sessions.find(id), session.state == .closing else { return }
        _ = try await sessions.close(session)
        await services.hosts.dismiss(id)
        logger.warning("a host did not end its session: it was closed without it", metadata: ["session": "\(id)"])
    }

    private func lose(_ id: String, from state: Session.State) async throws {
        guard try await services.sessions.lose(id, from: state) else { return }
        // The host may have called meanwhile.
        if await services.hosts.isConnected(id) {
            _ = try await services.sessions.takeUp(id, from: .lost)
            return
        }
        logger.warning(
            "no host has called for a session: it counts as lost",
            metadata: ["session": "\(id)", "was": "\(state.rawValue)"])
        if let lost = try await services.sessions.find(id) { services.events.post(SessionEvent(.closed, lost)) }
    }
}
