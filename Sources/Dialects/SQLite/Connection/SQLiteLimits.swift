import TCSQLite
import TCPOSIX

/// The limits on how long a connection's statements may wait for locks and may run. SQLite consults them through two callbacks.
/// An interrupt therefore also ends a wait for a lock, which `sqlite3_busy_timeout` would sleep through.
final class SQLiteLimits {
    /// The longest wait for a lock, in seconds.
    var lockSeconds: Double
    private let statementTimeout: Duration?
    private let interrupter: SQLiteInterrupter
    private let clock = ContinuousClock()
    private var deadline: ContinuousClock.Instant?
    private var waitingSince: ContinuousClock.Instant

    init(lockTimeout: Double, statementTimeout: Double?, interrupter: SQLiteInterrupter) {
        lockSeconds = lockTimeout
        self.statementTimeout = statementTimeout.map { .wait(seconds: $0) }
        self.interrupter = interrupter
        waitingSince = clock.now
    }

    /// Installs the callbacks on a handle. To be called once; the limits must live as long as the handle.
    func install(on handle: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_busy_handler(
            handle,
            { context, attempt in
                guard let context else { return 0 }
                return Unmanaged<SQLiteLimits>.fromOpaque(context).takeUnretainedValue().waitForLock(attempt) ? 1 : 0
            }, context)
        // SQLite calls back after this many steps of its virtual machine. They take some hundred microseconds, so that the
        // calls cost next to nothing.
        sqlite3_progress_handler(
            handle, 20_000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<SQLiteLimits>.fromOpaque(context).takeUnretainedValue().mustStop ? 1 : 0
            }, context)
    }

    /// Starts the clock for a statement. Returns false if the statement must not start, because an interrupt came after the one
    /// before it.
    func beginStatement() -> Bool {
        deadline = statementTimeout.map { clock.now + $0 }
        // An interrupt that was meant for an earlier task has nothing left to stop.
        return !(interrupter.take() && Task.isCancelled)
    }

    /// Prepares for a statement that nothing may stop, because it undoes something.
    func beginCleanup() {
        deadline = nil
        _ = interrupter.take()
    }

    /// Returns why a statement was stopped, if `SQLiteResult.mayBeStop` is true of its error; `nil` if it was not stopped.
    func reasonForStopping() -> String? {
        if interrupter.take() { return "the statement was interrupted" }
        guard hasPassedDeadline, let statementTimeout else { return nil }
        return "the statement ran longer than the \(statementTimeout) it may"
    }

    private var hasPassedDeadline: Bool { deadline.map { clock.now >= $0 } ?? false }
    private var mustStop: Bool { interrupter.isPending || hasPassedDeadline }

    /// Sleeps a little. Returns false if the wait is over (https://www.sqlite.org/c3ref/busy_handler.html).
    private func waitForLock(_ attempt: Int32) -> Bool {
        if attempt == 0 { waitingSince = clock.now }
        guard !mustStop, clock.now - waitingSince < .wait(seconds: lockSeconds) else { return false }
        usleep(min(1_000 << UInt32(min(attempt, 6)), 50_000))
        return true
    }
}
