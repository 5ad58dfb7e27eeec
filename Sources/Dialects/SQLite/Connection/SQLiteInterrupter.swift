import TCSQLite
import Synchronization

/// Stops a connection's statement from any thread. It does nothing if the connection is closed.
///
/// SQLite forgets an interrupt that comes between two statements (https://www.sqlite.org/c3ref/interrupt.html), so this class
/// records it as well, for the statement that follows.
final class SQLiteInterrupter: Interrupter {
    /// The handle's address while the handle is open. `sqlite3_interrupt` is the only call that any thread may make.
    private let address: Mutex<UInt>
    private let pending = Atomic(false)

    init(_ handle: OpaquePointer) { address = Mutex(UInt(bitPattern: handle)) }

    func interrupt() {
        pending.store(true, ordering: .sequentiallyConsistent)
        // The call is made under the lock, so that the handle can't be closed meanwhile.
        address.withLock { address in
            if let handle = OpaquePointer(bitPattern: address) { sqlite3_interrupt(handle) }
        }
    }

    var isPending: Bool { pending.load(ordering: .sequentiallyConsistent) }

    /// Returns whether an interrupt was requested that has stopped no statement yet, and clears that request.
    func take() -> Bool { pending.exchange(false, ordering: .sequentiallyConsistent) }

    /// Forgets the handle, which is about to be closed.
    func retire() { address.withLock { $0 = 0 } }
}
