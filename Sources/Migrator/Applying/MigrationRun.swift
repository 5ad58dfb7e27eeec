import Dialects

/// One `up` or `down` on one connection.
struct MigrationRun {
    let history: History
    let options: Migrator.Options
    /// The database, for a second session that tells how far a long statement has come; `nil` if no second session is
    /// possible.
    var database: Database?
    let connection: any Connection
    let onEvent: @Sendable (MigrationEvent) -> Void

    private var ledger: Ledger { Ledger(connection: connection) }

    func up(to target: String?) throws -> MigrationReport {
        if let target { _ = try history.index(of: target) }
        do {
            return try run { applied, _ in
                try history.planUp(applied, to: target, allowsOutOfOrder: options.allowsOutOfOrder)
            }
        } catch {
            // An error while waiting for another program's lock leaves the new file alone: the lock's holder is at work
            // in it.
            if (error as? DatabaseError)?.kind != .locked { connection.discardIfNew() }
            throw error
        }
    }

    func down(_ target: DownTarget) throws -> MigrationReport {
        try run { applied, done in
            // Each of several runs at once undoes as many steps as it was asked for, as if it had come after the others.
            var rest = target
            if case .steps(let count) = target { rest = .steps(count - done) }
            return try history.planDown(applied, leaving: history.remaining(of: applied, after: rest))
        }
    }

    /// Plans what is left to do, from what is applied and the number of steps that this run has done.
    private typealias Planning = (AppliedOrder, Int) throws -> Plan

    private func run(_ plan: Planning) throws -> MigrationReport {
        guard !connection.isInTransaction else { throw MigratorError.inTransaction }
        // Nothing is locked, recorded or done for what is refused anyway, be it the last of many.
        let prepared = try prepare(plan, on: try ledger.usableEntries(of: history))
        try forecast(prepared.steps)
        let record = try SquashRun(of: history, on: connection)?.record(options) ?? SquashRun.Record()
        let replaced = record.replaced
        if !replaced.isEmpty {
            onEvent(
                .recorded(
                    history.migrations[0].id, inPlaceOf: replaced, areScriptsCompared: record.areScriptsCompared))
        }
        guard !prepared.steps.isEmpty else { return MigrationReport(steps: [], replaced: replaced) }
        let steps = try connection.withLock(.schemaChange, waiting: options.lockTimeout) {
            try perform(prepared, plan)
        }
        return MigrationReport(steps: steps, replaced: replaced)
    }

    /// The steps still to run, lowered for the database, and the ledger that they were planned from.
    private struct Prepared {
        var steps: ArraySlice<PreparedStep>
        var entries: [LedgerEntry]
    }

    private func prepare(_ plan: Planning, on entries: [LedgerEntry], after done: Int = 0) throws -> Prepared {
        let applied = try ledger.applied(entries, of: history)
        let steps = try plan(applied, done).steps.map { step in
            PreparedStep(
                step: step, migration: history.migrations[try history.index(of: step.id)],
                operations: try step.lowered(in: connection.dialect))
        }
        return Prepared(steps: steps[...], entries: entries)
    }

    /// Plans what is left, because another program has changed the ledger. A squash is recorded before a run, not during one.
    private func prepareAgain(_ plan: Planning, after done: Int) throws -> Prepared {
        let entries = try ledger.entries()
        if let squash = Squash(of: history), try squash.isPending(in: entries) {
            throw DatabaseError(
                .changedMeanwhile, "another program has changed the ledger \(Ledger.tableName) meanwhile",
                remedy: "run the same command again")
        }
        return try prepare(plan, on: entries, after: done)
    }

    private func forecast(_ steps: ArraySlice<PreparedStep>) throws {
        guard steps.first?.step.direction == .down,
            let start = steps.lazy.flatMap(\.step.operations).first?.resolved.before
        else { return }
        try WayBackForecast(start: start, history: history, options: options, connection: connection).check(steps)
    }

