import Dialects

/// One migration in its own transaction, together with its ledger row.
struct StepRun {
    let step: Plan.Step
    let migration: Migration
    let options: Migrator.Options
    let connection: any Connection
    let onEvent: (MigrationEvent) -> Void

    init(step: Plan.Step, migration: Migration, in run: MigrationRun) {
        self.step = step
        self.migration = migration
        options = run.options
        connection = run.connection
        onEvent = run.onEvent
    }

    /// Returns the milliseconds it took; `nil` when somebody else changed the ledger since `entries` was read, and nothing
    /// was done.
    func apply(on entries: [LedgerEntry], after done: [String]) throws -> Int64? {
        let lowering = try step.lowering(in: connection.dialect)
        let clock = ContinuousClock()
        let start = clock.now
        let isDone: Bool
        if lowering.rebuildsTable {
            isDone = try connection.withForeignKeysUnenforced {
                try transact(on: entries, after: done, since: start, clock, isRebuild: true)
            }
        } else {
            isDone = try transact(on: entries, after: done, since: start, clock, isRebuild: false)
        }
        guard isDone else { return nil }
        let milliseconds = (clock.now - start).milliseconds
        onEvent(.finished(step.id, step.direction, milliseconds: milliseconds))
        return milliseconds
    }

    private func transact(
        on entries: [LedgerEntry], after done: [String], since start: ContinuousClock.Instant, _ clock: ContinuousClock,
        isRebuild: Bool
    ) throws -> Bool {
        try connection.begin()
        do {
            let ledger = Ledger(connection: connection)
            // The lock may have been waited for right here: what was read before it counts no longer.
            guard try ledger.entries() == entries else {
                try connection.rollback()
                return false
            }
            onEvent(.started(step.id, step.direction))
            // With the first migration and not before it: one that is refused leaves nothing behind.
            if entries.isEmpty { try ledger.createIfMissing() }
            try connection.deferForeignKeys()
            let orphans = isRebuild ? try connection.foreignKeyViolations(limit: .max) : []
            let statements = try perform(after: done)
            if isRebuild { try requireNoNewOrphans(beside: orphans, after: done, statements) }
            try record(in: ledger, milliseconds: (clock.now - start).milliseconds)
            try commit(after: done, statements)
            return true
        } catch {
            // The first error is the one to report; a rollback on a lost connection has nothing to add.
            if connection.isInTransaction { try? connection.rollback() }
            throw error
        }
    }

    /// Runs every operation and returns how many statements that were.
    private func perform(after done: [String]) throws -> Int {
        var count = 0
        for planned in step.operations {
            let surroundings = try planned.surroundings(of: planned.before, on: connection)
            let (statements, hazards) = try prepare(planned, keeping: surroundings)
            try HazardMeter(connection: connection)
                .check(hazards, planned.objectsLost(surroundings), step.id, options)
            try planned.run(on: connection) {
                for statement in statements {
                    count += 1
                    do throws(DatabaseError) { try connection.executeInTransaction(statement) } catch {
                        throw failure(error, at: count, after: done)
                    }
                }
            }
        }
        return count
    }

    private func prepare(
        _ planned: Plan.PlannedOperation, keeping surroundings: Surroundings
    ) throws -> (statements: [String], hazards: [Hazard]) {
        let dialect = connection.dialect
        do throws(LoweringError) {
            let lowering = try dialect.lower(
                planned.operation, from: planned.before, to: planned.after, keeping: surroundings)
            return (lowering.statements, try planned.hazards(in: dialect))
        } catch {
            throw MigratorError.cannotLower(step.id, dialect: dialect.name, error)
        }
    }

    private func record(in ledger: Ledger, milliseconds: Int64) throws {
        switch step.direction {
        case .down: try ledger.remove(step.id)
        case .up:
            let text = try CanonicalOperations.text(of: migration.operations)
            try ledger.record(
                LedgerEntry(
                    id: step.id, checksum: CanonicalOperations.checksum(of: text), operations: text,
                    milliseconds: milliseconds, appliedBy: options.appliedBy, version: options.version))
        }
    }

    /// SQLite checks deferred foreign keys here, and says nothing about which row it is.
    private func commit(after done: [String], _ statements: Int) throws {
        do throws(DatabaseError) { try connection.commit() } catch {
            // The first error is the one to report, also where it can't be told more exactly.
            guard error.kind == .foreignKey, let orphan = try? newOrphan() else {
                // A commit whose answer is lost may have come about all the same.
                throw failure(error, at: statements, after: done, error.kind == .lost ? .unknown : .rolledBack)
            }
            throw failure(orphan.error, at: statements, after: done)
        }
    }

    private func requireNoNewOrphans(
        beside before: [ForeignKeyViolation], after done: [String], _ statements: Int
    ) throws {
        let now = try connection.foreignKeyViolations(limit: .max)
        guard let orphan = NewOrphans(beside: before, through: step.operations).first(of: now) else { return }
        throw failure(orphan.error, at: statements, after: done)
    }

    /// A row that kept the transaction from being committed: it is rolled back, to see which ones were there before.
    private func newOrphan() throws -> ForeignKeyViolation? {
        let now = try connection.foreignKeyViolations(limit: .max)
        try connection.rollback()
        let before = try connection.foreignKeyViolations(limit: .max)
        return NewOrphans(beside: before, through: step.operations).first(of: now)
    }

    private func failure(
        _ cause: DatabaseError, at statement: Int, after done: [String], _ ending: MigrationFailure.Ending = .rolledBack
    ) -> MigrationFailure {
        MigrationFailure(
            applied: done, failed: step.id, statement: statement, cause: cause,
            ending: cause.kind == .transactionEnded ? .notRolledBack : ending)
    }
}

extension Plan.PlannedOperation {
    /// Only what alters or drops something has to know what else hangs on it.
    func surroundings(of declared: Schema, on connection: any Connection) throws -> Surroundings {
        switch operation {
        case .alterTable(let name, _), .dropTable(let name), .dropView(let name):
            try connection.dialect.surroundings(of: declared, around: name, on: connection)
        case .createTable, .renameTable, .createView, .run: .none
        }
    }

    /// Runs `body`, which runs the operation's statements. What a script sets in the session ends with the script.
    func run(on connection: any Connection, _ body: () throws -> Void) throws {
        switch operation {
        // A script's own deletes cascade, whatever else its migration does.
        case .run: try connection.keepingSettings { try connection.withForeignKeysEnforced(body) }
        case .createTable, .dropTable, .renameTable, .alterTable, .createView, .dropView: try body()
        }
    }
}

extension ForeignKeyViolation {
    fileprivate var error: DatabaseError {
        let place = columns.isEmpty ? table : "\(table).\(columns.joined(separator: ", "))"
        let which = row.map { "row \($0)" } ?? "a row"
        return DatabaseError(
            .foreignKey, "\(place), \(which): it refers to a row of \(parent) that does not exist",
            remedy: "let the migration insert the parent first, or leave the row out")
    }
}

extension Duration {
    var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
