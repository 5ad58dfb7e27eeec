import Dialects

/// Where a database stands against a history.
public enum Position: Sendable, Equatable {
    /// Every migration is applied.
    case current
    /// These migrations are pending, in order.
    case behind([String])
    /// The database holds migrations after the last of this history: a newer program was here.
    case newer([String])
    /// Applied migrations were edited: each with its first difference.
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
    /// Where its operations first differ, then and now, as a sentence.
    public var difference: String
}

extension History {
    /// Compares what is applied with this history. `operations` gives the canonical form of an applied migration's operations, by its
    /// id; it is asked where an edit has to be explained. Throws `MigratorError` when the ledger has an unknown row before a known
    /// one, or a migration was slipped in before one that is applied.
    package func position(of ledger: [LedgerEntry], operations: (String) throws -> String) throws -> Position {
        let unknown = ledger.filter { position(of: $0.id) == nil }.map(\.id)
        let known = ledger.filter { position(of: $0.id) != nil }
        if let first = unknown.first, let at = ledger.firstIndex(where: { $0.id == first }),
            let later = ledger[at...].first(where: { position(of: $0.id) != nil })
        {
            throw MigratorError.unknownRow(first, before: later.id)
        }
        try requireOrder(known)
        let changed = try known.compactMap { try changedMigration($0, operations) }
        if !changed.isEmpty { return .changed(changed) }
        if !unknown.isEmpty { return .newer(unknown) }
        let pending = migrations.dropFirst(known.count).map(\.id)
        return pending.isEmpty ? .current : .behind(pending)
    }

    /// Applied migrations are the first ones of the history. Their order in time is the ledger's own affair.
    private func requireOrder(_ known: [LedgerEntry]) throws {
        let applied = Set(known.map(\.id))
        var missing: String?
        for migration in migrations {
            if !applied.contains(migration.id) {
                missing = missing ?? migration.id
            } else if let missing {
                throw MigratorError.outOfOrder(missing, before: migration.id)
            }
        }
    }

    private func changedMigration(
        _ entry: LedgerEntry, _ operations: (String) throws -> String
    ) throws -> ChangedMigration? {
        guard let at = position(of: entry.id) else { return nil }
        let text = CanonicalOperations.text(of: migrations[at].operations)
        guard CanonicalOperations.checksum(of: text) != entry.checksum else { return nil }
        let difference = CanonicalOperations.difference(applied: try operations(entry.id), now: text)
        return ChangedMigration(id: entry.id, difference: difference)
    }
}
