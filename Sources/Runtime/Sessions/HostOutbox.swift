import Synchronization

/// The orders that are to be sent to one host. A host that reads nothing costs no more than one that does: `HostRegistry`
/// limits the number of orders, one answer stands for all pings, and while the outbox is full nothing from the host is read.
final class HostOutbox: Sendable {
    private struct State {
        var orders: [HostOrder] = []
        var acks: [UInt64] = []
        var isPinged = false
        var isEnded = false
        /// The time since which something has been waiting, or since which the host has read no more of it; `nil` when nothing
        /// waits.
        var waitsSince: ContinuousClock.Instant?

        var isEmpty: Bool { orders.isEmpty && acks.isEmpty && !isPinged && !isEnded }
    }

    private let state = Mutex(State())
    private let signal: AsyncStream<Void>.Continuation
    /// A stream that yields when there may be something to send. It ends when the outbox is closed.
    let signals: AsyncStream<Void>

    init() { (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func put(_ order: HostOrder) {
        state.withLock { state in
            switch order {
            case .next, .send, .end, .start: state.orders.append(order)
            case .ack(let number): state.acks.append(number)
            case .ping: state.isPinged = true
            case .ended: state.isEnded = true
            }
            state.waitsSince = state.waitsSince ?? .now
        }
        signal.yield()
    }

    /// Removes and returns the waiting orders, in the order in which they are sent.
    func take() -> [HostOrder] {
        state.withLock { state in
            var result = state.orders + state.acks.map { .ack($0) }
            if state.isPinged { result.append(.ping) }
            if state.isEnded { result.append(.ended) }
            let since = state.waitsSince
            state = State()
            state.waitsSince = since
            return result
        }
    }

    private static let most = 1_024

    /// Waits until there is room for more. The reader of the host's messages calls this before it continues.
    func waitForRoom() async throws {
        while state.withLock({ $0.acks.count >= Self.most }) { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// Notes that the orders that were taken have been written.
    func noteWritten() { state.withLock { $0.waitsSince = $0.isEmpty ? nil : .now } }

    /// How long the host has read nothing of what waits for it.
    var stalled: Duration { state.withLock { $0.waitsSince.map { ContinuousClock.now - $0 } ?? .zero } }

    func close() { signal.finish() }
}
