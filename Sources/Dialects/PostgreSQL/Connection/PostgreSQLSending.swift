import TCPostgreSQL
import TCPOSIX

/// Sends the rows of a copy. A write of libpq's own would wait without end for a server that was stopped, and would not hear that the task
/// was cancelled. So libpq keeps what the socket does not take, and the wait is here
/// (https://www.postgresql.org/docs/current/libpq-async.html, `PQflush`).
extension PostgreSQLConnection {
    /// How long a server may take nothing after the task was cancelled, in seconds. One that is well ends the copy by then.
    private static let patienceAfterCancellation = 5.0
    /// How often a wait looks whether it has to end, in milliseconds.
    static let pulse: Int32 = 200

    /// Prepares the connection for `sendRows`, once the server is ready for the copy.
    func startSending() { PQsetnonblocking(handle, 1) }

    /// Sends a piece of a copy. Returns false if the connection is broken. If the server takes nothing for too long, it closes the
    /// connection and throws.
    func sendRows(_ start: UnsafeRawPointer, _ count: Int, _ statement: String) throws(DatabaseError) -> Bool {
        guard PQputCopyData(handle, start, Int32(count)) == 1 else { return false }
        return try flush(statement)
    }

    /// Ends the rows of a copy, as `sendRows` sends a piece of them. With a reason, the server refuses all of them.
    func endSending(_ reason: String?, _ statement: String) throws(DatabaseError) -> Bool {
        defer { PQsetnonblocking(handle, 0) }
        guard PQputCopyEnd(handle, reason) == 1 else { return false }
        return try flush(statement)
    }

    /// Sends what libpq holds. It asks the system for nothing if libpq could send it all.
    private func flush(_ statement: String) throws(DatabaseError) -> Bool {
        var left = PQflush(handle)
        while left == 1 {
            guard try awaitRoom(statement) else { return false }
            left = PQflush(handle)
        }
        return left == 0
    }

    /// Waits until the socket takes more, and takes in what the server says meanwhile: it may wait for that. Returns false if the
    /// connection is broken.
    private func awaitRoom(_ statement: String) throws(DatabaseError) -> Bool {
        let began = ContinuousClock.now
        var (cancelled, cancelling): (ContinuousClock.Instant?, ContinuousClock.Instant?)
        while true {
            var wanted = pollfd(fd: PQsocket(handle), events: Int16(POLLIN | POLLOUT), revents: 0)
            if poll(&wanted, 1, Self.pulse) > 0 {
                return wanted.revents == Int16(POLLOUT) || PQconsumeInput(handle) == 1
            }
            let now = ContinuousClock.now
            if let answerTimeout, now - began >= .wait(seconds: answerTimeout) {
                throw breakOff("the server has taken no rows for \(answerTimeout) s", statement)
            }
            if cancelled == nil, Task.isCancelled { cancelled = now }
            if let cancelled, now - cancelled >= .wait(seconds: Self.patienceAfterCancellation) {
                throw breakOff(
                    "the copy was interrupted, and the server neither ended it nor took more rows", statement,
                    .interrupted)
            }
            try requireReach(since: began, &cancelling, statement)
        }
    }
}
