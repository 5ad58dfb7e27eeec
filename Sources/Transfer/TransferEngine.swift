import Dialects

/// Runs a transfer on streams that read one snapshot of the source.
///
/// Each table's rows are copied in chunks, each in a transaction of its own together with its record. Everything that is built
/// afterwards is recorded in the same way. So an interruption leaves complete chunks, from which another run can continue, and a
/// refusal removes everything that is on record.
struct TransferEngine {
    let streams: TransferStreams
    let source: any TransferDialect
    let target: any TransferDialect
    let options: TransferOptions
    let sourceURL: DatabaseURL
    let events: @Sendable (TransferEvent) -> Void
    /// Whether the target is a file that is made for this transfer.
    var makesFile = false

    /// Runs the whole transfer, or the rest of an interrupted one. Throws `TransferError.interrupted` if it can't continue, or
    /// `TransferError.madeObjectsGone` if somebody has removed what it had made, and leaves the transfer recorded as unfinished.
    /// After any other error the target is as it was.
    func run() async throws -> TransferReport {
        let start = ContinuousClock.now
        try await streams.onAll { _, writing in try writing.joinTransfer() }
        let earlier = try await unfinished()
        let (work, record): (Work, TransferRecord)
        do {
            work = try await foreseen(earlier)
            record = try await begin(work, earlier)
        } catch {
            // The work of the earlier run is still in the target, so the transfer stays unfinished.
            guard earlier != nil, let (reason, cause) = Self.interruption(error) else { throw error }
            throw TransferError.interrupted(reason: reason, cause: cause)
        }
        for table in work.forecast?.open.keys.sorted() ?? [] { events(.sampled(table: table)) }
        let surveying = ContinuousClock.now.seconds(since: start)
        var report = try await run(work, record)
        report.phases.surveying = surveying
        report.seconds = ContinuousClock.now.seconds(since: start)
        return report
    }

    /// Returns the work that a sample predicts. If `earlier` was interrupted when the certain work was known already, it returns
    /// the certain work.
    private func foreseen(_ earlier: Earlier?) async throws -> Work {
        let outline = try await outline()
        let work = try await forecast(outline)
        guard let recorded = earlier?.record.plan, work.forecast != nil else { return work }
        let likeness = work.likeness(to: recorded, under: options)
        guard likeness != .whole else { return work }
        let certain = try await plan(outline)
        return likeness == .tables && certain.likeness(to: recorded, under: options) == .other ? work : certain
    }

    /// Runs a transfer that is on record.
    func run(_ work: Work, _ record: TransferRecord) async throws -> TransferReport {
        var report: TransferReport
        do {
            let provenance = try await streams.first { reading, writing in
                TransferReport.Provenance(
                    fingerprint: record.fingerprint, source: reading.product, target: writing.product)
            }
            report = try await carryOut(work, record)
            report.provenance = provenance
        } catch {
            if case TransferError.interrupted = error { throw error }
            if var gone = error as? DatabaseError, gone.kind == .lost, await isTargetGone() {
                gone.remedy = "start again, or put the file back under its name and resume"
                throw gone
            }
            if let (reason, cause) = Self.interruption(error) {
                throw TransferError.interrupted(reason: reason, cause: cause)
            }
            let gone = await goneObjects(after: error, of: record)
            guard gone.isEmpty else { throw TransferError.madeObjectsGone(gone) }
            try await remove(record, work.plan, after: "\(error)")
            throw error
        }
        if report.verdict == .mismatch {
            let tables = report.tables.filter(\.isMismatch).map(\.name)
            try await remove(
                record, work.plan, after: "the rows of \(tables.joined(separator: ", ")) are not the source's")
        }
        return report
    }

