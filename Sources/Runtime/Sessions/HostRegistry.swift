import Dialects

/// The connected hosts, one per session, with the orders that they have not carried out yet, and the hosts that were refused
/// recently.
actor HostRegistry {
    private struct Host {
        var ticket: UInt64
        var uid: UInt32
        var outbox: HostOutbox
        var nextOrder: UInt64 = 1
        var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    }

    private struct Refusal {
        var since: String
        var reason: String
        var last: ContinuousClock.Instant
        /// The length of the chunk for which the daemon's disk had no room, if that was the reason.
        var bytes: Int?
    }

    private var hosts: [String: Host] = [:]
    private var refusals: [String: Refusal] = [:]
    private var nextTicket: UInt64 = 0
    /// The starts that somebody waits for, with the reason why the command could not be started, once a host has told one.
    private var starts: [String: String?] = [:]

    /// The largest number of characters of such a reason.
    static let longestFailure = 300

    /// The largest number of orders that may wait for one host, and the time that each may take.
    private static let (mostOrders, patience) = (32, Duration.seconds(10))
    /// How long a refusal is remembered. A refused host calls again within ten seconds, so a host that has been silent for this
    /// long is gone.
    private static let refusalCounts = Duration.seconds(60)
    private static let mostRefusals = 10_000

    /// Registers a host that has connected. An earlier connection for the session is a broken one of the same host, and is
    /// dropped.
    func connect(_ sessionID: String, of uid: UInt32) -> ConnectedHost {
        letGo(sessionID)
        refusals[sessionID] = nil
        nextTicket += 1
        let outbox = HostOutbox()
        hosts[sessionID] = Host(ticket: nextTicket, uid: uid, outbox: outbox)
        return ConnectedHost(registry: self, sessionID: sessionID, ticket: nextTicket, outbox: outbox)
    }

    /// Removes the connection of this ticket, which has ended. Returns whether it was the session's present one.
    @discardableResult
    func disconnect(_ sessionID: String, ticket: UInt64) -> Bool {
        guard hosts[sessionID]?.ticket == ticket else { return false }
        letGo(sessionID)
        return true
    }

    /// Drops the connection of this session's host, which nobody reads any more. The host may call again.
    func dismiss(_ sessionID: String) { letGo(sessionID) }

    /// Drops all connections, because the daemon shuts down. The hosts call again when another daemon is there.
    func disconnectAll() { for sessionID in hosts.keys { letGo(sessionID) } }

    /// The ids of the sessions whose hosts are connected.
    var sessionIDs: [String] { hosts.keys.sorted() }

    /// Returns the ids of the sessions of this uid whose hosts are connected.
    func hosts(of uid: UInt32) -> [String] { hosts.filter { $0.value.uid == uid }.keys.sorted() }

    func isConnected(_ sessionID: String) -> Bool { hosts[sessionID] != nil }

    /// Waits a short time until the host of a session that is over has gone.
    func waitForTheLastWord(of sessionID: String) async {
        for _ in 0..<100 where hosts[sessionID] != nil { try? await Task.sleep(for: .milliseconds(50)) }
    }

    /// Sends an answer to a host (`next`, `ack`, `ping`).
    func tell(_ sessionID: String, ticket: UInt64, _ answer: HostOrder) {
        guard let host = hosts[sessionID], host.ticket == ticket else { return }
        host.outbox.put(answer)
    }

    /// Gives an order and waits until the host has carried it out.
    ///
    /// - Throws: `RuntimeError` when no host is connected, or the host disconnects first or does not answer.
    func order(_ sessionID: String, _ make: (UInt64) -> HostOrder) async throws {
        guard var host = hosts[sessionID] else { throw Self.notRunning }
        guard host.waiting.count < Self.mostOrders else {
            throw RuntimeError(
                .notRunning, "the session's host still has \(Self.mostOrders) orders to carry out",
                remedy: "try again soon")
        }
        let (number, ticket) = (host.nextOrder, host.ticket)
        host.nextOrder += 1
        hosts[sessionID] = host
        let expiry = Task {
            do { try await Task.sleep(for: Self.patience) } catch { return }
            expire(sessionID, ticket, number)
        }
        defer { expiry.cancel() }
        try await withCheckedThrowingContinuation { continuation in
            hosts[sessionID]?.waiting[number] = continuation
            host.outbox.put(make(number))
        }
    }

    private func expire(_ sessionID: String, _ ticket: UInt64, _ order: UInt64) {
        guard hosts[sessionID]?.ticket == ticket else { return }
        hosts[sessionID]?.waiting.removeValue(forKey: order)?.resume(
            throwing: RuntimeError(
                .notRunning,
                "the session's host did not answer within \(Self.patience), and may still carry this out when it continues",
                remedy: "check whether it still runs, and look at the session before you try again"
            ))
    }

    /// Notes that a host has carried out an order.
    func done(_ sessionID: String, ticket: UInt64, order: UInt64) {
        guard hosts[sessionID]?.ticket == ticket else { return }
        hosts[sessionID]?.waiting.removeValue(forKey: order)?.resume()
    }

    /// Notes that a host could not carry out an order.
    func failed(_ sessionID: String, ticket: UInt64, order: UInt64) {
        guard hosts[sessionID]?.ticket == ticket else { return }
        hosts[sessionID]?.waiting.removeValue(forKey: order)?.resume(throwing: Self.refused)
    }

    static let refused = RuntimeError(
        .notRunning, "the session's terminal did not take this, or not all of it",
        remedy: "look at the session before you try again")

    private func letGo(_ sessionID: String) {
        guard let host = hosts.removeValue(forKey: sessionID) else { return }
        host.outbox.close()
        for continuation in host.waiting.values { continuation.resume(throwing: Self.unconfirmed) }
    }

    private static let unconfirmed = RuntimeError(
        .notRunning, "the session's host went away before it said that this was done",
        remedy: "look at the session before you try again")

    private static let notRunning = RuntimeError(
        .notRunning, "this session's host is not connected",
        remedy: "try again soon: it may be calling; if it does not, its owner can restart it: telec sessions revive")
}

