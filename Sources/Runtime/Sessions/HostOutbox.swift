import Synchronization

/// What is to be sent to one host. A host that reads nothing costs no more than one that does: `HostRegistry` gives so many
/// orders and no more, one ping is answered for all, and while it is full nothing that the host sends is heard.
final class HostOutbox: Sendable {
    private struct State {
        var orders: [HostOrder] = []
        var acks: [UInt64] = []
        var isPinged = false
        var isEnded = false
        /// Since when something waits, or the host has read the last of it.
        var waitsSince: ContinuousClock.Instant?

        var isEmpty: Bool { orders.isEmpty && acks.isEmpty && !isPinged && !isEnded }
    }

    private let state = Mutex(State())
    private let signal: AsyncStream<Void>.Continuation
    /// Says that there may be something to send; ends when the outbox is closed.
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

    /// What waits, in the order in which it is sent.
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

    /// Returns when there is room: whoever hears what the host sends waits for that.
    func waitForRoom() async throws {
        while state.withLock({ $0.acks.count >= Self.most }) { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// What was taken has been written.
    func noteWritten() { state.withLock { $0.waitsSince = $0.isEmpty ? nil : .now } }

    /// For how long the host has read nothing of what waits for it.
    var stalled: Duration { state.withLock { $0.waitsSince.map { ContinuousClock.now - $0 } ?? .zero } }

    func close() { signal.finish() }
}
