import Dispatch
import Synchronization

/// The directory that is in force. SIGHUP puts a new one in its place; requests under way keep what they began with.
public final class IdentityBox: Sendable {
    private struct State {
        var directory: IdentityDirectory
        /// How often it was replaced.
        var edition = 0
        var isAsking = false
    }

    private let state: Mutex<State>

    public init(_ directory: IdentityDirectory) { state = Mutex(State(directory: directory)) }

    public var current: IdentityDirectory { state.withLock { $0.directory } }

    public func replace(by newDirectory: IdentityDirectory) {
        state.withLock { state in
            state.directory = newDirectory
            state.edition += 1
        }
    }

    /// Asks the name service whether uids have been given to others, on a thread that nobody waits for, and one at a time: a
    /// name service may hang for as long as it likes.
    func askNameService() {
        let asked = state.withLock { state -> (IdentityDirectory, Int)? in
            guard !state.isAsking else { return nil }
            state.isAsking = true
            return (state.directory, state.edition)
        }
        guard let (directory, edition) = asked else { return }
        DispatchQueue.global().async { @Sendable in
            let answer = directory.askingNameService()
            self.state.withLock { state in
                state.isAsking = false
                if state.edition == edition { state.directory = answer }
            }
        }
    }
}
