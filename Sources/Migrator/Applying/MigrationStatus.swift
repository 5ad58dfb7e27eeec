import Dialects

/// Every migration that history or database knows, and where the database stands.
public struct MigrationStatus: Sendable, Equatable {
    public struct Line: Sendable, Equatable {
        public enum State: String, Sendable { case applied, pending, changed, unknown }
        public var id: String
        public var state: State
        /// RFC 3339, UTC; `nil` while pending.
        public var appliedAt: String?
        public var milliseconds: Int64?
    }

    public var position: Position
    public var lines: [Line]

    init(of history: History, on connection: any Connection) throws {
        let ledger = Ledger(connection: connection)
        let entries = try ledger.usableEntries()
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
        lines = applied + pending.map { Line(id: $0.id, state: .pending) }
    }
}
