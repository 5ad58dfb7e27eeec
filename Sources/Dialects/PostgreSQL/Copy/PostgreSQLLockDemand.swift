/// The objects that a transaction locks when it makes or removes all tables of a schema.
///
/// The server has room for `max_locks_per_transaction * (max_connections + max_prepared_transactions)` objects, for all sessions together
/// (https://www.postgresql.org/docs/current/runtime-config-locks.html).
struct PostgreSQLLockDemand {
    let tables: Int
    let objects: Int

    /// Counts what a removal locks, which is more than what is locked when the tables are made.
    init(of schema: Schema) {
        tables = schema.tables.count
        objects = schema.tables.reduce(0) { $0 + Self.objects(of: $1) }
    }

    /// A table has two types and, for long values, a table with an index behind it. A key has an index, an identity has a sequence, and a
    /// foreign key has four triggers.
    private static func objects(of table: Table) -> Int {
        let ofColumns = table.columns.count { $0.isIdentity || $0.default != nil || $0.generated != nil }
        let keys = (table.primaryKey == nil ? 0 : 1) + table.uniques.count
        return 5 + ofColumns + 2 * keys + table.indexes.count + table.checks.count + 5 * table.foreignKeys.count
    }

    /// Returns the `max_locks_per_transaction` that is enough for these objects: more than the present one, which was not.
    func setting(now: Int, sessions: Int) -> Int {
        max((objects + sessions - 1) / max(sessions, 1), 2 * now)
    }
}

extension PostgreSQLDialect {
    package func remedy(
        for error: DatabaseError, making schema: Schema, on connection: any Connection
    ) throws -> String? {
        guard error.isForWantOfLocks else { return nil }
        let settings = try connection.query(
            """
            SELECT current_setting('max_locks_per_transaction')::bigint,
                current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint
            """
        ).first
        guard let settings, let now = settings[0].integer, let sessions = settings[1].integer else { return nil }
        let demand = PostgreSQLLockDemand(of: schema)
        let setting = demand.setting(now: Int(now), sessions: Int(sessions))
        return "set max_locks_per_transaction = \(setting) on the server and restart it (it is \(now), room for "
            + "\(now * sessions) locks of all sessions): one transaction makes, and another one could have to remove, "
            + "\(demand.tables) tables with up to \(demand.objects) objects"
    }
}
