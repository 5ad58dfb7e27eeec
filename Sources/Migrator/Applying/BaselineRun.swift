import Dialects

/// Records the first migrations as applied, without running them. It is for a database that already holds the schema which those
/// migrations make, but was not made by them.
struct BaselineRun {
    let history: History
    let options: Migrator.Options
    let connection: any Connection

    private var ledger: Ledger { Ledger(connection: connection) }

    /// Records the migrations up to `target` in one transaction, and returns their ids. The list is empty if they are recorded
    /// already.
    func record(to target: String?) throws -> [String] {
        guard !connection.isInTransaction else { throw MigratorError.inTransaction }
        let count = try history.count(to: target)
        guard try !isRecorded(count) else { return [] }
        return try connection.withLock(.schemaChange, waiting: options.lockTimeout) {
            let made = try inspect(first: count)
            return try connection.transaction {
                // Another program may have recorded them first, or the schema may have changed since, so both are checked again
                // in the transaction that records.
                guard try !isRecorded(count) else { return [] }
                try requireSame(made, count)
                try ledger.createIfMissing()
                return try history.migrations.prefix(count).map(record)
            }
        }
    }

    /// Returns the ids of the migrations that `record` would record. It changes nothing and takes no lock.
    func wouldRecord(to target: String?) throws -> [String] {
        let count = try history.count(to: target)
        guard try !isRecorded(count) else { return [] }
        try requireSame(try inspect(first: count), count)
        return history.migrations.prefix(count).map(\.id)
    }

    /// Whether the first `count` migrations are in the ledger. Throws if the ledger holds some of them, but not all: `up` applies
    /// the rest.
    private func isRecorded(_ count: Int) throws -> Bool {
        let entries = try ledger.usableEntries(of: history)
        let applied = try ledger.applied(entries, of: history)
        guard let last = entries.last else { return false }
        guard Set(applied.places).isSuperset(of: 0..<count) else { throw MigratorError.notFirst(last: last.id) }
        return true
    }

    private func inspect(first count: Int) throws -> MadeSchema {
        try ScratchRun(history: history, applied: AppliedOrder(first: count)).inspect(beside: connection)
    }

    private func requireSame(_ made: MadeSchema, _ count: Int) throws {
        let live = try connection.dialect.inspect(connection)
        guard live.schema != Schema() || !live.omitted.isEmpty else { throw MigratorError.nothingThere }
        // Strict, also where scripts could not run again: what is recorded here never ran.
        let differences = live.differences(from: made.inspection)
        guard differences.isEmpty else {
            throw MigratorError.otherSchema(
                upTo: history.migrations.prefix(count).last?.id, differences, made.unrepeated)
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
    /// Returns the number of migrations up to and including `target`, or the number of all migrations if `target` is `nil`.
    fileprivate func count(to target: String?) throws -> Int {
        try target.map { try index(of: $0) + 1 } ?? migrations.count
    }
}
