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

    /// Whether the ledger holds what the migration replaces, in whatever order, and not yet the migration itself.
    ///
    /// - Throws: `MigratorError.partlyReplaced` where it holds only some of it.
    func isPending(in entries: [LedgerEntry]) throws(MigratorError) -> Bool {
        let applied = Set(entries.map(\.id))
        let missing = migration.replaces.filter { !applied.contains($0) }
        guard missing.count < migration.replaces.count else { return false }
        guard missing.isEmpty else { throw .partlyReplaced(by: migration.id, missing: missing) }
        return true
    }

    /// The ledger's rows that the migration replaces, in the order of application, and all others.
    func parts(of entries: [LedgerEntry]) -> (replaced: [LedgerEntry], others: [LedgerEntry]) {
        let ids = Set(migration.replaces)
        return (entries.filter { ids.contains($0.id) }, entries.filter { !ids.contains($0.id) })
    }

    /// Returns the ledger as it will be once the squash is recorded in place of the migrations that it replaces.
    func folded(_ entries: [LedgerEntry]) throws(MigratorError) -> [LedgerEntry] {
        guard try isPending(in: entries) else { return entries }
        let (replaced, others) = parts(of: entries)
        return replaced.suffix(1).map { last in
            var first = last
            (first.id, first.checksum) = (migration.id, checksum)
            return first
        } + others
    }
}