extension HostRegistry {
    // Starts that somebody waits for.

    func expectStart(of sessionID: String) { starts.updateValue(nil, forKey: sessionID) }

    /// Notes that a session's host could not start the command. It says so when it calls, before its session counts as running.
    func note(failedStart words: String, of sessionID: String) {
        guard starts[sessionID] != nil else { return }
        starts[sessionID] = PlainText.of(String(words.prefix(Self.longestFailure))).replacing("\n", with: " ")
    }

    /// Returns why the command could not be started; `nil` if no host has said that.
    func failedStart(of sessionID: String) -> String? { starts[sessionID] ?? nil }

    func forgetStart(of sessionID: String) { starts[sessionID] = nil }
}

extension HostRegistry {
    // The presence of hosts, as others see it.

    /// Notes that a host of the session's own uid has called and was refused.
    ///
    /// - Parameter bytes: How much room the daemon's disk has to have before the host is taken up again.
    func note(refusalOf sessionID: String, because reason: String, untilRoomFor bytes: Int? = nil) {
        if refusals[sessionID] == nil, refusals.count >= Self.mostRefusals { refusals = [:] }
        let since = refusals[sessionID].flatMap { $0.reason == reason ? $0.since : nil }
        refusals[sessionID] = Refusal(
            since: since ?? Timestamp.now.text, reason: reason, last: .now, bytes: bytes)
    }

    /// Returns the length of a session's chunk for which the daemon's disk had no room; `nil` if it had.
    func bytesWithoutRoom(of sessionID: String) -> Int? { refusals[sessionID]?.bytes }

    func presence(of sessionID: String) -> HostPresence {
        if hosts[sessionID] != nil { return .connected }
        guard let refusal = refusals[sessionID], ContinuousClock.now - refusal.last < Self.refusalCounts else {
            return .away
        }
        return .refused(since: refusal.since, because: refusal.reason)
    }

    /// Returns the session with the presence of its host.
    func withPresence(_ session: Session) -> Session {
        var session = session
        session.host = session.closedAt == nil || session.state == .lost ? presence(of: session.id) : nil
        return session
    }

    /// Returns the sessions with the presence of their hosts, in one call.
    func withPresence(_ sessions: [Session]) -> [Session] { sessions.map { withPresence($0) } }
}

/// The connection of a host, which the registry knows for as long as this object lives, and no longer.
final class ConnectedHost: Sendable {
    private let registry: HostRegistry
    let sessionID: String
    let ticket: UInt64
    let outbox: HostOutbox

    fileprivate init(registry: HostRegistry, sessionID: String, ticket: UInt64, outbox: HostOutbox) {
        self.registry = registry
        self.sessionID = sessionID
        self.ticket = ticket
        self.outbox = outbox
    }

    deinit { Task { [registry, sessionID, ticket] in await registry.disconnect(sessionID, ticket: ticket) } }

    /// Ends the connection now.
    func disconnect() async { await registry.disconnect(sessionID, ticket: ticket) }
}

/// The daemon's knowledge of a session's host.
package enum HostPresence: Sendable, Equatable {
    case connected
    /// The host has not called, or not called again.
    case away
    /// The host calls and is refused.
    case refused(since: String, because: String)
}

extension HostPresence {
    /// The presence in one word.
    package enum Word: String, Sendable, CaseIterable { case connected, away, refused }

    var document: JSON {
        switch self {
        case .connected: Self.document(.connected)
        case .away: Self.document(.away)
        case .refused(let since, let reason): Self.document(.refused, since: .string(since), reason: .string(reason))
        }
    }

    private static func document(_ word: Word, since: JSON = .null, reason: JSON = .null) -> JSON {
        .object([("state", .string(word.rawValue)), ("since", since), ("reason", reason)])
    }
}
