import Synchronization
import TCRuntime

/// The changes since the user was told last. They are kept until the user has finished reading or typing.
final class PlainNews: Sendable {
    private struct State {
        var lines: [String] = []
        var more = 0
    }

    private let state = Mutex(State())
    private static let most = 5

    /// Listens to the daemon's events until the task is cancelled.
    func listen(to client: DaemonClient) async {
        while !Task.isCancelled {
            let reader = Mutex(SessionEventReader())
            // Errors are ignored: the user's next command reports that no daemon answers.
            try? await client.stream("/events") { bytes in
                for told in try reader.withLock({ try $0.read(bytes) }) {
                    if case .session(let session, let isNew) = told { self.note(session, isNew) }
                }
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private func note(_ session: SessionDocument, _ isNew: Bool) {
        let line = Cells.clean(
            "News: \(session.title ?? "untitled") \(isNew ? "was started" : "is \(session.status)").")
        state.withLock { state in
            state.lines.removeAll { $0 == line }
            if state.lines.count < Self.most { state.lines.append(line) } else { state.more += 1 }
        }
    }

    func take() -> [String] {
        state.withLock { state in
            defer { state = State() }
            return state.lines + (state.more == 0 ? [] : ["And \(state.more) more changes."])
        }
    }
}
