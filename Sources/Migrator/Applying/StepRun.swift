import Dialects

/// Runs one migration in its own transaction, together with its ledger row.
struct StepRun {
    let prepared: PreparedStep
    let history: History
    let options: Migrator.Options
    let connection: any Connection
    let onEvent: (MigrationEvent) -> Void
    /// The longest time that a statement waits for a lock of another session, in seconds.
    let longestWait: Double

    private var step: Plan.Step { prepared.step }

    /// The outcome of an attempt that did not fail.
    enum Attempt {
        case applied(milliseconds: Int64, LedgerEdit)
        /// Another program changed the ledger after this step was planned, and nothing was done.
        case ledgerChanged
    }

    enum LedgerEdit {
        case recorded(LedgerEntry)
        case removedLast
    }

    init(_ prepared: PreparedStep, in run: MigrationRun, waitingUpTo longestWait: Double) {
        self.prepared = prepared
        self.longestWait = longestWait
        history = run.history
        options = run.options
        connection = run.connection
        onEvent = run.onEvent
    }

    /// Runs the step. `last` is the last row of the ledger that the step was planned from; `nil` if that ledger was empty.
    func apply(on last: LedgerEntry?, completedIDs done: [String]) throws -> Attempt {
        let clock = ContinuousClock()
        let start = clock.now
        let isRebuild = prepared.operations.contains(where: \.lowering.rebuildsTable)
        func attempt() throws -> LedgerEdit? {
            try transact(on: last, completedIDs: done, isRebuild: isRebuild) { (clock.now - start).milliseconds }
        }
        let edit = isRebuild ? try connection.withForeignKeysUnenforced(attempt) : try attempt()
        guard let edit else { return .ledgerChanged }
        let milliseconds = (clock.now - start).milliseconds
        onEvent(.finished(step.id, step.direction, milliseconds: milliseconds))
        return .applied(milliseconds: milliseconds, edit)
    }

    /// Runs the step in a transaction. Returns `nil` if the ledger has changed.
    private func transact(
        on last: LedgerEntry?, completedIDs done: [String], isRebuild: Bool, _ milliseconds: () -> Int64
    ) throws -> LedgerEdit? {
        try connection.begin(waitingUpTo: longestWait)
        var statements = 0
        var (isAtWork, isPerformed) = (false, false)
        do {
            let ledger = Ledger(connection: connection)
            // `begin` may have waited for another program's lock, so what was read of the ledger before is checked again.
            guard try ledger.stillEnds(with: last) else {
                try connection.rollback()
                return nil
            }
            onEvent(.started(step.id, step.direction))
            // The ledger is created together with the first migration, so that a refused first migration leaves nothing
            // behind.
            if last == nil { try ledger.createIfMissing() }
            isAtWork = true
            try connection.deferForeignKeys()
            let orphans = isRebuild ? try connection.foreignKeyViolations(around: step.writtenTables) : []
            try perform(completedIDs: done, &statements)
            isPerformed = true
            if isRebuild { try requireNoNewOrphans(beside: orphans, completedIDs: done, statements) }
            let edit = try prepared.record(in: ledger, options, milliseconds: milliseconds())
            try commit(completedIDs: done, statements)
            return edit
        } catch {
            // The first error is the one to report; a failing rollback on a lost connection would add nothing.
            if connection.isInTransaction { try? connection.rollback() }
            // A question between two of the migration's own statements may fail, too, or be stopped.
            guard let cause = error as? DatabaseError, isAtWork || cause.kind == .interrupted else { throw error }
            let isBefore = statements == 0 && cause.kind != .interrupted
            throw failure(cause, at: isBefore ? 0 : isPerformed ? statements : statements + 1, completedIDs: done)
        }
    }

    /// Runs every operation, and counts the statements.
    private func perform(completedIDs done: [String], _ count: inout Int) throws {
        var aside = ViewsAside()
        // New tables depend on nothing that would have to be looked at first, so that all of them are one message to a server.
        var creations: [String] = []
        for (place, operation) in prepared.operations.enumerated() {
            if case .createTable = operation.planned.resolved.action, operation.hazards.isEmpty {
                creations += operation.lowering.statements
                continue
            }
            try execute(creations, completedIDs: done, &count)
            creations = []
            try perform(operation, at: place, &aside, completedIDs: done, &count)
        }
        try execute(creations, completedIDs: done, &count)
    }

    private func perform(
        _ operation: LoweredOperation, at place: Int, _ aside: inout ViewsAside, completedIDs done: [String],
        _ count: inout Int
    ) throws {
        let planned = operation.planned
        if let error = try step.namedInTriggers(place, of: history, on: connection) {
            throw MigratorError.cannotLower(step.id, dialect: connection.dialect.name, error)
        }
        let found = try planned.undeclaredObjects(of: planned.resolved.before, on: connection)
        let undeclared = aside.around(planned, found: found)
        let statements = try prepared.lowering(of: operation, keeping: undeclared, on: connection).statements
        try check(operation.hazards, planned.objectsLost(undeclared, isMadeAgain: step.makesAgain(place)))
        try planned.run(on: connection) {
            switch planned.resolved.action {
            case .runSwift(let data): try run(data, completedIDs: done, &count)
            case .run: try runScript(statements, completedIDs: done, &count)
            case .createTable, .dropTable, .renameTable, .alterTable, .createView, .dropView:
                try execute(statements, completedIDs: done, &count)
            }
        }
    }

