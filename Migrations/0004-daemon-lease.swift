import Migrator

extension Migration {
    /// Which daemon may write: the epoch grows with each that takes over, and a writer that still has an older one is refused.
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
