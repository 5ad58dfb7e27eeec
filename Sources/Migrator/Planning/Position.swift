import Dialects

/// The position of a database's ledger in relation to a history.
public enum Position: Sendable, Equatable {
    /// Every migration is applied.
    case current
    /// These migrations are pending, in the order of the history. ``MigrationStatus/outOfOrder`` lists those that stand before an
    /// applied one.
    case behind([String])
    /// The database holds migrations after the last of this history: a newer program has applied them.
    case newer([String])
    /// Applied migrations were edited. Each is given with its first difference.
    case changed([ChangedMigration])

    /// The position as a stable word for JSON.
    public var code: String {
        switch self {
        case .current: "current"
        case .behind: "behind"
        case .newer: "newer"
        case .changed: "changed"
        }
    }
}

/// A migration that was edited after it was applied.
public struct ChangedMigration: Sendable, Equatable {
    /// The migration's id.
    public var id: String
    /// The first place in which its operations differ, as a sentence about both versions.
    public var difference: String
}

extension History {
    /// Compares the applied migrations with this history. `operations` returns the canonical form of an applied migration's
    /// operations by its id; it is called only to explain an edit. Throws `MigratorError` if the ledger has an unknown row before
    /// a known one.
    package func position(of ledger: [LedgerEntry], operations: (String) throws -> String) throws -> Position {
        let places = ledger.map { position(of: $0.id) }
        if let first = places.firstIndex(of: nil), let later = places[first...].firstIndex(where: { $0 != nil }) {
            throw MigratorError.unknownRow(ledger[first].id, before: ledger[later].id)
        }
        let known = zip(ledger, places).compactMap { entry, place in place.map { (entry: entry, place: $0) } }
        let checksums = checksums.value
        let changed = try known.filter { checksums[$0.place] != $0.entry.checksum }
            .map { try changedMigration(at: $0.place, $0.entry, operations) }
        if !changed.isEmpty { return .changed(changed) }
        if known.count < ledger.count { return .newer(ledger[known.count...].map(\.id)) }
        let pending = pending(after: AppliedOrder(places: known.map(\.place))).map { migrations[$0].id }
        return pending.isEmpty ? .current : .behind(pending)
    }

    private func changedMigration(
        at place: Int, _ entry: LedgerEntry, _ operations: (String) throws -> String
    ) throws -> ChangedMigration {
        let text = CanonicalOperations.text(of: migrations[place].operations)
        let difference = CanonicalOperations.difference(applied: try operations(entry.id), now: text)
        return ChangedMigration(id: entry.id, difference: difference)
    }
}
