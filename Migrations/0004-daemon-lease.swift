import Migrator

extension Migration {
    /// Adds the lease, which names the daemon that may write. The epoch grows with each daemon that takes over, and a writer
    /// with an older epoch is refused.
    static let daemonLease = Migration("0004-daemon-lease") {
        CreateTable("daemon_lease") {
            Column("id", .bigint).primaryKey().check("id = 1")
            Column("epoch", .bigint)
            Column("holder", .text).nullable()
            Column("taken_at", .timestamp).nullable()
        }
        RunSQL(
            "INSERT INTO daemon_lease (id, epoch) VALUES (1, 0)", undo: .script("DELETE FROM daemon_lease"))
    }
}
