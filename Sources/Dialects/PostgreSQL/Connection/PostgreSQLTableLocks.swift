// Locks on tables, which every statement takes and a transaction keeps to its end (PostgreSQL's manual, 13.3.1).

extension PostgreSQLConnection {
    /// One message to the server, so that it costs no second way.
    func begin(waitingUpTo seconds: Double) throws(DatabaseError) {
        let wait = PostgreSQLDriver.milliseconds(min(seconds, lockTimeout))
        do throws(DatabaseError) { try executeScript("BEGIN; SET LOCAL lock_timeout = \(wait)") } catch {
            if isInTransaction { try? rollback() }
            throw error
        }
    }

    /// Of other users' sessions the server shows neither state nor times to everybody (the manual's 28.2.3).
    func lockHolders(of tables: Set<String>) throws(DatabaseError) -> [LockHolder] {
        let names = tables.sorted().map { SQLText.literal($0) }.joined(separator: ", ")
        guard !names.isEmpty else { return [] }
        let rows = try query(
            SQL(
                trusted: """
                    SELECT DISTINCT ON (l.pid) l.pid::bigint, coalesce(a.usename::text, 'another role'),
                        coalesce(a.application_name, ''), a.state,
                        extract(epoch FROM clock_timestamp() - a.xact_start)::bigint, c.relname::text
                    FROM pg_catalog.pg_locks l
                        JOIN pg_catalog.pg_class c ON c.oid = l.relation AND c.relnamespace = current_schema()::regnamespace
                        LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
                    WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid() AND c.relname IN (\(names))
                        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
                    ORDER BY l.pid, c.relname LIMIT 5
                    """))
        return rows.map { row in
            LockHolder(
                process: row[0].integer ?? 0, user: row[1].text ?? "", application: row[2].text ?? "",
                state: row[3].text, seconds: row[4].integer, table: row[5].text ?? "")
        }
    }
}
