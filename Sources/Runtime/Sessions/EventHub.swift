import Dialects
import Synchronization

/// A change of a session.
package struct SessionEvent: Sendable {
    package enum Kind: String, Sendable {
        case started, changed, closed
    }

    package var kind: Kind
    package var session: Session

    package init(_ kind: Kind, _ session: Session) {
        self.kind = kind
        self.session = session
    }

    /// The event as a server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html).
    var text: String { "event: session_\(kind.rawValue)\ndata: \(session.document.canonical())\n\n" }
}

/// Distributes changes of sessions to its listeners. Each listener checks, when an event arrives, whether its caller may see
/// it.
final class EventHub: Sendable {
    private struct State {
        var listeners: [UInt64: AsyncStream<SessionEvent?>.Continuation] = [:]
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())
    /// The number of events kept for a slow listener. One that is further behind has lost some: its stream ends after those, and the
    /// client, which connects again, reads all sessions anew.
    private static let backlog = 256

    /// Returns a stream of the changes. `nil` in it says that somebody's rights have changed: each listener then checks whether
    /// it may still listen.
    func listen() -> AsyncStream<SessionEvent?> {
        let (stream, continuation) = AsyncStream<SessionEvent?>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.backlog))
        let id = state.withLock { state in
            state.nextID += 1
            state.listeners[state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.listeners[id] = nil } }
        return stream
    }

    func askListeners() { tell(nil) }

    func post(_ event: SessionEvent) { tell(event) }

    private func tell(_ event: SessionEvent?) {
        for listener in state.withLock({ Array($0.listeners.values) }) {
            if case .dropped = listener.yield(event) { listener.finish() }
        }
    }

    /// Ends all streams, because the daemon shuts down.
    func finish() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.finish() }
    }
}
