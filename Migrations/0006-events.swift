import Migrator

extension Migration {
    /// Adds the tables that the single-user install kept in a separate database, `events.db`: its notifications, the events
    /// that it quarantined, and the counts and clusters into which it grouped incoming events and signals.
    ///
    /// The columns are those of that file, so that a transfer matches them by name. Indexes over a column that is unique anyway
    /// are left out. A notification without an `idempotency_key` repeats no other, and there may be any number of them.
    static let events = Migration("0006-events") {
        CreateTable("notifications") {
            Column("id", .bigint).identity().primaryKey()
            Column("event_type", .text)
            Column("version", .integer).default(1)
            Column("source", .text)
            Column("level", .integer)
            Column("domain", .text).default("")
            Column("visibility", .text).default("local")
            Column("entity", .text).nullable()
            Column("description", .text).default("")
            Column("payload", .json).default(.json("{}"))
            Column("idempotency_key", .text).nullable()
            Column("human_status", .text).default("unseen")
            Column("agent_status", .text).default("none")
            Column("agent_id", .text).nullable()
            Column("resolution", .json).nullable()
            Column("created_at", .timestamp)
            Column("updated_at", .timestamp)
            Column("seen_at", .timestamp).nullable()
            Column("claimed_at", .timestamp).nullable()
            Column("resolved_at", .timestamp).nullable()
            Unique("idempotency_key")
            Index("event_type")
            Index("level")
            Index("domain")
            Index("human_status")
            Index("agent_status")
            Index("visibility")
            Index(.descending("created_at"))
        }
        CreateTable("quarantined_events") {
            Column("id", .bigint).identity().primaryKey()
            Column("event_type", .text)
            Column("source", .text)
            Column("received_at", .timestamp)
            Column("envelope_json", .json)
            Column("trust_flags", .json).default(.json("[]"))
            Column("reviewed", .boolean).default(false)
            Index("reviewed", .descending("received_at"))
        }
        CreateTable("correlation_windows") {
            Column("id", .bigint).identity().primaryKey()
            Column("event_type", .text)
            Column("entity", .text).nullable()
            Column("window_start", .timestamp)
            Column("count", .integer).default(1)
            Index("event_type", "entity", "window_start")
        }
        CreateTable("signal_clusters") {
            Column("id", .bigint).identity().primaryKey()
            Column("cluster_key", .text)
            Column("tags", .json).nullable()
            Column("is_burst", .boolean).default(false)
            Column("is_novel", .boolean).default(false)
            Column("summary", .text).nullable()
            Column("member_count", .integer).default(0)
            Column("formed_at", .timestamp)
            Unique("cluster_key")
            Index(.descending("formed_at"))
        }
        CreateTable("signal_items") {
            Column("id", .bigint).identity().primaryKey()
            Column("idempotency_key", .text)
            Column("source_id", .text)
            Column("item_url", .text)
            Column("raw_title", .text).nullable()
            Column("summary", .text).nullable()
            Column("tags", .json).nullable()
            Column("embedding", .json).nullable()
            Column("fetched_at", .timestamp)
            Column("cluster_id", .bigint).nullable().references("signal_clusters", "id")
            Unique("idempotency_key")
            Index("cluster_id")
            Index(.descending("fetched_at"))
        }
        CreateTable("signal_syntheses") {
            Column("id", .bigint).identity().primaryKey()
            Column("cluster_id", .bigint).references("signal_clusters", "id")
            Column("artifact", .json)
            Column("produced_at", .timestamp)
            Index("cluster_id")
        }
    }
}