    /// Returns what the transfer has made and somebody has removed or renamed, if the error says that a table is not there.
    private func goneObjects(after error: any Error, of record: TransferRecord) async -> [String] {
        let target = target
        guard let error = error as? DatabaseError, target.isMissingTable(error) else { return [] }
        let gone = try? await streams.first { _, writing in
            if writing.isInTransaction { try writing.rollback() }
            let records = TransferRecords(writing)
            return try records.hold(record) ? records.goneObjects(of: record.id, target) : []
        }
        return gone ?? []
    }

    /// Whether the target can't be found under its name any more. The lost connection may be the source's.
    private func isTargetGone() async -> Bool {
        let target = target
        return (try? await streams.first { _, writing in target.isGone(writing) }) ?? false
    }

    /// A transfer that was interrupted.
    private struct Earlier: Sendable {
        var record: TransferRecord
        /// Whether the source is known to be as it was then.
        var isOfThisSnapshot: Bool
    }

    private func unfinished() async throws -> Earlier? {
        let (options, target, sourceURL) = (options, target, sourceURL)
        return try await streams.first { reading, writing in
            guard let record = try TransferRecords(writing).unfinished() else {
                try Self.requireEmpty(writing, target)
                return nil
            }
            guard options.resumes else { throw TransferError.unfinished(record.mark) }
            // The source and the options are compared before all values are examined, because that may take long.
            let isOfThisSnapshot = try reading.sourceFingerprint() == record.fingerprint
            guard isOfThisSnapshot || record.isOf(sourceURL) else {
                throw TransferError.otherSource(record, now: sourceURL.absolute.description)
            }
            let changes = options.changes(since: record.plan)
            guard changes.isEmpty else { throw TransferError.planChanged(record, changes) }
            let gone = try TransferRecords(writing).goneObjects(of: record.id, target)
            guard gone.isEmpty else { throw TransferError.madeObjectsGone(gone) }
            return Earlier(record: record, isOfThisSnapshot: isOfThisSnapshot)
        }
    }

    /// Throws `TransferError` if the target holds an unfinished transfer or any other object.
    func requireFree() async throws {
        let target = target
        try await streams.first { _, writing in
            if let record = try TransferRecords(writing).unfinished() { throw TransferError.unfinished(record.mark) }
            try Self.requireEmpty(writing, target)
        }
    }

    /// Throws `TransferError.targetNotEmpty` if the target holds an object already, and `DatabaseError` if it takes no tables.
    static func requireEmpty(_ writing: any Connection, _ target: any TransferTarget) throws {
        try target.requireRoomForTables(on: writing)
        let records = [TransferRecord.tableName, TransferRecord.chunkTableName]
        let found = try target.existingObjects(ignoring: OwnTables.names, on: writing).filter { !records.contains($0) }
        guard found.isEmpty else { throw TransferError.targetNotEmpty(found) }
    }

    /// Creates the tables and the transfer's record in one transaction, or returns the record of the earlier run.
    private func begin(_ work: Work, _ earlier: Earlier?) async throws -> TransferRecord {
        guard let earlier else { return try await begin(work) }
        let record = earlier.record
        let likeness = work.likeness(to: record.plan, under: options)
        if earlier.isOfThisSnapshot {
            guard likeness == .whole else { throw TransferError.planChanged(record, []) }
            return record
        }
        guard likeness != .other else {
            throw TransferError.sourceChanged(
                record, details: "and its tables, their types or their numbers of rows are others")
        }
        return try await adoptSnapshot(for: work, record)
    }

    func begin(_ work: Work) async throws -> TransferRecord {
        let (source, target, sourceName) = (source, target, sourceURL.absolute.description)
        let (plan, makesFile) = (work.plan.recorded(under: options), makesFile)
        return try await streams.first { reading, writing in
            let record = TransferRecord(
                id: Self.newID(), source: sourceName, fingerprint: try reading.sourceFingerprint(), plan: plan,
                state: .loading)
            do {
                if source.speaksAs(target) { try target.adoptPages(of: reading, on: writing) }
                try writing.transaction {
                    // The target is checked again, because no change of another program can come in between in this transaction.
                    try Self.requireEmpty(writing, target)
                    if source.speaksAs(target) { try target.adoptEncoding(of: reading, on: writing) }
                    try Self.make(work, record, target, on: writing)
                    if makesFile {
                        try TransferRecords(writing).add(ChunkRecord(kind: .madeFile, table: ""), to: record.id)
                    }
                }
            } catch var error as DatabaseError {
                if let remedy = try target.remedy(for: error, making: work.plan.schema, on: writing) {
                    error.remedy = remedy
                }
                throw error
            }
            return record
        }
    }

