import Dialects

/// Runs one online migration step by step outside of a transaction, beside those who read and write its tables, and then writes
/// its ledger row. The database itself shows which steps are done, so a later attempt continues where a stopped one ended.
struct OnlineRun {
    /// The longest wait, in seconds, for the removal of a half-made object after a lock timeout or an interrupt.
    private static let patience = 2.0

    private let prepared: PreparedStep
    private let run: MigrationRun
    private let tables: Set<String>

    private var connection: any Connection { run.connection }
    private var step: Plan.Step { prepared.step }

    init(_ prepared: PreparedStep, in run: MigrationRun) {
        self.prepared = prepared
        self.run = run
        tables = prepared.step.neededTables
    }

    /// The progress of this attempt.
    private struct Progress {
        /// The step's place among all statements, from 1.
        var statement = 0
        /// The number of steps that this attempt performed.
        var performed = 0
        /// The number of steps that were done already.
        var found = 0
        /// Whether this attempt performed the previous step.
        var followsOwn = false
    }

    func apply(on last: LedgerEntry?, completedIDs done: [String]) throws -> StepRun.Attempt {
        let clock = ContinuousClock()
        let start = clock.now
        guard try Ledger(connection: connection).stillEnds(with: last) else { return .ledgerChanged }
        run.onEvent(.started(step.id, step.direction))
        try requirePossible()
        let watch = OnlineWatch(step.id, in: run)
        defer { watch?.stop() }
        var progress = Progress()
        for next in prepared.operations.flatMap({ $0.online ?? [] }) {
            progress.statement += 1
            do { try perform(next, &progress) } catch let error as DatabaseError {
                throw failure(error, after: next, progress, completedIDs: done)
            }
        }
        let recorded: StepRun.LedgerEdit?
        do {
            if progress.found > 0 { try OnlineParts(of: step).requireSame(on: connection) }
            progress.statement += 1
            recorded = try record(on: last) { (clock.now - start).milliseconds }
        } catch let error as DatabaseError { throw failure(error, progress, completedIDs: done) }
        guard let edit = recorded else { return .ledgerChanged }
        let milliseconds = (clock.now - start).milliseconds
        run.onEvent(.finished(step.id, step.direction, milliseconds: milliseconds))
        return .applied(milliseconds: milliseconds, edit)
    }

    /// Makes sure, before anything is done, that the rows go with it, and that nothing undeclared stands in its way. All of it is asked of
    /// the database as it is before the migration, and so once for all operations.
    private func requirePossible() throws {
        guard let before = step.operations.first?.resolved.before else { return }
        let dialect = connection.dialect
        let undeclared = try dialect.undeclaredObjects(of: before, around: step.writtenTables, on: connection)
        for operation in prepared.operations {
            do throws(LoweringError) {
                _ = try dialect.online(operation.planned.resolved, keeping: undeclared)
            } catch {
                // A step that is done already needs nothing more, so nothing can prevent it.
                guard try !(operation.online ?? []).allSatisfy({ try connection.isTrue($0.isDone) }) else { continue }
                throw MigratorError.cannotLower(step.id, dialect: dialect.name, step.refusal(error, on: connection))
            }
            try HazardMeter(connection: connection).check(operation.hazards, [], step.id, run.options)
        }
    }

    private func perform(_ next: OnlineStep, _ progress: inout Progress) throws {
        guard try !connection.isTrue(next.isDone) else {
            progress.found += 1
            progress.followsOwn = false
            return
        }
        if let remnant = next.remnant, remnant.isOurs, let removal = remnant.removal,
            try connection.isTrue(remnant.exists)
        {
            try connection.execute(SQL(trusted: removal))
        }
        if next.isMomentary {
            try GivingWay(id: step.id, tables: tables, run: run).apply { seconds in
                _ = try connection.transaction(waitingUpTo: seconds) {
                    try connection.execute(SQL(trusted: next.statement))
                }
            }
        } else {
            try connection.execute(SQL(trusted: next.statement))
        }
        progress.performed += 1
        progress.followsOwn = true
    }

    private func record(on last: LedgerEntry?, _ milliseconds: () -> Int64) throws -> StepRun.LedgerEdit? {
        try connection.transaction {
            let ledger = Ledger(connection: connection)
            guard try ledger.stillEnds(with: last) else { return nil }
            if last == nil { try ledger.createIfMissing() }
            return try prepared.record(in: ledger, run.options, milliseconds: milliseconds())
        }
    }

    // MARK: - Failing

    /// Returns the failure, after removing the half-made object: an invalid index slows its writers, and an unvalidated constraint
    /// refuses rows that the recorded schema allows.
    private func failure(
        _ cause: DatabaseError, after next: OnlineStep, _ progress: Progress, completedIDs done: [String]
    ) -> MigrationFailure {
        var cause = cause
        if cause.kind == .locked {
            let holders = (try? connection.lockHolders(of: tables) + connection.snapshotHolders()) ?? []
            cause = GivingWay.naming(holders, in: cause) as? DatabaseError ?? cause
        }
        let leftover = leftover(of: next, progress, cause)
        var failure = failure(cause, progress, completedIDs: done)
        failure.leftover = leftover
        let isClean = !connection.isLost && leftover == nil && progress.performed + progress.found == 0
        if isClean { failure.ending = .rolledBack }
        return failure
    }

    /// Removes what the failed statement left behind, and returns the name of what could not be removed.
    private func leftover(of next: OnlineStep, _ progress: Progress, _ cause: DatabaseError) -> String? {
        guard let remnant = next.remnant, remnant.isOurs || progress.followsOwn else { return nil }
        guard !connection.isLost else { return "perhaps \(remnant.name)" }
        let isImpatient = cause.kind == .locked || cause.kind == .interrupted
        do {
            guard try connection.isTrue(remnant.exists) else { return nil }
            guard let removal = remnant.removal else { return remnant.name }
            try connection.executeAlone(
                SQL(trusted: removal), waitingUpTo: isImpatient ? Self.patience : connection.lockTimeout)
            return nil
        } catch { return remnant.name }
    }

    private func failure(
        _ cause: DatabaseError, _ progress: Progress, completedIDs done: [String]
    ) -> MigrationFailure {
        MigrationFailure(
            applied: done, failed: step.id, statement: progress.statement, cause: cause, ending: .goesOn)
    }
}

extension Connection {
    fileprivate func isTrue(_ question: SQL) throws(DatabaseError) -> Bool {
        try queryValue(question)?.boolean ?? false
    }
}
