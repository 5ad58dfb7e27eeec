import Dialects

/// A database that holds what the first migrations make, and was not made by them: they are recorded, and not run.
struct BaselineRun {
    let history: History
    let options: Migrator.Options
    let connection: any Connection

    private var ledger: Ledger { Ledger(connection: connection) }

    /// Records the migrations up to `target` and returns their ids; none where they are recorded already. All or none of it stays.
    func record(to target: String?) throws -> [String] {
        guard !connection.isInTransaction else { throw MigratorError.inTransaction }
        try connection.requireSchema()
        let count = try history.count(to: target)
        guard try !isRecorded(count) else { return [] }
        return try connection.withLock(.schemaChange, waiting: options.lockTimeout) {
            let made = try inspect(first: count)
            return try connection.transaction {
                // Somebody else may have been first, and the schema may have changed since: this is what is recorded.
                guard try !isRecorded(count) else { return [] }
                try requireSame(made, count)
                try ledger.createIfMissing()
                return try history.migrations.prefix(count).map(record)
            }
        }
    }

    /// The ids of the migrations that `record` would record. Changes nothing, and takes no lock.
    func wouldRecord(to target: String?) throws -> [String] {
        let count = try history.count(to: target)
        guard try !isRecorded(count) else { return [] }
        try requireSame(try inspect(first: count), count)
        return history.migrations.prefix(count).map(\.id)
    }

    /// Whether the first `count` migrations are in the ledger. Throws where only some of them are: `up` is for the rest.
    private func isRecorded(_ count: Int) throws -> Bool {
        let entries = try ledger.usableEntries(of: history)
        let applied = try ledger.applied(entries, of: history)
        guard let last = entries.last else { return false }
        guard Set(applied.places).isSuperset(of: 0..<count) else { throw MigratorError.notFirst(last: last.id) }
        return true
    }

    private func inspect(first count: Int) throws -> Inspection {
        try ScratchRun(history: history, applied: AppliedOrder(first: count)).inspect(beside: connection)
    }

    private func requireSame(_ made: Inspection, _ count: Int) throws {
        let live = try connection.dialect.inspect(connection)
        guard live.schema != Schema() || !live.omitted.isEmpty else { throw MigratorError.nothingThere }
        let differences = live.differences(from: made)
        guard differences.isEmpty else {
            throw MigratorError.otherSchema(upTo: history.migrations.prefix(count).last?.id, differences)
        }
    }

    private func record(_ migration: Migration) throws -> String {
        let text = CanonicalOperations.text(of: migration.operations)
        let entry = LedgerEntry(
            id: migration.id, checksum: CanonicalOperations.checksum(of: text), appliedBy: options.appliedBy,
            version: options.version)
        try ledger.record(entry, operations: text)
        return migration.id
    }
}

extension History {
    /// How many migrations there are up to and with `target`; all of them where it is `nil`.
    fileprivate func count(to target: String?) throws -> Int {
        try target.map { try index(of: $0) + 1 } ?? migrations.count
    }
}
