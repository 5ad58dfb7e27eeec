/// The hosts that are connected now, one a session, and the orders that they have not carried out yet.
actor HostRegistry {
    private struct Host {
        var ticket: UInt64
        var orders: AsyncStream<HostOrder>.Continuation
        var nextOrder: UInt64 = 1
        var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    }

    private var hosts: [String: Host] = [:]
    private var nextTicket: UInt64 = 0

    /// A host has connected. One that was connected before is the same host's broken connection, and is let go.
    func connect(_ sessionID: String) -> (ticket: UInt64, orders: AsyncStream<HostOrder>) {
        letGo(sessionID)
        nextTicket += 1
        let (stream, continuation) = AsyncStream<HostOrder>.makeStream()
        hosts[sessionID] = Host(ticket: nextTicket, orders: continuation)
        return (nextTicket, stream)
    }

    /// The connection of this ticket has ended. True when it was the session's present one.
    @discardableResult
    func disconnect(_ sessionID: String, ticket: UInt64) -> Bool {
        guard hosts[sessionID]?.ticket == ticket else { return false }
        letGo(sessionID)
        return true
    }

    /// The daemon shuts down: hosts call again when another one is there.
    func disconnectAll() { for sessionID in hosts.keys { letGo(sessionID) } }

    /// The sessions that live.
    var sessionIDs: [String] { hosts.keys.sorted() }

    func isConnected(_ sessionID: String) -> Bool { hosts[sessionID] != nil }

    /// Passes an answer on to a host (`next`, `ack`, `ping`).
    func tell(_ sessionID: String, ticket: UInt64, _ answer: HostOrder) {
        guard let host = hosts[sessionID], host.ticket == ticket else { return }
        host.orders.yield(answer)
    }

    /// Gives an order and waits until the host has carried it out. Throws `RuntimeError` when no host is connected, or it goes
    /// away before.
    func order(_ sessionID: String, _ make: (UInt64) -> HostOrder) async throws {
        guard var host = hosts[sessionID] else { throw Self.notRunning }
        let number = host.nextOrder
        host.nextOrder += 1
        hosts[sessionID] = host
        let order = make(number)
        try await withCheckedThrowingContinuation { continuation in
            hosts[sessionID]?.waiting[number] = continuation
            host.orders.yield(order)
        }
    }

    /// A host says that it carried out an order.
    func done(_ sessionID: String, ticket: UInt64, order: UInt64) {
        guard hosts[sessionID]?.ticket == ticket else { return }
        hosts[sessionID]?.waiting.removeValue(forKey: order)?.resume()
    }

    private func letGo(_ sessionID: String) {
        guard let host = hosts.removeValue(forKey: sessionID) else { return }
        host.orders.finish()
        for continuation in host.waiting.values { continuation.resume(throwing: Self.notRunning) }
    }

    private static let notRunning = RuntimeError(
        .notRunning, "nothing runs this session now", remedy: "its owner starts it again: telec sessions revive")
}
