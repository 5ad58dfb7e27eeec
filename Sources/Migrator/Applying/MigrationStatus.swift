import Dialects

/// Every migration of the history and of the database, and where the database stands.
public struct MigrationStatus: Sendable, Equatable {
    /// One migration: its state, and when it was applied.
    public struct Line: Sendable, Equatable {
        /// How a migration stands.
        public enum State: String, Sendable {
            /// It is applied.
            case applied
            /// It is still to come.
            case pending
            /// It is applied, and its operations are no longer those that were applied.
            case changed
            /// It is applied, and this history does not have it.
            case unknown
        }
        /// The migration's id.
        public var id: String
        /// How it stands.
        public var state: State
        /// RFC 3339, UTC; `nil` while pending.
        public var appliedAt: String?
        /// How long it took; `nil` while pending.
        public var milliseconds: Int64?
        /// Whether it is pending, and to be applied online (``Migration/online()``).
        public var isOnline = false
    }

    /// Where the database stands as a whole.
    public var position: Position
    /// The applied migrations in the order of the ledger, then the pending ones.
    public var lines: [Line]
    /// The pending migrations that stand before an applied one: they were merged late, and run only where that is allowed
    /// (``Migrator/Migrator/Options/allowsOutOfOrder``).
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
