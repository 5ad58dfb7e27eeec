import Dialects

/// Runs one online migration step by step outside of a transaction, beside those who read and write its tables, and then writes
/// its ledger row. The database itself shows which steps are done, so a later attempt continues where a stopped one ended.
struct OnlineRun {
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
        guard try Ledger(connection: connection).ends(with: last) else { return .ledgerChanged }
        run.onEvent(.started(step.id, step.direction))
        for operation in prepared.operations { try requirePossible(operation) }
        let watch = OnlineWatch(step.id, in: run)
        defer { watch?.stop() }
        var progress = Progress()
        for next in prepared.operations.flatMap({ $0.online ?? [] }) {
            progress.statement += 1
            do { try perform(next, &progress) } catch let error as DatabaseError {
                throw failure(error, after: next, progress, completedIDs: done)
            }
        }
        if progress.found > 0, let difference = try OnlineParts(of: step).difference(on: connection) {
            throw failure(difference, progress, completedIDs: done)
        }
        guard let edit = try record(on: last, { (clock.now - start).milliseconds }) else { return .ledgerChanged }
        let milliseconds = (clock.now - start).milliseconds
        run.onEvent(.finished(step.id, step.direction, milliseconds: milliseconds))
        return .applied(milliseconds: milliseconds, edit)
    }

    /// Checks, before anything is done, that the rows allow the operation and that no undeclared object forbids it.
    private func requirePossible(_ operation: LoweredOperation) throws {
        let undeclared = try operation.planned.undeclaredObjects(
            of: operation.planned.resolved.before, on: connection)
        _ = try prepared.lowering(of: operation, keeping: undeclared, on: connection)
        try HazardMeter(connection: connection).check(operation.hazards, [], step.id, run.options)
    }

    private func perform(_ next: OnlineStep, _ progress: inout Progress) throws {
        guard try !connection.isTrue(next.isDone) else {
            progress.found += 1
            progress.followsOwn = false
            return
        }
        if let remnant = next.remnant, remnant.isInTheWay, try connection.isTrue(remnant.exists) {
            try connection.execute(SQL(trusted: remnant.removal))
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
            guard try ledger.ends(with: last) else { return nil }
            if last == nil { try ledger.createIfMissing() }
            return try prepared.record(in: ledger, run.options, milliseconds: milliseconds())
        }
    }

    // MARK: - Failing

    /// Returns the error to report, after removing a half-made object of the step. An invalid index costs its writers time and
    /// helps nobody, and a constraint that is not validated refuses rows which the recorded schema lets in. A constraint of that
    /// kind that was there before this attempt may belong to somebody else, so it stays.
    private func failure(
        _ cause: DatabaseError, after next: OnlineStep, _ progress: Progress, completedIDs done: [String]
    ) -> MigrationFailure {
        var cause = cause
        if cause.kind == .locked {
            let holders = (try? connection.lockHolders(of: tables) + connection.snapshotHolders()) ?? []
            cause = GivingWay.naming(holders, in: cause) as? DatabaseError ?? cause
        }
        var isRemoved = !connection.isLost
        if let remnant = next.remnant, remnant.isInTheWay || progress.followsOwn {
            do {
                if try connection.isTrue(remnant.exists) { try connection.execute(SQL(trusted: remnant.removal)) }
            } catch { isRemoved = false }
        }
        return failure(
            cause, progress, isClean: isRemoved && progress.performed + progress.found == 0, completedIDs: done)
    }

    private func failure(
        _ cause: DatabaseError, _ progress: Progress, isClean: Bool = false, completedIDs done: [String]
    ) -> MigrationFailure {
        MigrationFailure(
            applied: done, failed: step.id, statement: progress.statement, cause: cause,
            ending: isClean ? .rolledBack : .goesOn)
    }
}

extension Connection {
    fileprivate func isTrue(_ question: SQL) throws(DatabaseError) -> Bool {
        try queryValue(question)?.boolean ?? false
    }
}
