/// An advisory lock that its session holds. A terminated session is not notified, so it must ask.
final class PostgreSQLHeldLock: HeldLock {
    private let connection: PostgreSQLConnection
    private let key: Int64
    private let process: Int64

    /// Always true, because the server may end the session.
    var isLostUnnoticed: Bool { true }

    /// Makes a held lock. `process` is the session's own (`pg_backend_pid`): behind a pooler, the next answer may come from
    /// another one.
    init(_ connection: PostgreSQLConnection, key: Int64, process: Int64) {
        self.connection = connection
        self.key = key
        self.process = process
    }

    func confirm() throws(DatabaseError) {
        let (high, low) = (key >> 32 & 0xFFFF_FFFF, key & 0xFFFF_FFFF)
        let holder = try connection.queryValue(
            """
            SELECT pid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 \
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
            AND classid::bigint = \(high) AND objid::bigint = \(low)
            """)?.integer
        guard holder == process else { throw DatabaseError(.lost, "the session no longer holds its lock") }
    }

    /// Releases the lock. A session that is gone holds no lock.
    func release() { connection.giveBack(key) }
}
