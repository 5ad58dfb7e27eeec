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

    init(_ handle: OpaquePointer) { key = PQgetCancel(handle) }

    deinit { PQfreeCancel(key) }

    func interrupt() {
        pending.store(true, ordering: .sequentiallyConsistent)
        cancelStatement()
    }

    /// Stops the running statement for reasons of the connection itself.
    func cancelStatement() {
        // libpq's reason is not used: the statement may just have ended.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
            _ = PQcancel(key, reason.baseAddress, Int32(reason.count))
        }
    }

    /// Returns whether an interrupt was requested that no statement has answered yet. The call itself counts as the answer.
    func take() -> Bool { pending.exchange(false, ordering: .sequentiallyConsistent) }
}
