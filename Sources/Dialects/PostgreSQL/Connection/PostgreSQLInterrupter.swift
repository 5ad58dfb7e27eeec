import TCPostgreSQL
import Synchronization

/// Stops what the session's server process does, from any thread and at any time, also after the session has ended:
/// https://www.postgresql.org/docs/current/libpq-cancel.html
///
/// A server that is between two statements forgets a cancellation, so it is noted here as well.
final class PostgreSQLInterrupter: Interrupter {
    /// Never changed after `init`, and `PQcancel` only reads it.
    private nonisolated(unsafe) let key: OpaquePointer?
    private let pending = Atomic(false)

    init(_ handle: OpaquePointer) { key = PQgetCancel(handle) }

    deinit { PQfreeCancel(key) }

    func interrupt() {
        pending.store(true, ordering: .sequentiallyConsistent)
        cancelStatement()
    }

    /// Stops the running statement for reasons of the connection's own.
    func cancelStatement() {
        // There is nothing to do with libpq's reason: the statement may as well just have ended.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
            _ = PQcancel(key, reason.baseAddress, Int32(reason.count))
        }
    }

    /// Whether an interrupt was asked for that nothing has answered yet; it is answered with this.
    func take() -> Bool { pending.exchange(false, ordering: .sequentiallyConsistent) }
}
