import TCSQLite
import Synchronization

/// Stops a connection's statement from any thread; harmless when the connection is closed.
///
/// SQLite forgets an interrupt that comes between two statements (https://www.sqlite.org/c3ref/interrupt.html), so it
/// is noted here as well, for the statement that follows.
final class SQLiteInterrupter: Interrupter {
    /// The handle's address, as long as it is open. `sqlite3_interrupt` is the one call that any thread may make.
    private let address: Mutex<UInt>
    private let pending = Atomic(false)

    init(_ handle: OpaquePointer) { address = Mutex(UInt(bitPattern: handle)) }

    func interrupt() {
        pending.store(true, ordering: .sequentiallyConsistent)
        // Under the lock, so that the handle isn't closed meanwhile.
        address.withLock { address in
            if let handle = OpaquePointer(bitPattern: address) { sqlite3_interrupt(handle) }
        }
    }

    var isPending: Bool { pending.load(ordering: .sequentiallyConsistent) }

    /// Whether an interrupt was asked for that no statement has answered yet; it is answered with this.
    func take() -> Bool { pending.exchange(false, ordering: .sequentiallyConsistent) }

    /// The handle is about to be closed.
    func retire() { address.withLock { $0 = 0 } }
}
