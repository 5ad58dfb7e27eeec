import TCSQLite
import TCPOSIX

/// How long a connection's statements may wait for locks and may run. SQLite asks through two callbacks, so that an
/// interrupt ends a wait for a lock too, which `sqlite3_busy_timeout` would sleep through.
final class SQLiteLimits {
    let lockSeconds: Double
    private let lockTimeout: Duration
    private let statementTimeout: Duration?
    private let interrupter: SQLiteInterrupter
    private let clock = ContinuousClock()
    private var deadline: ContinuousClock.Instant?
    private var waitingSince: ContinuousClock.Instant

    init(lockTimeout: Double, statementTimeout: Double?, interrupter: SQLiteInterrupter) {
        lockSeconds = lockTimeout
        self.lockTimeout = .seconds(lockTimeout)
        self.statementTimeout = statementTimeout.map { .seconds($0) }
        self.interrupter = interrupter
        waitingSince = clock.now
    }

    /// To be called once, for as long as the handle lives.
    func install(on handle: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_busy_handler(
            handle,
            { context, attempt in
                guard let context else { return 0 }
                return Unmanaged<SQLiteLimits>.fromOpaque(context).takeUnretainedValue().waitForLock(attempt) ? 1 : 0
            }, context)
        // Every so many steps of SQLite's machine: some hundred microseconds, so that asking costs nothing.
        sqlite3_progress_handler(
            handle, 20_000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<SQLiteLimits>.fromOpaque(context).takeUnretainedValue().mustStop ? 1 : 0
            }, context)
    }

    /// Starts the clock for a statement. False when it must not start: an interrupt came after the statement before it.
    func beginStatement() -> Bool {
        deadline = statementTimeout.map { clock.now + $0 }
        // One that was meant for an earlier task has nothing to stop any more.
        return !(interrupter.take() && Task.isCancelled)
    }

    /// Lets a statement run that nothing may stop: one that undoes.
    func beginCleanup() {
        deadline = nil
        _ = interrupter.take()
    }

    /// Why a statement ended with `SQLITE_INTERRUPT`, or with `SQLITE_BUSY` before its time.
    func reasonForStopping() -> String? {
        if interrupter.take() { return "the statement was interrupted" }
        guard hasPassedDeadline, let statementTimeout else { return nil }
        return "the statement ran longer than the \(statementTimeout) it may"
    }

    private var hasPassedDeadline: Bool { deadline.map { clock.now >= $0 } ?? false }
    private var mustStop: Bool { interrupter.isPending || hasPassedDeadline }

    /// Sleeps a little; false when the wait is over (https://www.sqlite.org/c3ref/busy_handler.html).
    private func waitForLock(_ attempt: Int32) -> Bool {
        if attempt == 0 { waitingSince = clock.now }
        guard !mustStop, clock.now - waitingSince < lockTimeout else { return false }
        usleep(min(1_000 << UInt32(min(attempt, 6)), 50_000))
        return true
    }
}
