import Dialects

/// Records a history's first migration in place of those that it replaces, in a ledger that has them all. Nothing is run.
struct SquashRun {
    private let squash: Squash
    private let history: History
    private let connection: any Connection

    private var ledger: Ledger { Ledger(connection: connection) }

    /// `nil` where the history begins with no such migration.
    init?(of history: History, on connection: any Connection) {
        guard let squash = Squash(of: history) else { return nil }
        (self.squash, self.history, self.connection) = (squash, history, connection)
    }

    /// Returns the ids in whose place the migration is recorded; none where there was nothing to record.
    ///
    /// - Throws: `MigratorError.partlyReplaced`, and `replacesOthers` where it makes another schema than they did.
    func record(_ options: Migrator.Options) throws -> [String] {
        guard try squash.isPending(in: ledger.usableEntries()) else { return [] }
        return try connection.withLock(.schemaChange, waiting: options.lockTimeout) {
            let operations = try ledger.operations()
            // Somebody else may have been first; if not, what was read just now is all of it.
            guard try squash.isPending(in: ledger.entries()) else { return [] }
            let replaced = try replacedHistory(operations)
            try requireSameSchema(as: replaced)
            return try connection.transaction {
                // The lock of a file begins here.
                guard try squash.isPending(in: ledger.entries()), let last = squash.migration.replaces.last else {
                    return []
                }
                for id in squash.migration.replaces.dropLast() { try ledger.remove(id) }
                try ledger.replace(last, by: squash.migration)
                return squash.migration.replaces
            }
        }
    }

    /// The migrations as they were applied, which the ledger remembers.
    private func replacedHistory(_ recorded: [String: String]) throws -> History {
        try History(
            squash.migration.replaces.map { id in
                guard let operations = try? CanonicalOperations.operations(in: recorded[id] ?? "") else {
                    throw MigratorError.replacesOthers(squash.migration.id, .unreadable)
                }
                return Migration(id: id, operations: operations)
            })
    }

    /// By what they declare, and by what both make in a scratch place, where there is one: so triggers count that scripts make by hand.
    private func requireSameSchema(as replaced: History) throws {
        let declared = try history.schema(after: 1).differences(from: replaced.schema)
        guard declared.isEmpty else { throw MigratorError.replacesOthers(squash.migration.id, .otherSchema(declared)) }
        do {
            let all = AppliedOrder(first: replaced.migrations.count)
            let made = try ScratchRun(history: history, applied: AppliedOrder(first: 1)).inspect(beside: connection)
                .differences(from: ScratchRun(history: replaced, applied: all).inspect(beside: connection))
            guard made.isEmpty else { throw MigratorError.replacesOthers(squash.migration.id, .otherSchema(made)) }
        } catch let error as DatabaseError where error.kind == .permission {
            return
        }
    }
}