    /// Makes the tables, and the record of what is made. It must run in one transaction.
    private static func make(
        _ work: Work, _ record: TransferRecord, _ target: any TransferTarget, on writing: any Connection
    ) throws {
        let records = TransferRecords(writing)
        try records.begin(record)
        for made in try target.makeSupport(of: work.plan.nocasePolicies, on: writing) {
            try records.add(ChunkRecord(kind: .madeSupport, table: "", name: made.policy.rawValue), to: record.id)
        }
        for statement in work.tableStatements { try writing.execute(SQL(trusted: statement)) }
        if work.plan.quarantines { try Quarantine.make(on: writing) }
        for name in work.plan.madeTables {
            try records.add(ChunkRecord(kind: .madeTable, table: name), to: record.id)
        }
        for name in work.plan.madeSequences {
            try records.add(ChunkRecord(kind: .madeSequence, table: name), to: record.id)
        }
    }

    private static func newID() -> String {
        var digest = Digest()
        digest.mix(UInt64.random(in: .min ... .max))
        return digest.hexadecimal
    }

    /// Removes everything that the transfer made. All streams have stopped, and each has rolled back its open transaction. If
    /// something can't be removed, for example because another program's view reads a table, the record stays too: the run can be
    /// resumed or abandoned later. If somebody has removed the record, nobody can tell any more what may be removed.
    private func remove(
        _ record: TransferRecord, _ plan: TransferPlan, after failure: String
    ) async throws(TransferError) {
        let target = target
        do {
            try await streams.first { _, writing in
                if writing.isInTransaction { try writing.rollback() }
                let records = TransferRecords(writing)
                guard try records.hold(record) else {
                    throw TransferError.recordGone(left: try records.left(of: plan, target), reason: failure)
                }
                try records.abandon(record)
            }
        } catch let gone as TransferError {
            throw gone
        } catch {
            let interruption = Self.interruption(error)
            let reason = interruption?.reason ?? "the new tables could not be removed: \(error)"
            let cause = interruption == nil ? error as? DatabaseError : interruption?.cause
            throw .interrupted(reason: "\(failure); then \(reason)", cause: cause)
        }
    }

    /// Runs `body`, which must leave nothing changed if it throws an interruption. If the task was cancelled, an interruption
    /// becomes `TransferError.stopped`.
    static func stoppable<T: Sendable>(_ body: @Sendable () async throws -> T) async throws -> T {
        do { return try await body() } catch {
            guard Task.isCancelled, interruption(error) != nil else { throw error }
            throw TransferError.stopped
        }
    }

    /// Returns the reason why the transfer could not continue, if that is not the fault of the data; otherwise `nil`. The cause is
    /// `nil` if the task was cancelled: every database error is then only a consequence.
    static func interruption(_ error: any Error) -> (reason: String, cause: DatabaseError?)? {
        switch error {
        case is CancellationError: ("it was stopped", nil)
        case is DatabaseError where Task.isCancelled: ("it was stopped", nil)
        case let error as DatabaseError where error.isInterruption: (error.interruption, error)
        default: nil
        }
    }
}

extension ContinuousClock.Instant {
    /// Returns the seconds from `start` to this instant.
    package func seconds(since start: ContinuousClock.Instant) -> Double {
        let duration = (self - start).components
        return Double(duration.seconds) + Double(duration.attoseconds) / 1e18
    }
}
