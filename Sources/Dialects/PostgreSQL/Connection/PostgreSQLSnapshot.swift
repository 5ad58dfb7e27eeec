// One snapshot for several sessions (https://www.postgresql.org/docs/current/functions-admin.html, snapshot synchronization).

extension PostgreSQLConnection {
    func beginSharedSnapshot() throws(DatabaseError) -> SnapshotShare {
        try beginSnapshotOfLockedTables()
        return try rollingBackOnError { () throws(DatabaseError) in
            SnapshotShare(id: try text("SELECT pg_export_snapshot()"))
        }
    }

    func beginSnapshot(joining share: SnapshotShare) throws(DatabaseError) {
        try beginSnapshot()
        try rollingBackOnError { () throws(DatabaseError) in
            _ = try execute("SET TRANSACTION SNAPSHOT \(trusted: SQLText.literal(share.id))")
        }
    }

    /// Does nothing: an exported snapshot holds nobody back, and ends with its transaction.
    func endSharing() throws(DatabaseError) {}

    func confirmSnapshot() throws(DatabaseError) {}

    var readingRemarks: [String] { [] }

    /// Returns the cluster, the database, and the transactions that the snapshot sees: all those below xmin, and those below xmax
    /// that are not listed. A write anywhere in the cluster changes this text.
    func sourceFingerprint() throws(DatabaseError) -> String {
        guard isInTransaction else { throw DatabaseError(.other, "there is no open snapshot to take a fingerprint of") }
        return try text(
            """
            SELECT 'postgresql:' || (SELECT system_identifier FROM pg_control_system()) || ':' ||
                (SELECT oid FROM pg_database WHERE datname = current_database()) || ':' || pg_current_snapshot()
            """)
    }

    private func text(_ sql: SQL) throws(DatabaseError) -> String { try queryValue(sql)?.text ?? "" }

    private func rollingBackOnError<T>(_ body: () throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        do {
            return try body()
        } catch {
            // The first error is the one to report.
            if isInTransaction { try? rollback() }
            throw error
        }
    }
}
