import Synchronization
import TCPOSIX

/// SIGHUP, with which a service manager asks a daemon to read its settings anew.
package enum Hangup {
    private static let isNoted = Atomic(false)

    /// Only notes the signal until the daemon serves and can answer it. Otherwise it would end a daemon that waits as a standby or
    /// still migrates.
    package static func note() {
        // This makes the flag, which a signal handler must not do.
        isNoted.store(false, ordering: .relaxed)
        // Unlike SIG_IGN, a handler is not inherited by a program that this process starts.
        signal(SIGHUP) { _ in Hangup.isNoted.store(true, ordering: .relaxed) }
    }

    /// Whether the signal has come since then.
    static var hasCome: Bool { isNoted.load(ordering: .relaxed) }
}
