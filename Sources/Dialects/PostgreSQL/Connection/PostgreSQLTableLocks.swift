// Locks on tables. Every statement takes them, and a transaction keeps them to its end (PostgreSQL's manual, 13.3.1).

extension PostgreSQLConnection {
    /// Begins a transaction and sets its limit in a single message, so that there is no second round trip.
    func begin(waitingUpTo seconds: Double) throws(DatabaseError) {
        try requireNoTransaction()
        let wait = PostgreSQLDriver.milliseconds(min(seconds, lockTimeout))
        do throws(DatabaseError) { try executeScript("BEGIN; SET LOCAL lock_timeout = \(wait)") } catch {
            if isInTransaction { try? rollback() }
            throw error
        }
    }

    func executeAlone(_ sql: SQL, waitingUpTo seconds: Double) throws(DatabaseError) {
        guard seconds < lockTimeout else { return _ = try execute(sql) }
        try executeScript("SET lock_timeout = \(PostgreSQLDriver.milliseconds(seconds))")
        let result = Result { () throws(DatabaseError) in _ = try execute(sql) }
        guard !isLost else { return try result.get() }
        do throws(DatabaseError) {
            try executeScript("SET lock_timeout = \(PostgreSQLDriver.milliseconds(lockTimeout))")
        } catch {
            // A session with the short limit would fail its next user. The first error is the one to report.
            close()
            try result.get()
            throw error
        }
        try result.get()
    }

    /// Finds the sessions that hold one of the tables. The server does not show every role the state and times of other users'
    /// sessions (the manual's 28.2.3).
    func lockHolders(of tables: Set<String>) throws(DatabaseError) -> [LockHolder] {
        let names = tables.sorted().map { SQLText.literal($0) }.joined(separator: ", ")
        guard !names.isEmpty else { return [] }
        let rows = try query(
            SQL(
                trusted: """
                    SELECT DISTINCT ON (l.pid, p.gid) coalesce(l.pid, 0)::bigint,
                        coalesce(a.usename::text, p.owner::text, 'another role'), coalesce(a.application_name, ''), a.state,
                        extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared))::bigint, c.relname::text,
                        p.gid
                    FROM pg_catalog.pg_locks l
                        JOIN pg_catalog.pg_class c ON c.oid = l.relation
                            AND c.relnamespace = \(PostgreSQLCatalogScope.schema)
                        LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
                        LEFT JOIN \(Self.prepared) p ON l.pid IS NULL AND p.virtualtransaction = l.virtualtransaction
                    WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
                        AND c.relname IN (\(names))
                        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
                    ORDER BY l.pid, p.gid, c.relname LIMIT 5
                    """))
        return rows.map { LockHolder($0) }
    }

    func lockHolders(keepingWaiting process: Int64) throws(DatabaseError) -> [LockHolder] {
        try query(
            """
            SELECT DISTINCT ON (b.pid, p.gid) b.pid::bigint, coalesce(a.usename::text, p.owner::text, 'another role'),
                coalesce(a.application_name, ''), a.state,
                extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared))::bigint, c.relname::text, p.gid
            FROM pg_catalog.pg_locks w
                JOIN pg_catalog.pg_class c ON c.oid = w.relation
                CROSS JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(w.pid)) AS b (pid)
                LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid
                LEFT JOIN (
                    pg_catalog.pg_locks l
                    JOIN \(trusted: Self.prepared) p ON p.virtualtransaction = l.virtualtransaction
                ) ON b.pid = 0 AND l.pid IS NULL AND l.granted AND l.relation = w.relation AND l.database = w.database
            WHERE w.pid = \(process) AND w.locktype = 'relation' AND NOT w.granted
            ORDER BY b.pid, p.gid LIMIT 5
            """
        ).map { LockHolder($0) }
    }

    /// The prepared transactions, each with the name under which its locks stand. No process belongs to them; among those that block
    /// another one they are the process 0 (https://www.postgresql.org/docs/current/view-pg-locks.html).
    private static let prepared = """
        (SELECT x.virtualtransaction, t.gid, t.owner, t.prepared FROM pg_catalog.pg_locks x
            JOIN pg_catalog.pg_prepared_xacts t ON t.transaction = x.transactionid
            WHERE x.locktype = 'transactionid' AND x.granted AND x.pid IS NULL)
        """

    /// With the tables that inherit from it, its partitions among them: what alters the one alters them all.
    func tableSize(_ table: String) throws(DatabaseError) -> Int64? {
        try queryValue(
            """
            WITH RECURSIVE tree AS (
                SELECT oid FROM pg_catalog.pg_class
                WHERE relname = \(table) AND relnamespace = \(trusted: PostgreSQLCatalogScope.schema)
                UNION SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
            )
            SELECT sum(pg_catalog.pg_relation_size(oid))::bigint FROM tree
            """)?.integer
    }

    var serverProcess: Int64? { session?.process }

    /// Reads the progress of an index:
    /// https://www.postgresql.org/docs/current/progress-reporting.html#CREATE-INDEX-PROGRESS-REPORTING
    func indexProgress(of process: Int64) throws(DatabaseError) -> IndexProgress? {
        let rows = try query(
            """
            SELECT i.relname::text, p.phase,
                CASE WHEN p.tuples_total > 0 THEN 100 * p.tuples_done / p.tuples_total
                    WHEN p.blocks_total > 0 THEN 100 * p.blocks_done / p.blocks_total END,
                a.pid::bigint, coalesce(a.usename::text, 'another role'), coalesce(a.application_name, ''), a.state,
                extract(epoch FROM clock_timestamp() - a.xact_start)::bigint, NULL, NULL
            FROM pg_catalog.pg_stat_progress_create_index p
                LEFT JOIN pg_catalog.pg_class i ON i.oid = p.index_relid
                LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = p.current_locker_pid
            WHERE p.pid = \(process)
            """)
        return rows.first.map { row in
            IndexProgress(
                index: row[0].text ?? "", phase: row[1].text ?? "", percent: row[2].integer.map { Int(min($0, 100)) },
                waitsFor: row[3].integer == nil ? nil : LockHolder(row, from: 3))
        }
    }

    func snapshotHolders() throws(DatabaseError) -> [LockHolder] {
        try query(
            """
            SELECT a.pid::bigint, coalesce(a.usename::text, 'another role'), coalesce(a.application_name, ''), a.state,
                extract(epoch FROM clock_timestamp() - a.xact_start)::bigint, NULL, NULL
            FROM pg_catalog.pg_stat_activity a
            WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_xmin IS NOT NULL
            ORDER BY a.xact_start, a.pid LIMIT 5
            """
        ).map { LockHolder($0) }
    }
}

extension LockHolder {
    /// Makes a holder from a row of process, role, application, state, seconds, table and the name of a prepared transaction, from the
    /// column `at` on.
    fileprivate init(_ row: Row, from at: Int = 0) {
        let process = row[at].integer ?? 0
        let prepared = row[at + 6].text
        self.init(
            process: process,
            termination: prepared.map { "ROLLBACK PREPARED \(SQLText.literal($0))" }
                ?? "SELECT pg_terminate_backend(\(process))",
            user: row[at + 1].text ?? "", application: row[at + 2].text ?? "", state: row[at + 3].text,
            seconds: row[at + 4].integer, table: row[at + 5].text, preparedTransaction: prepared)
    }
}
