import Dialects

/// Records a history's first migration in place of those that it replaces, in a ledger that holds all of them. It runs nothing.
struct SquashRun {
    private let squash: Squash
    private let history: History
    private let connection: any Connection

    private var ledger: Ledger { Ledger(connection: connection) }

    /// Returns `nil` if the history does not begin with a squash.
    init?(of history: History, on connection: any Connection) {
        guard let squash = Squash(of: history) else { return nil }
        (self.squash, self.history, self.connection) = (squash, history, connection)
    }

    /// Records the squash, and returns the ids in whose place it stands. The list is empty if there was nothing to record.
    ///
    /// - Throws: `MigratorError.partlyReplaced`, and `replacesOthers` if the squash makes another schema than the replaced
    ///   migrations did.
    func record(_ options: Migrator.Options) throws -> [String] {
        guard try squash.isPending(in: ledger.usableEntries()) else { return [] }
        return try connection.withLock(.schemaChange, waiting: options.lockTimeout) {
            let operations = try ledger.operations()
            // Another program may have recorded it first. If none has, the operations that were just read are complete.
            guard try squash.isPending(in: ledger.entries()) else { return [] }
            let replaced = try replacedHistory(operations)
            try requireSameSchema(as: replaced)
            return try connection.transaction {
                // On SQLite the lock on the file begins here, so the ledger is read again.
                guard try squash.isPending(in: ledger.entries()), let last = squash.migration.replaces.last else {
                    return []
                }
                for id in squash.migration.replaces.dropLast() { try ledger.remove(id) }
                try ledger.replace(last, by: squash.migration)
                return squash.migration.replaces
            }
        }
    }

    /// Returns a history of the replaced migrations with the operations that the ledger keeps of them.
    private func replacedHistory(_ recorded: [String: String]) throws -> History {
        try History(
            squash.migration.replaces.map { id in
                guard let operations = try? CanonicalOperations.operations(in: recorded[id] ?? "") else {
                    throw MigratorError.replacesOthers(squash.migration.id, .unreadable)
                }
                return Migration(id: id, operations: operations)
            })
    }

    /// Compares what both declare, and what both make in a scratch place if there is one. The latter also compares triggers that
    /// scripts make by hand.
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
