import Dispatch
import TCPOSIX

/// Ends a process that must not go on and may be unable to end in an orderly way: a statement on a connection that a stalled
/// network holds can't be interrupted.
enum LastResort {
    /// Exits with code 2 after so many seconds, unless the process has ended by then.
    static func exit(after seconds: Int) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { @Sendable in _exit(2) }
    }
}
