import Synchronization
import TCPOSIX

/// A pipe that wakes the terminal's thread: one byte, which is a signal's number, or says that there is mail.
final class Alarm: Sendable {
    static let mail: UInt8 = 0

    let readEnd: Int32
    private let writeEnd: Int32

    /// `nil` where there is no pipe to be had.
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
        // A full pipe wakes as well.
        withUnsafePointer(to: byte) { _ = write(writeEnd, $0, 1) }
    }

    /// What has rung since the last time.
    func answer() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(readEnd, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }

    /// Lets signals ring, too.
    func hearSignals() {
        Self.heard.store(writeEnd, ordering: .sequentiallyConsistent)
        for number in Self.signals { signal(number, Self.handler) }
    }

    /// Queues of Dispatch hold signals back on their threads: this one could then not be stopped.
    static func letSignalsThrough() {
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for number in signals { sigaddset(&wanted, number) }
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }

    /// Signals do again what they do to any process.
    static func leaveSignals() {
        for number in signals { signal(number, SIG_DFL) }
        heard.store(-1, ordering: .sequentiallyConsistent)
    }

    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH, SIGCHLD, SIGCONT]

    /// Where a handler writes: it may look at nothing that takes a lock.
    private static let heard = Atomic<Int32>(-1)

    private static let handler: @convention(c) (Int32) -> Void = { number in
        let before = errno
        let end = heard.load(ordering: .relaxed)
        var byte = UInt8(truncatingIfNeeded: number)
        if end >= 0 { _ = write(end, &byte, 1) }
        errno = before
    }
}