    /// Measures the hazards. Those that do their damage without an error are measured again while nobody else can write: a row that
    /// another session had not committed was not counted, and the statement, which waits for that session, would then lose it. The
    /// first measurement takes no lock, so that a refusal lets everybody go on.
    private func check(_ hazards: [Hazard], _ lost: [MeasuredHazard]) throws {
        let meter = HazardMeter(connection: connection)
        try meter.check(hazards, lost, step.id, options)
        let silent = hazards.filter { $0.isSilent && !($0.isDataLoss && options.allowsDataLoss) }
        guard let lock = connection.dialect.tableLock(on: Set(silent.map(\.table)).sorted()) else { return }
        try connection.take(lock)
        try meter.check(silent, [], step.id, options)
    }

    private func execute(_ statements: [String], completedIDs done: [String], _ count: inout Int) throws {
        do throws(DatabaseError) { try connection.executeInTransaction(statements, done: &count) } catch {
            throw failure(error, at: count + 1, completedIDs: done)
        }
    }

    /// Runs the texts of a script, each of which counts as one statement, however many it holds.
    private func runScript(_ texts: [String], completedIDs done: [String], _ count: inout Int) throws {
        for text in texts {
            count += 1
            do throws(DatabaseError) { try connection.executeInTransaction(text) } catch {
                throw failure(error, at: count, completedIDs: done)
            }
        }
    }

    private func run(_ data: DataStep, completedIDs done: [String], _ count: inout Int) throws {
        count += 1
        do { try data.run(on: connection) } catch {
            var failure = failure(DatabaseError(thrown: error), at: count, completedIDs: done)
            failure.dataStep = data.name
            failure.thrown = error
            throw failure
        }
    }

    /// Commits. SQLite checks deferred foreign keys at this point and does not name the offending row, so an orphan is
    /// searched for.
    private func commit(completedIDs done: [String], _ statements: Int) throws {
        do throws(DatabaseError) { try connection.commit() } catch {
            // The first error is reported as it is if no orphan can be found.
            guard error.kind == .foreignKey, let orphan = try? newOrphan() else {
                // A commit whose answer is lost may have succeeded nevertheless.
                throw failure(error, at: statements, completedIDs: done, error.kind == .lost ? .unknown : .rolledBack)
            }
            throw failure(orphan.error, at: statements, completedIDs: done)
        }
    }

    private func requireNoNewOrphans(
        beside before: [ForeignKeyViolation], completedIDs done: [String], _ statements: Int
    ) throws {
        let now = try connection.foreignKeyViolations(around: step.writtenTables)
        guard let orphan = NewOrphans(beside: before, through: step.operations).first(of: now) else { return }
        throw failure(orphan.error, at: statements, completedIDs: done)
    }

    /// Returns a row that kept the transaction from being committed. The transaction is rolled back, to see which orphans
    /// were there before.
    private func newOrphan() throws -> ForeignKeyViolation? {
        let now = try connection.foreignKeyViolations(around: nil)
        try connection.rollback()
        let before = try connection.foreignKeyViolations(around: nil)
        return NewOrphans(beside: before, through: step.operations).first(of: now)
    }

    private func failure(
        _ cause: DatabaseError, at statement: Int, completedIDs done: [String],
        _ ending: MigrationFailure.Ending = .rolledBack
    ) -> MigrationFailure {
        MigrationFailure(
            applied: done, failed: step.id, statement: statement, cause: cause,
            ending: cause.kind == .transactionEnded ? .notRolledBack : ending)
    }
}

extension Plan.Step {
    /// The tables that may hold or cause orphans after the step; `nil` if a script or a data step may have written to any
    /// table. A rebuild fires no triggers, so nothing beyond these tables is written.
    package var writtenTables: Set<String>? {
        var names: Set<String> = []
        for planned in operations {
            switch planned.resolved.action {
            case .createTable(let table), .dropTable(let table): names.insert(table.name)
            case .renameTable(let table, let new): names.formUnion([table.name, new])
            case .alterTable(let alteration):
                for table in alteration.changedTables { names.formUnion([table.before.name, table.after.name]) }
            case .createView, .dropView: break
            case .run, .runSwift: return nil
            }
        }
        return names
    }
}

extension Plan.PlannedOperation {
    /// Only what alters, renames or drops something has to know what else hangs on it.
    func undeclaredObjects(of declared: Schema, on connection: any Connection) throws -> UndeclaredObjects {
        switch resolved.action {
        case .alterTable(let alteration):
            try connection.dialect.undeclaredObjects(of: declared, around: alteration.tableNames, on: connection)
        case .dropTable(let table), .renameTable(let table, _):
            try connection.dialect.undeclaredObjects(of: declared, around: [table.name], on: connection)
        case .dropView(let view):
            try connection.dialect.undeclaredObjects(of: declared, around: [view.name], on: connection)
        case .createTable, .createView, .run, .runSwift: .none
        }
    }

    /// Runs `body`, which performs the operation. Session settings that a script changes are restored after it.
    func run(on connection: any Connection, _ body: () throws -> Void) throws {
        switch resolved.action {
        // The deletions of a script or a data step must cascade, whatever else its migration does.
        case .run, .runSwift: try connection.keepingSettings { try connection.withForeignKeysEnforced(body) }
        case .createTable, .dropTable, .renameTable, .alterTable, .createView, .dropView: try body()
        }
    }
}

extension ForeignKeyViolation {
    fileprivate var error: DatabaseError {
        guard !columns.isEmpty else {
            return DatabaseError(
                .foreignKey, "\(table): one of its foreign keys refers to columns that are no longer a key",
                remedy: "drop the table first, or keep the key that it refers to")
        }
        let place = "\(table).\(columns.joined(separator: ", "))"
        let which = row.map { "row \($0)" } ?? "a row"
        return DatabaseError(
            .foreignKey, "\(place), \(which): it refers to a row of \(parent) that does not exist",
            remedy: "have the migration insert the parent first, or leave the row out")
    }
}

extension Duration {
    var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
