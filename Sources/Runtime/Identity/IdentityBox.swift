import Dispatch
import Synchronization

/// The identity directory in effect. SIGHUP replaces it; requests under way keep the one with which they began.
package final class IdentityBox: Sendable {
    private struct State {
        var directory: IdentityDirectory
        /// The number of times that the directory was replaced.
        var edition = 0
        var isAsking = false
    }

    private let state: Mutex<State>

    package init(_ directory: IdentityDirectory) { state = Mutex(State(directory: directory)) }

    package var current: IdentityDirectory { state.withLock { $0.directory } }

    package func replace(by newDirectory: IdentityDirectory) {
        state.withLock { state in
            state.directory = newDirectory
            state.edition += 1
        }
    }

    /// Asks the name service whether uids have been given to others. This runs on a thread for which nobody waits, one query at
    /// a time, because a name service may hang indefinitely.
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