    /// Runs one step after the other. It plans again only if the ledger differs from the one that it planned from.
    private func perform(_ prepared: Prepared, _ plan: Planning) throws -> [MigrationReport.Step] {
        var prepared = prepared
        var done: [MigrationReport.Step] = []
        while let next = prepared.steps.popFirst() {
            do {
                switch try apply(next, on: prepared.entries.last, completedIDs: done.map(\.id)) {
                case .applied(let milliseconds, let entries):
                    done.append(.init(id: next.step.id, direction: next.step.direction, milliseconds: milliseconds))
                    prepared.entries.apply(entries)
                case .ledgerChanged: prepared = try prepareAgain(plan, after: done.count)
                }
            } catch let error as MigratorError {
                throw done.isEmpty ? error : MigratorError.stopped(after: done.map(\.id), error)
            } catch let error as DatabaseError where !done.isEmpty {
                throw MigrationFailure(
                    applied: done.map(\.id), failed: next.step.id, statement: 0, cause: error, ending: .rolledBack)
            }
        }
        return done
    }

    private func apply(
        _ next: PreparedStep, on last: LedgerEntry?, completedIDs done: [String]
    ) throws -> StepRun.Attempt {
        do { return try attempt(next, on: last, completedIDs: done) } catch var failure as MigrationFailure {
            failure.isFirst = last == nil
            throw failure
        }
    }

    private func attempt(
        _ next: PreparedStep, on last: LedgerEntry?, completedIDs done: [String]
    ) throws -> StepRun.Attempt {
        if next.operations.isOnline { return try OnlineRun(next, in: self).apply(on: last, completedIDs: done) }
        // A script or a data step may have worked for long before it has to wait for a lock, so it is not begun again: it
        // waits.
        let isQuick = next.step.writtenTables != nil
        return try GivingWay(id: next.step.id, tables: next.step.neededTables, run: self).apply(isQuick: isQuick) {
            seconds in
            try StepRun(next, in: self, waitingUpTo: seconds).apply(on: last, completedIDs: done)
        }
    }
}

extension [LedgerEntry] {
    fileprivate mutating func apply(_ edit: StepRun.LedgerEdit) {
        switch edit {
        case .recorded(let entry): append(entry)
        case .removedLast: removeLast()
        }
    }
}

/// A planned step, lowered for one database.
struct PreparedStep {
    let step: Plan.Step
    let migration: Migration
    let operations: [LoweredOperation]

    /// Returns the operation's lowering. If the database holds undeclared objects around the operation's tables, the
    /// operation is lowered again so that it keeps them.
    ///
    /// - Throws: `MigratorError.cannotLower` if the operation would lose undeclared objects.
    func lowering(
        of operation: LoweredOperation, keeping undeclared: UndeclaredObjects, on connection: any Connection
    ) throws -> Lowering {
        guard !undeclared.isEmpty else { return operation.lowering }
        let dialect = connection.dialect
        do throws(LoweringError) {
            return try dialect.lower(operation.planned.resolved, keeping: undeclared)
        } catch {
            throw MigratorError.cannotLower(step.id, dialect: dialect.name, step.refusal(error, on: connection))
        }
    }

    /// Writes the step into the ledger, in the open transaction.
    func record(in ledger: Ledger, _ options: Migrator.Options, milliseconds: Int64) throws -> StepRun.LedgerEdit {
        switch step.direction {
        case .down:
            try ledger.remove(step.id)
            return .removedLast
        case .up:
            let text = CanonicalOperations.text(of: migration.operations)
            let entry = LedgerEntry(
                id: step.id, checksum: CanonicalOperations.checksum(of: text), milliseconds: milliseconds,
                appliedBy: options.appliedBy, version: options.version)
            try ledger.record(entry, operations: text)
            try options.afterEach?(ledger.connection, step)
            return .recorded(entry)
        }
    }
}
