import Dispatch
import TCPostgreSQL
import Synchronization

/// Stops the running command of the session's server process, from any thread and at any time, also after the session has ended:
/// https://www.postgresql.org/docs/current/libpq-cancel.html
///
/// A server that is between two statements forgets a cancellation, so the interrupter keeps a note of it as well.
final class PostgreSQLInterrupter: Interrupter {
    /// libpq's cancel key. It is never changed after `init`, and `PQcancel` only reads it.
    private nonisolated(unsafe) let key: OpaquePointer?
    private let pending = Atomic(false)
    /// The cancellations that are on their way. Each has a thread of its own, because the server may not answer.
    private let sent = DispatchGroup()

    init(_ handle: OpaquePointer) { key = PQgetCancel(handle) }

    deinit { PQfreeCancel(key) }

    func interrupt() {
        pending.store(true, ordering: .sequentiallyConsistent)
        send()
    }

    /// Stops the running statement for reasons of the connection itself, which waits until the server has been told.
    func cancelStatement() {
        send()
        _ = isSettled()
    }

    /// Waits for the cancellations that are on their way: one that comes late would stop the next statement. Returns false if the server
    /// does not take them.
    ///
    /// - Parameter seconds: The longest wait.
    func isSettled(within seconds: Double = 10) -> Bool { sent.wait(timeout: .now() + seconds) == .success }

    private func send() {
        sent.enter()
        let send: @Sendable () -> Void = {
            // libpq's reason is not used: the statement may just have ended.
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
                _ = PQcancel(self.key, reason.baseAddress, Int32(reason.count))
            }
            self.sent.leave()
        }
        // Without a thread to be had, the caller has to wait for the server.
        do throws(DatabaseError) { try DetachedThread.start(send) } catch { send() }
    }

    /// Returns whether an interrupt was requested that no statement has answered yet. The call itself counts as the answer.
    func take() -> Bool { pending.exchange(false, ordering: .sequentiallyConsistent) }
}
