import Dialects
import Synchronization

/// What changed about a session.
public struct SessionEvent: Sendable {
    public enum Kind: String, Sendable {
        case started, changed, closed
    }

    public var kind: Kind
    public var session: Session

    public init(_ kind: Kind, _ session: Session) {
        self.kind = kind
        self.session = session
    }

    /// As server-sent events are written (https://html.spec.whatwg.org/multipage/server-sent-events.html).
    var text: String { "event: session_\(kind.rawValue)\ndata: \(session.document.canonical())\n\n" }
}

/// Tells those who listen what changed. Each is told what he may see, and decides that himself when it comes.
final class EventHub: Sendable {
    private struct State {
        var listeners: [UInt64: AsyncStream<SessionEvent?>.Continuation] = [:]
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())
    /// Whoever is slower than this loses the oldest ones.
    private static let backlog = 256

    /// `nil` says that somebody's rights have changed: whoever listens looks whether he still may.
    func listen() -> AsyncStream<SessionEvent?> {
        let (stream, continuation) = AsyncStream<SessionEvent?>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.backlog))
        let id = state.withLock { state in
            state.nextID += 1
            state.listeners[state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.listeners[id] = nil } }
        return stream
    }

    func askListeners() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(nil) }
    }

    func post(_ event: SessionEvent) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(event) }
    }

    /// Ends all listening: the daemon shuts down.
    func finish() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.finish() }
    }
}
