import Dialects

/// The state of every migration of the history and of the database, and the database's position.
public struct MigrationStatus: Sendable, Equatable {
    /// One migration: its state, and when it was applied.
    public struct Line: Sendable, Equatable {
        /// The state of a migration.
        public enum State: String, Sendable {
            /// The migration is applied.
            case applied
            /// The migration is not applied yet.
            case pending
            /// The migration is applied, but its operations differ from those that were applied.
            case changed
            /// The migration is applied, but this history does not have it.
            case unknown
        }
        /// The migration's id.
        public var id: String
        /// The migration's state.
        public var state: State
        /// The time of application in RFC 3339, UTC; `nil` while the migration is pending.
        public var appliedAt: String?
        /// The duration of the migration in milliseconds; `nil` while it is pending.
        public var milliseconds: Int64?
        /// Whether the migration is pending and will be applied online (``Migration/online()``).
        public var isOnline = false
    }

    /// The position of the database as a whole.
    public var position: Position
    /// The applied migrations in the order of the ledger, then the pending ones.
    public var lines: [Line]
    /// The ids of the pending migrations that stand before an applied one. They were merged late, and run only if that is
    /// allowed (``Migrator/Migrator/Options/allowsOutOfOrder``).
    public var outOfOrder: [String]

    package init(of history: History, on connection: any Connection) throws {
        let ledger = Ledger(connection: connection)
        let entries = try ledger.usableEntries(of: history)
        position = try ledger.position(of: entries, in: history)
        var changed: Set<String> = []
        if case .changed(let migrations) = position { changed = Set(migrations.map(\.id)) }
        let applied = entries.map { entry in
            let isKnown = history.position(of: entry.id) != nil
            return Line(
                id: entry.id, state: changed.contains(entry.id) ? .changed : isKnown ? .applied : .unknown,
                appliedAt: entry.appliedAt, milliseconds: entry.milliseconds)
        }
        let ids = Set(entries.map(\.id))
        let pending = history.migrations.filter { !ids.contains($0.id) }
        lines = applied + pending.map { Line(id: $0.id, state: .pending, isOnline: $0.isOnline) }
        let order = AppliedOrder(places: entries.compactMap { history.position(of: $0.id) })
        outOfOrder = order.missing.map { history.migrations[$0].id }
    }
}
