import TCPostgreSQL
import TCPOSIX

/// Advisory locks, which a session holds until it releases them or ends:
/// https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
extension PostgreSQLConnection {
    /// Runs `body` under the lock, which it requests again and again. Waiting inside `pg_advisory_lock` would keep a snapshot
    /// open. Another session's `CREATE INDEX CONCURRENTLY` would wait for this snapshot while that session holds the lock.
    func withTransferLock<T>(waiting seconds: Double, _ body: () throws -> T) throws -> T {
        try withLock(.schemaChange, waiting: seconds) {
            // Who writes for a transfer may have outlived the session that held its lock.
            try withLock(.transferStream, waiting: seconds) {}
            return try body()
        }
    }

    func withFillingLock<T>(waiting seconds: Double, _ body: () throws -> T) throws -> T {
        try withLock(.filling, waiting: seconds, body)
    }

    func joinTransfer() throws(DatabaseError) {
        let key = try lockKey(.transferStream)
        guard try queryValue("SELECT pg_try_advisory_lock_shared(\(key))") == .boolean(true) else {
            throw try heldError(.transferStream, key)
        }
    }

    func withLock<T>(_ lock: AdvisoryLock, waiting seconds: Double, _ body: () throws -> T) throws -> T {
        guard !isInTransaction else {
            throw DatabaseError(
                .other, "waiting for the lock \(lock.name) is not possible inside a transaction",
                remedy: "commit or roll back first")
        }
        let key = try lockKey(lock)
        try acquire(lock, key, waiting: seconds)
        let result = Result { try body() }
        giveBack(key)
        return try result.get()
    }

    func hold(_ lock: AdvisoryLock) throws(DatabaseError) -> (any HeldLock)? {
        let key = try lockKey(lock)
        guard let process = try queryValue("SELECT pg_backend_pid()::bigint")?.integer,
            try queryValue("SELECT pg_try_advisory_lock(\(key))") == .boolean(true)
        else { return nil }
        return PostgreSQLHeldLock(self, key: key, process: process)
    }

    func isHeld(_ lock: AdvisoryLock) throws(DatabaseError) -> Bool {
        try !holders(lockKey(lock)).isEmpty
    }

    private func acquire(_ lock: AdvisoryLock, _ key: Int64, waiting seconds: Double) throws(DatabaseError) {
        guard !(cancellation.take() && Task.isCancelled) else { throw interrupted(lock) }
        let deadline = ContinuousClock.now + .wait(seconds: seconds)
        var pause = 0.025
        while try queryValue("SELECT pg_try_advisory_lock(\(key))") != .boolean(true) {
            let left = (deadline - .now) / .seconds(1)
            guard left > 0 else { throw try heldError(lock, key) }
            usleep(UInt32(min(pause * .random(in: 0.8...1.2), left) * 1_000_000))
            guard !cancellation.take() else { throw interrupted(lock) }
            pause = min(pause * 2, 0.25)
        }
    }

    private func interrupted(_ lock: AdvisoryLock) -> DatabaseError {
        DatabaseError(.interrupted, "waiting for the lock \(lock.name) was interrupted")
    }

    /// Releases the lock, whatever happened before. A failure says nothing about the work that was done under the lock, so it is
    /// not reported: the session is closed instead, and the lock ends with it.
    func giveBack(_ key: Int64) {
        do throws(DatabaseError) { try release(key) } catch { close() }
    }

    private func release(_ key: Int64) throws(DatabaseError) {
        // A failed transaction accepts nothing but ROLLBACK.
        if PQtransactionStatus(handle) == PQTRANS_INERROR { try rollback() }
        _ = cancellation.take()
        _ = try queryValue("SELECT pg_advisory_unlock(\(key))")
    }

    /// Returns the lock's key. Keys are shared by the whole cluster, or at least by the whole database, so the key is made from
    /// the database and schema too.
    private func lockKey(_ lock: AdvisoryLock) throws(DatabaseError) -> Int64 {
        let place = try queryValue("SELECT current_database() || '/' || coalesce(current_schema(), '')")
        return PostgreSQLLockKey.hash("\(lock.name)/\(place?.text ?? "")")
    }

    /// Returns the other sessions that hold the lock: each one's process, program, address, and age in seconds. The lock itself is
    /// not touched, because whoever wants it at that moment would not get it.
    private func holders(_ key: Int64) throws(DatabaseError) -> [[String]] {
        let (high, low) = (key >> 32 & 0xFFFF_FFFF, key & 0xFFFF_FFFF)
        return try query(
            """
            SELECT l.pid::bigint, coalesce(nullif(a.application_name, ''), 'unnamed program'),
                coalesce(host(a.client_addr), 'this host'),
                coalesce(extract(epoch FROM now() - a.backend_start)::bigint::text, 'an unknown number of')
            FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND l.classid::bigint = \(high) AND l.objid::bigint = \(low) AND l.pid <> pg_backend_pid()
            ORDER BY l.pid
            """
        ).map { $0.values.map { $0.text ?? "" } }
    }

    private func heldError(_ lock: AdvisoryLock, _ key: Int64) throws(DatabaseError) -> DatabaseError {
        let holders = try holders(key)
        guard !holders.isEmpty else {
            return DatabaseError(
                .locked, "the lock \(lock.name) was held by another process a moment ago", remedy: "try again")
        }
        let names = holders.map { "process \($0[0]) (\($0[1]), from \($0[2]), connected for \($0[3]) s)" }
        let isOne = holders.count == 1
        let ends = holders.map { "pg_terminate_backend(\($0[0]))" }.joined(separator: ", ")
        // The session that holds this lock does nothing else: with it the work would not end, only its protection.
        let way = lock == .filling ? "" : ", or end \(isOne ? "it" : "them") with SELECT \(ends)"
        return DatabaseError(
            .locked, "the lock \(lock.name) is held by \(names.joined(separator: " and "))",
            remedy: "wait until \(isOne ? "that process is" : "they are") done\(way)")
    }
}

/// Computes the 64-bit number that stands for a lock's name: FNV-1a (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv).
enum PostgreSQLLockKey {
    static func hash(_ text: String) -> Int64 {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return Int64(bitPattern: hash)
    }
}
