import Dialects
import Migrator

/// Copies a database into the schema that a history declares, and proves the copy. An empty target is migrated first and then
/// filled; tables and columns are matched by name. A target that the history has migrated already is also accepted, if the tables
/// to be filled hold no rows.
///
///     let report = try await HistoryTransfer(from: legacy, to: postgresql, into: history).run()
///
/// The types are the declared ones, and an incompatible value is refused. All rows are written in one transaction. A refusal
/// leaves the target as it was. If the process is killed, a target that was empty holds the migrated schema and no rows, and the next run
/// goes on from there, unless somebody else has changed or migrated it since.
public struct HistoryTransfer: Sendable {
    private let from: Database
    private let to: Database
    private let history: History
    private let ignoring: [String]
    private let replacing: Set<String>
    private let rules: TransferRules
    private let verification: TransferOptions.Verification
    private let migration: Migrator.Options
    /// What to do about rows that the target's own schema refuses, in the words of a program that may have no rules.
    package var remedyForRefusedRows = SchemaLoad.remedy

    /// Creates a transfer.
    ///
    /// - Parameters:
    ///   - from: The database to read.
    ///   - to: The database to migrate and to fill.
    ///   - history: The migrations that make the target's tables.
    ///   - ignoring: The tables, and the columns as `table.column`, that may be left out.
    ///   - replacing: The tables of a migrated target whose rows are replaced by those of the source.
    ///   - rules: How to read values that are not what the schema declares, and the policy for those that do not fit. Without a
    ///     rule such a value is refused.
    ///   - verification: What is compared at the end.
    ///   - migration: How the target is migrated.
    public init(
        from: Database, to: Database, into history: History, ignoring: [String] = [], replacing: Set<String> = [],
        rules: TransferRules = TransferRules(), verification: TransferOptions.Verification = .digest,
        migration: Migrator.Options = Migrator.Options()
    ) {
        self.from = from
        self.to = to
        self.history = history
        self.ignoring = ignoring
        self.replacing = replacing
        self.rules = rules
        self.verification = verification
        self.migration = migration
    }

    /// Returns what `run` would do, and changes nothing.
    ///
    /// - Throws: ``SchemaTransferError`` and ``TransferError`` if `run` would refuse, and `DatabaseError`.
    public func plan() async throws -> TransferPlan {
        try from.requireOther(than: to)
        let (found, filled) = try await filledTables()
        var (plan, remarks): (TransferPlan, [String]) = try await TransferEngine.stoppable {
            try await SourceRetry.whenChanged(from, { _ in from.dropIdleConnections() }) {
                try await from.withConnection { reading in
                    try reading.snapshot { try self.planNamingOrphans(reading) }
                }
            }
        }
        plan.remarks += remarks + [plan.remarkOnComputed].compactMap { $0 }
        let inTheWay = plan.tables.map(\.target).filter { filled.contains($0) && !replacing.contains($0) }
        let standing = HistoryStanding(isNew: false, isUsed: found == .used, ownRows: [])
        guard inTheWay.isEmpty else { throw standing.refusal(inTheWay) }
        return plan
    }

    /// Returns the state of the target, and the tables of a migrated one that hold rows. Throws if the target is neither migrated nor empty.
    private func filledTables() async throws -> (found: HistoryTarget, filled: [String]) {
        guard !to.isMissing else { return (.empty, []) }
        let (target, history) = (to.transferDialect, history)
        return try await to.withConnection { connection -> (found: HistoryTarget, filled: [String]) in
            let found = try HistoryTarget(connection, target, history)
            guard !found.isOwn else { return (found, []) }
            return (found, try target.filled(history.schema.tables.map(\.name), on: connection))
        }
    }

