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

    /// A migration that is recorded in place of others, or would be.
    struct Record {
        /// The ids of those others, in the order in which they were applied; none where there is nothing to record.
        var replaced: [String] = []
        /// Whether what scripts make was compared, too. It is not where there is no scratch place to make it in, or where they can't run
        /// in an empty one.
        var areScriptsCompared = true
    }

    /// Records the migration, where it is to be recorded.
    ///
    /// - Throws: `MigratorError.partlyReplaced`, and `replacesOthers` where it makes another schema than they did.
    func record(_ options: Migrator.Options) throws -> Record {
        guard try squash.isPending(in: ledger.usableEntries()) else { return Record() }
        return try connection.withLock(.schemaChange, waiting: options.lockTimeout) {
            while true {
                let entries = try ledger.usableEntries()
                // Somebody else may have been first.
                let record = try compare(entries)
                guard !record.replaced.isEmpty else { return record }
                let isDone = try connection.transaction {
                    // The lock of a file begins here: what was read before it counts where it is still so.
                    guard try ledger.usableEntries() == entries else { return false }
                    try ledger.replace(record.replaced, by: squash.migration)
                    return true
                }
                if isDone { return record }
            }
        }
    }

    /// What `record` would record. Changes nothing, and takes no lock.
    func preview() throws -> Record { try compare(ledger.usableEntries()) }

    private func compare(_ entries: [LedgerEntry]) throws -> Record {
        guard try squash.isPending(in: entries) else { return Record() }
        let (replaced, others) = squash.parts(of: entries)
        let recorded = try ledger.operations()
        let before = try migrations(replaced, recorded)
        try requireSameSchema(of: migrations(entries, recorded), and: before + migrations(others, recorded))
        let replacedHistory = Result { () throws(HistoryError) in try History(before) }
        let isCompared = try requireSameSchema(as: possible(replacedHistory))
        return Record(replaced: replaced.map(\.id), areScriptsCompared: isCompared)
    }

    /// Returns a history of the replaced migrations with the operations that the ledger keeps of them.
    private func migrations(_ entries: [LedgerEntry], _ recorded: [String: String]) throws -> [Migration] {
        try entries.map { entry in
            guard let operations = try? CanonicalOperations.operations(in: recorded[entry.id] ?? "") else {
                throw MigratorError.replacesOthers(squash.migration.id, .unreadable)
            }
            return Migration(id: entry.id, operations: operations)
        }
    }

    /// Makes sure that moving the migrations applied in between behind this one changes nothing.
    private func requireSameSchema(of applied: [Migration], and moved: [Migration]) throws {
        guard applied != moved else { return }
        let now = Result { () throws(HistoryError) in try history.schema(of: moved) }
        try requireNone(history.schema(of: applied).differences(from: possible(now)))
    }

    private func possible<T>(_ replay: Result<T, HistoryError>) throws -> T {
        do throws(HistoryError) { return try replay.get() } catch {
            guard case .impossible(let id, let reason) = error else { throw error }
            throw MigratorError.replacesOthers(squash.migration.id, .impossible(id, reason))
        }
    }

    private func requireNone(_ differences: [SchemaDifference]) throws(MigratorError) {
        guard differences.isEmpty else { throw .replacesOthers(squash.migration.id, .otherSchema(differences)) }
    }

    /// Compares both by their declarations and, if there is a scratch place, by what they make there, so that triggers which
    /// scripts make count too. Returns whether all that scripts do was compared.
    private func requireSameSchema(as replaced: History) throws -> Bool {
        try requireNone(replaced.schema.differences(from: history.schema(after: 1)))
        do {
            let all = AppliedOrder(first: replaced.migrations.count)
            let squashed = ScratchRun(history: history, applied: AppliedOrder(first: 1))
            let made = try (
                ScratchRun(history: replaced, applied: all).inspect(beside: connection),
                squashed.inspect(beside: connection)
            )
            guard made.0.unrepeated == nil, made.1.unrepeated == nil else { return false }
            try requireNone(made.0.inspection.differences(from: made.1.inspection))
            return true
        } catch let error as DatabaseError where error.kind == .permission {
            let operations = squash.migration.operations + replaced.migrations.flatMap(\.operations)
            return !operations.contains { if case .run = $0 { true } else { false } }
        }
    }
}
