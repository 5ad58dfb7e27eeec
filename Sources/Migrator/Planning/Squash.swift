import Dialects

/// A history's first migration that stands for those which came before it and are gone from the history (``Migration/replacing(_:)``).
struct Squash {
    let migration: Migration
    private let checksum: String

    /// `nil` where the history begins with no such migration.
    init?(of history: History) {
        guard let first = history.migrations.first, !first.replaces.isEmpty else { return nil }
        migration = first
        checksum = history.checksums.value[0]
    }

    /// Whether the ledger holds what the migration replaces, and not yet the migration itself.
    ///
    /// - Throws: `MigratorError.partlyReplaced` where it holds only some of it.
    func isPending(in entries: [LedgerEntry]) throws(MigratorError) -> Bool {
        let replaced = Set(migration.replaces)
        guard entries.contains(where: { replaced.contains($0.id) }) else { return false }
        guard entries.prefix(replaced.count).map(\.id) == migration.replaces else {
            let applied = Set(entries.map(\.id))
            throw .partlyReplaced(by: migration.id, missing: migration.replaces.filter { !applied.contains($0) })
        }
        return true
    }

    /// The ledger as it will be once the migration is recorded in place of what it replaces.
    func folded(_ entries: [LedgerEntry]) throws(MigratorError) -> [LedgerEntry] {
        guard try isPending(in: entries) else { return entries }
        var first = entries[migration.replaces.count - 1]
        (first.id, first.checksum) = (migration.id, checksum)
        return [first] + entries.dropFirst(migration.replaces.count)
    }
}