    /// Copies the rows, and reports its progress to `events`.
    ///
    /// - Throws: The errors of `plan`, `TransferError.doesNotFit`, and the errors of `Migrator.up`. `DatabaseError` is of kind `locked`
    ///   if another transfer into a history works on the target for longer than ten seconds.
    public func run(_ events: @escaping @Sendable (TransferEvent) -> Void = { _ in }) async throws -> TransferReport {
        try from.requireOther(than: to)
        return try await TransferEngine.stoppable {
            try await to.withNewFile(keptIf: Self.isWorthKeeping) {
                // Of two at once, the second must not take the rows of the first for rows that the migrations inserted.
                try await fillAlone(events)
            }
        }
    }

    private func fillAlone(_ events: @escaping @Sendable (TransferEvent) -> Void) async throws -> TransferReport {
        do {
            return try await to.withFillingLock(waiting: 10) { try await fill(events) }
        } catch let mark as UnfinishedTransfer where mark.isRunning {
            // The lock by which a running transfer is known may have been this one's own.
            try await to.withConnection { try UnfinishedTransfer.requireNone(on: $0) }
            throw mark
        }
    }

    private func fill(_ events: @escaping @Sendable (TransferEvent) -> Void) async throws -> TransferReport {
        var (report, remarks) = try await SourceRetry.whenChanged(from, { events(.startedAgain($0)) }) {
            try await ConnectionPair.reading(from, to) { try await fill($0, events) }
        }
        report.remarks += remarks
        return report
    }

    private func fill(
        _ pair: ConnectionPair, _ events: @escaping @Sendable (TransferEvent) -> Void
    ) async throws -> TransferReport {
        let start = ContinuousClock.now
        let (source, target) = (from.transferDialect, to.transferDialect)
        events(.phase(.surveying))
        let (plan, found, isOwn, remark, provenance) = try await pair.run { reading, writing in
            let found = try HistoryTarget(writing, target, history)
            _ = try reading.beginSharedSnapshot()
            try reading.endSharing()
            let origin = HistorySource(reading: reading, history: history)
            let provenance = TransferReport.Provenance(
                fingerprint: try reading.sourceFingerprint(), source: reading.product, target: writing.product)
            return (try self.plan(reading), found, try origin.isOwn(), try origin.remark(), provenance)
        }
        let surveying = ContinuousClock.now.seconds(since: start)
        events(.planned(plan))
        var report = try await emptyingOnFailure(found) { standing in
            // Rows that the same history inserted into both databases have counterparts in the source, so the target's are
            // replaced. The rows of a database that is in use are not.
            let givesWay = isOwn && standing.isNew
            let load = SchemaLoad(
                plan: plan, replaced: givesWay ? standing.ownRows : replacing, refusal: standing.refusal,
                keepsOrphans: true, verification: verification, moments: .uniform, remedy: remedyForRefusedRows,
                finishing: { try FillingNote.remove($0) }, source: source, target: target, events: events)
            return try await pair.run { reading, writing in
                var report = try load.run(reading, writing)
                // Nothing that may fail comes after the load, because an error says that nothing was changed.
                report.remarks += [remark].compactMap { $0 } + reading.readingRemarks
                return report
            }
        }
        report.provenance = provenance
        report.phases.surveying = surveying
        report.seconds = ContinuousClock.now.seconds(since: start)
        return report
    }

    /// Migrates an empty target and loads it; a failure leaves it empty. What an interrupted run has left is an empty target, too. A target
    /// that is migrated already, or that another program migrates at the same moment, is not this transfer's to empty: there the load's own
    /// transaction undoes everything.
    private func emptyingOnFailure(
        _ found: HistoryTarget, _ load: (HistoryStanding) async throws -> TransferReport
    ) async throws -> TransferReport {
        let inUse = HistoryStanding(isNew: false, isUsed: found == .used, ownRows: [])
        guard found.isOwn else { return try await load(inUse) }
        var standing = HistoryStanding(isNew: true, ownRows: Set(history.schema.tables.map(\.name)))
        standing.before = try await existing().subtracting(OwnTables.names).subtracting(found.made)
        do {
            let made = try await migrate(besides: standing.before)
            if made.steps.isEmpty, found == .empty, !history.migrations.isEmpty {
                standing = inUse
            } else {
                standing.after = try await existing()
                standing.ownRows = Set(try await rowsOfMigrations())
            }
            let report = try await load(standing)
            if report.verdict == .mismatch, standing.isNew { try await empty(standing) }
            return report
        } catch {
            guard standing.isNew else { throw error }
            // The rows may be there, and are not removed.
            if case TransferError.outcomeUnknown = error { throw error }
            let made = standing
            // The target is emptied even if this task was cancelled, because the new task is not.
            try await Task { try await empty(made) }.value
            throw error
        }
    }

