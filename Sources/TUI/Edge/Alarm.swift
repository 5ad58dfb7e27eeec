import Synchronization
import TCPOSIX

/// A pipe that wakes the terminal's thread. Each byte in it is a signal's number, or `mail`, which says that the mailbox has events.
final class Alarm: Sendable {
    static let mail: UInt8 = 0

    let readEnd: Int32
    private let writeEnd: Int32

    /// Creates the pipe; `nil` if the system refuses one.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func ring(_ byte: UInt8) {
        // If the pipe is full, the write fails, but the bytes in the pipe wake the thread as well.
        withUnsafePointer(to: byte) { _ = write(writeEnd, $0, 1) }
    }

    /// Returns the bytes that were rung since the last call, at most 256. It does not wait.
    func answer() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(readEnd, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }

    /// Installs handlers by which signals ring this alarm.
    func hearSignals() {
        Self.heard.store(writeEnd, ordering: .sequentiallyConsistent)
        for number in Self.signals { signal(number, Self.handler) }
    }

    /// Unblocks the signals on the current thread. Dispatch blocks them on the threads of its queues, and this program could then not be
    /// stopped.
    static func letSignalsThrough() {
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for number in signals { sigaddset(&wanted, number) }
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }

    /// Restores the default actions of the signals.
    static func leaveSignals() {
        for number in signals { signal(number, SIG_DFL) }
        heard.store(-1, ordering: .sequentiallyConsistent)
    }

    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH, SIGCHLD, SIGCONT]

    /// The descriptor that the signal handler writes to; -1 if there is none. It is atomic, because a handler may not take a lock.
    private static let heard = Atomic<Int32>(-1)

    private static let handler: @convention(c) (Int32) -> Void = { number in
        let before = errno
        let end = heard.load(ordering: .relaxed)
        var byte = UInt8(truncatingIfNeeded: number)
        if end >= 0 { _ = write(end, &byte, 1) }
        errno = before
    }
}
