import Dispatch
import TCPOSIX

/// Ends a process that must not go on and may be unable to end in an orderly way: a statement on a connection that a stalled
/// network holds can't be interrupted, nor can a read from a disk that does not answer.
enum LastResort {
    /// How long an orderly end may take, in seconds, once no request is waited for any more.
    private static let patience = 5

    /// Exits with code 2 unless the process has ended soon after so many seconds, in which requests may still be answered.
    static func exit(after seconds: Int = 0) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds + patience)) { @Sendable in _exit(2) }
    }
}