    /// Migrates the target, and notes there what that makes besides what stood there before: until the rows are loaded, another run can go on
    /// from there.
    @discardableResult
    package func migrate(besides before: Set<String>) async throws -> MigrationReport {
        let writer = FillingNote.Writer(
            source: from.url.absolute.description, target: to.transferDialect, before: before)
        var migration = migration
        migration.afterEach = { try writer.note($1, $0) }
        return try await Migrator(history: history, database: to, options: migration).up()
    }

    /// Returns the tables that hold rows once the target is migrated.
    private func rowsOfMigrations() async throws -> [String] {
        let (target, tables) = (to.transferDialect, history.schema.tables.map(\.name))
        return try await to.withConnection { try target.filled(tables, on: $0) }
    }

    /// Returns the tables, views and sequences of the target.
    private func existing() async throws -> Set<String> {
        guard !to.isMissing else { return [] }
        let target = to.transferDialect
        return Set(try await to.withConnection { try target.existingObjects(ignoring: [], on: $0) })
    }

    /// Removes what the migrations made from the target, which was empty before. What somebody else has made there meanwhile stays, and
    /// if somebody else has filled the tables, everything does.
    private func empty(_ standing: HistoryStanding) async throws {
        let (target, history) = (to.transferDialect, history)
        try await to.withConnection { connection in
            try connection.withForeignKeysUnenforced {
                try connection.transaction {
                    guard let made = try standing.made(by: history, connection) else { return }
                    let names = try target.existingObjects(ignoring: [], on: connection).filter(made.names.contains)
                    let tables = made.schema.tables.map(\.name).filter(names.contains)
                    try target.lock(tables, on: connection)
                    guard standing.ownRows.isSuperset(of: try target.filled(tables, on: connection)) else { return }
                    try target.remove(names, on: connection)
                }
            }
        }
    }

    private func plan(_ reading: any Connection) throws -> TransferPlan {
        let inspection = try from.transferDialect.inspect(reading).withDistinctNames()
        let rules = rules.named(as: inspection.schema.tables)
        let survey = SchemaSurvey(
            reading: reading, source: from.transferDialect, target: to.transferDialect, schema: history.schema,
            ignoring: ignoring, rules: rules)
        try rules.check(against: inspection.schema.tables)
        let origin = HistorySource(reading: reading, history: history)
        return try survey.plan(inspection, isWorthSaying: origin.isWorthSaying)
    }

    /// Returns the plan with remarks on the rows whose parents are missing, which come along where a key can hold for new rows only.
    private func planNamingOrphans(_ reading: any Connection) throws -> TransferPlan {
        var plan = try plan(reading)
        let source = from.transferDialect
        let search = OrphanSearch(source, reading)
        for item in plan.sourceKeys {
            do {
                guard let found = try search.orphans(ofForeign: item.key, in: item.table) else { continue }
                plan.remarks.append("\(found.table): \(found.note)")
            } catch let error as DatabaseError where source.isRefusal(error) {
                plan.remarks.append(item.remark(on: error))
            }
        }
        return plan
    }

    /// Whether to keep a file that was created for this transfer. A file in which the transfer left nothing is removed.
    @Sendable private static func isWorthKeeping(_ result: Result<TransferReport, any Error>) -> Bool {
        switch result {
        case .success(let report): report.verdict == .verified
        case .failure(let error): OthersAtWork.isReason(of: error)
        }
    }
}
