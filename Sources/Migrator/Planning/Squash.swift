import Dialects

/// A history's first migration that stands for earlier ones, which are taken out of the history (``Migration/replacing(_:)``).
struct Squash {
    let migration: Migration
    private let checksum: String

    /// Returns `nil` if the history does not begin with such a migration.
    init?(of history: History) {
        guard let first = history.migrations.first, !first.replaces.isEmpty else { return nil }
        migration = first
        checksum = history.checksums.value[0]
    }

    /// Whether the ledger holds the replaced migrations, and not yet the squash itself.
    ///
    /// - Throws: `MigratorError.partlyReplaced` if the ledger holds only some of them.
    func isPending(in entries: [LedgerEntry]) throws(MigratorError) -> Bool {
        let replaced = Set(migration.replaces)
        guard entries.contains(where: { replaced.contains($0.id) }) else { return false }
        guard entries.prefix(replaced.count).map(\.id) == migration.replaces else {
            let applied = Set(entries.map(\.id))
            throw .partlyReplaced(by: migration.id, missing: migration.replaces.filter { !applied.contains($0) })
        }
        return true
    }

    /// Returns the ledger as it will be once the squash is recorded in place of the migrations that it replaces.
    func folded(_ entries: [LedgerEntry]) throws(MigratorError) -> [LedgerEntry] {
        guard try isPending(in: entries) else { return entries }
        var first = entries[migration.replaces.count - 1]
        (first.id, first.checksum) = (migration.id, checksum)
        return [first] + entries.dropFirst(migration.replaces.count)
    }
}
