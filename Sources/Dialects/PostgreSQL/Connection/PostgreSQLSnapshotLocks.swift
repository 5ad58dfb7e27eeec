// TRUNCATE and the forms of ALTER TABLE that rewrite a table are not MVCC-safe: once they are committed, the table appears empty to every
// snapshot that was taken before, unless that transaction had touched the table already
// (https://www.postgresql.org/docs/current/mvcc-caveats.html). A table that another one replaced by renaming is lost in the same way. So
// the tables are locked first, and the snapshot is taken under the locks.

extension PostgreSQLConnection {
    /// How often the tables are locked again because others were made, dropped or renamed meanwhile.
    private static let attempts = 10

    /// Begins a snapshot in which no table of the current schema can appear empty because somebody truncates or rewrites it.
    /// Programs that truncate or rewrite a table wait until the transaction ends; programs that read or write rows do not.
    func beginSnapshotOfLockedTables() throws(DatabaseError) {
        for attempt in 1...Self.attempts {
            let tables = try lockableTables()
            try beginSnapshot()
            do throws(DatabaseError) {
                try lock(tables)
                if try areAllLocked() { return }
                try rollback()
            } catch {
                // The first error is the one to report.
                if isInTransaction { try? rollback() }
                guard Self.isOfAnotherTable(error), attempt < Self.attempts else { throw error }
            }
        }
        throw DatabaseError(
            .changedMeanwhile, "tables are made, dropped or renamed all the time, so no snapshot holds them all",
            remedy: "run this again when nobody changes the schema")
    }

    /// Whether a table was dropped or replaced by something else since its name was read (undefined_table, wrong_object_type).
    private static func isOfAnotherTable(_ error: DatabaseError) -> Bool {
        ["42P01", "42809"].contains(error.code)
    }

    /// Locks tables before the transaction has a snapshot: LOCK needs none. Partitions and inheriting tables are locked with them.
    private func lock(_ tables: [String]) throws(DatabaseError) {
        guard !tables.isEmpty else { return }
        try execute("LOCK TABLE \(trusted: SQLText.identifiers(tables)) IN ACCESS SHARE MODE")
    }

    /// The condition for tables that can be locked: those that this role may not read can't, and are not read either.
    private static let lockable: SQL = """
        \(PostgreSQLCatalogScope.whole.tables) AND has_table_privilege(c.oid, 'SELECT')
        """

    private func lockableTables() throws(DatabaseError) -> [String] {
        try query("SELECT c.relname FROM pg_class c WHERE \(Self.lockable) ORDER BY c.oid").compactMap { $0[0].text }
    }

    /// Returns whether this session has locked every table that its snapshot shows.
    private func areAllLocked() throws(DatabaseError) -> Bool {
        try queryValue(
            """
            SELECT NOT EXISTS (
                SELECT FROM pg_class c WHERE \(Self.lockable) AND NOT EXISTS (
                    SELECT FROM pg_locks l WHERE l.pid = pg_backend_pid() AND l.relation = c.oid
                    AND l.locktype = 'relation' AND l.mode = 'AccessShareLock' AND l.granted))
            """)?.boolean ?? false
    }
}
