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
    /// The source's URL, without a password.
    let sourceName: String
    let events: @Sendable (TransferEvent) -> Void

    /// Runs the whole transfer, or the rest of an interrupted one. Throws `TransferError.interrupted` if it can't continue, and
    /// leaves the transfer recorded as unfinished. After any other error the target is as it was.
    func run() async throws -> TransferReport {
        let start = ContinuousClock.now
        let earlier = try await unfinished()
        let work: Work
        do { work = try await foreseen(earlier) } catch {
            // The work of the earlier run is still in the target, so the transfer stays unfinished.
            guard earlier != nil, let reason = Self.interruption(error) else { throw error }
            throw TransferError.interrupted(reason: reason)
        }
        for table in work.forecast?.open.keys.sorted() ?? [] { events(.sampled(table: table)) }
        let surveying = ContinuousClock.now.seconds(since: start)
        var report = try await run(work, after: earlier)
        report.phases.surveying = surveying
        report.seconds = ContinuousClock.now.seconds(since: start)
        return report
    }

    /// Returns the work that a sample predicts. If `earlier` was interrupted when the certain work was known already, it returns
    /// the certain work.
    private func foreseen(_ earlier: TransferRecord?) async throws -> Work {
        let outline = try await outline()
        let work = try await forecast(outline)
        guard let earlier, work.forecast != nil, earlier.plan != work.plan.recorded(under: options) else { return work }
        return try await plan(outline)
    }

    /// Runs the transfer with a finished plan. `earlier` is the record of the run to continue; `nil` for a new one.
    func run(_ work: Work, after earlier: TransferRecord?) async throws -> TransferReport {
        let record = try await begin(work, earlier)
        var report: TransferReport
        do {
            let provenance = try await streams.first { reading, writing in
                TransferReport.Provenance(
                    fingerprint: record.fingerprint, source: reading.product, target: writing.product)
            }
            report = try await carryOut(work, record)
            report.provenance = provenance
        } catch {
            if let reason = Self.interruption(error) { throw TransferError.interrupted(reason: reason) }
            try await remove(record, after: "\(error)")
            throw error
        }
        if report.verdict == .mismatch {
            let tables = report.tables.filter(\.isMismatch).map(\.name)
            try await remove(record, after: "the rows of \(tables.joined(separator: ", ")) are not the source's")
        }
        return report
    }

    private func unfinished() async throws -> TransferRecord? {
        let (options, target, sourceName) = (options, target, sourceName)
        return try await streams.first { reading, writing in
            guard let record = try TransferRecords(writing).unfinished() else {
                try Self.requireEmpty(writing, target)
                return nil
            }
            guard options.resumes else { throw TransferError.unfinished(record.mark) }
            // The fingerprint and the options are compared before all values are examined, because that may take long.
            guard try reading.sourceFingerprint() == record.fingerprint else {
                throw record.source == sourceName
                    ? TransferError.sourceChanged(record) : TransferError.otherSource(record, now: sourceName)
            }
            let differences = options.differences(from: record.plan)
            guard differences.isEmpty else { throw TransferError.planChanged(record, differences) }
            return record
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

    /// Throws `TransferError.targetNotEmpty` if the target holds an object already.
    static func requireEmpty(_ writing: any Connection, _ target: any TransferTarget) throws {
        let records = [TransferRecord.tableName, TransferRecord.chunkTableName]
        let found = try target.existingObjects(ignoring: OwnTables.names, on: writing).filter { !records.contains($0) }
        guard found.isEmpty else { throw TransferError.targetNotEmpty(found) }
    }

    /// Creates the tables and the transfer's record in one transaction, or returns the record of the earlier run.
    private func begin(_ work: Work, _ earlier: TransferRecord?) async throws -> TransferRecord {
        let (target, sourceName) = (target, sourceName)
        let plan = work.plan.recorded(under: options)
        return try await streams.first { reading, writing in
            if let earlier {
                guard earlier.plan == plan else { throw TransferError.planChanged(earlier, []) }
                return earlier
            }
            let record = TransferRecord(
                id: Self.newID(), source: sourceName, fingerprint: try reading.sourceFingerprint(), plan: plan,
                state: .loading)
            try writing.transaction {
                // The target is checked again, because no change of another program can come in between in this transaction.
                try Self.requireEmpty(writing, target)
                let records = TransferRecords(writing)
                try records.begin(record)
                for made in try target.makeSupport(of: work.plan.nocasePolicies, on: writing) {
                    try records.add(
                        ChunkRecord(kind: .madeSupport, table: "", name: made.policy.rawValue), to: record.id)
                }
                for statement in work.tableStatements { try writing.execute(SQL(trusted: statement)) }
                if work.plan.quarantines { try Quarantine.make(on: writing) }
                for name in work.plan.madeTables {
                    try records.add(ChunkRecord(kind: .madeTable, table: name), to: record.id)
                }
            }
            return record
        }
    }

    private static func newID() -> String {
        var digest = Digest()
        digest.mix(UInt64.random(in: .min ... .max))
        return digest.hexadecimal
    }

    /// Removes everything that the transfer made. All streams have stopped, and each has rolled back its open transaction. If
    /// something can't be removed, for example because another program's view reads a table, the record stays too: the run can be
    /// resumed or abandoned later.
    private func remove(_ record: TransferRecord, after failure: String) async throws(TransferError) {
        do {
            try await streams.first { _, writing in
                if writing.isInTransaction { try writing.rollback() }
                try TransferRecords(writing).abandon(record)
            }
        } catch {
            let reason = Self.interruption(error) ?? "what was made could not be removed: \(error)"
            throw .interrupted(reason: "\(failure); then \(reason)")
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

    /// Returns the reason why the transfer could not continue, if that is not the fault of the data; otherwise `nil`.
    static func interruption(_ error: any Error) -> String? {
        switch error {
        case is CancellationError: "it was stopped"
        case is DatabaseError where Task.isCancelled: "it was stopped"
        case let error as DatabaseError where error.isInterruption: error.message
        default: nil
        }
    }
}

// MARK: - The phases

extension TransferEngine {
    private func carryOut(_ work: Work, _ record: TransferRecord) async throws -> TransferReport {
        let clock = ContinuousClock()
        let start = clock.now
        let (id, target) = (record.id, target)
        events(.phase(.loading))
        tell(of: try await done(id), work.plan)
        let isSameEngine = source.speaksAs(target)
        try await streams.onAll { _, writing in
            try target.prepareForLoading(writing, isSameEngine: isSameEngine)
        }
        let settled = try keepingValues(of: await done(id), await settle(work, id))
        let first = try await load(settled, id, done(id))
        let (work, loaded) = try await settleComputed(settled, id, first)
        let done = try await done(id)
        let loadedAt = clock.now
        let removed = try await setDuplicatesAside(work, id, done)
        let built = try await build(work, id, done)
        let builtAt = clock.now
        try await analyze(work)
        let analyzedAt = clock.now
        var report = try await verify(work, id, loaded + removed, built)
        report.phases.loading = loadedAt.seconds(since: start)
        report.phases.building = builtAt.seconds(since: loadedAt)
        report.phases.analyzing = analyzedAt.seconds(since: builtAt)
        report.phases.verifying = clock.now.seconds(since: analyzedAt)
        return report
    }

    /// Returns the records of everything that is done.
    func done(_ id: String) async throws -> [ChunkRecord] {
        try await streams.first { _, writing in try TransferRecords(writing).chunks(of: id) }
    }

    /// Reports the rows that an interrupted run has loaded.
    private func tell(of done: [ChunkRecord], _ plan: TransferPlan) {
        for chunk in done where chunk.kind == .rows {
            guard let table = plan.tables.first(where: { $0.target == chunk.table }) else { continue }
            events(.resumed(table, rows: chunk.rows))
        }
    }

    /// Loads the remaining chunks, and returns the records of all chunks.
    func load(_ work: Work, _ id: String, _ done: [ChunkRecord]) async throws -> [ChunkRecord] {
        let earlier = done.filter { $0.kind == .rows }
        let load = loader(id)
        let chunks = Chunk.all(of: work.plan.tables, without: earlier)
        return earlier + (try await streams.each(chunks, bulky: \.table.hasLongRows) { try load.run($0, $1, $2) })
    }

    func loader(_ id: String) -> ChunkLoad {
        ChunkLoad(record: id, verification: options.verification, target: target, events: events)
    }

    /// Quarantines the rows that repeat a key, in the tables whose policy says so. Returns the records of that.
    private func setDuplicatesAside(
        _ work: Work, _ id: String, _ done: [ChunkRecord]
    ) async throws -> [ChunkRecord] {
        let (plan, target, verification) = (work.plan, target, options.verification)
        let earlier = done.filter { $0.kind == .duplicates }
        let tables = plan.tables.filter { table in
            table.policy == .quarantine && !earlier.contains { $0.table == table.target }
        }
        return earlier
            + (try await streams.each(tables) { table, _, writing in
                try writing.transaction {
                    let removed = try DuplicateRows(plan, on: writing, target)
                        .setAside(from: table, verification.forms(of: table))
                    let record = ChunkRecord(
                        kind: .duplicates, table: table.target, quarantined: removed.rows,
                        digest: removed.digest.hexadecimal)
                    try TransferRecords(writing).add(record, to: id)
                    return record
                }
            })
    }

    /// Builds the keys, indexes, checks, foreign keys, views and triggers, and returns their records.
    private func build(_ work: Work, _ id: String, _ done: [ChunkRecord]) async throws -> [ChunkRecord] {
        let (target, events) = (target, events)
        events(.phase(.building))
        let stages = work.build.stages(without: done)
        events(.building(steps: stages.joined().joined().count))
        try await streams.first { _, writing in
            try TransferRecords(writing).enter(.building, id)
            for table in work.plan.tables {
                for counting in table.counting {
                    try target.setSequence(of: counting.column, in: table.target, past: counting.highest, on: writing)
                }
            }
        }
        var records = done.filter { $0.kind != .rows && $0.kind != .duplicates }
        for units in stages {
            let built = try await streams.each(units) { unit, _, writing in
                try unit.map { step in
                    let chunk = try TransferBuilder(record: id, writing: writing, target: target).run(step)
                    events(.built(table: step.table, name: step.name))
                    return chunk
                }
            }
            records += built.joined()
        }
        return records
    }

    private func analyze(_ work: Work) async throws {
        let target = target
        events(.phase(.analyzing))
        _ = try await streams.each(work.plan.tables) { table, _, writing in
            try writing.execute(SQL(trusted: target.analyze(table.target)))
        }
    }

    private func verify(
        _ work: Work, _ id: String, _ loaded: [ChunkRecord], _ built: [ChunkRecord]
    ) async throws -> TransferReport {
        events(.phase(.verifying))
        try await streams.first { _, writing in try TransferRecords(writing).enter(.verifying, id) }
        let proof = TransferProof(verification: options.verification, events: events)
        let heaviest = work.plan.tables.sorted { $0.bytes > $1.bytes }
        let chunks = Dictionary(grouping: loaded, by: \.table)
        let held = try await readBack(heaviest, proof)
        let compared = try await streams.each(heaviest, bulky: \.hasLongRows) { table, reading, writing in
            try proof.report(
                table, loaded: chunks[table.target] ?? [], held: held[table.target], reading, writing)
        }
        let byName = Dictionary(uniqueKeysWithValues: compared.map { ($0.name, $0) })
        let views = try await compareViews(work, id, built, compared)
        var report = TransferReport(of: work.plan, views.built)
        let notes = Dictionary(grouping: built.filter { !$0.isLeftOut }, by: \.table).mapValues {
            $0.compactMap(\.note)
        }
        report.tables = work.plan.tables.compactMap { table in
            var line = byName[table.source]
            line?.notes = notes[table.target] ?? []
            return line
        }
        report.remarks += try await streams.first { reading, _ in
            reading.readingRemarks + [try Quarantine.remark(on: reading)].compactMap { $0 }
        }
        report.remarks += views.remarks
        try await streams.onAll { reading, _ in try reading.confirmSnapshot() }
        if report.verdict == .verified {
            let target = target
            report.remarks.append(TransferRecord.remark)
            try await streams.first { _, writing in
                try target.finishLoading(writing)
                try writing.transaction {
                    if work.plan.quarantines { try Quarantine.dropIfEmpty(on: writing) }
                    try TransferRecords(writing).complete(id)
                }
            }
        }
        return report
    }
}

extension TransferEngine {
    /// Returns the digests of the tables as the target returns their values. A table that is larger than one stream's share of
    /// all tables is read by all streams.
    private func readBack(_ tables: [PlannedTable], _ proof: TransferProof) async throws -> [String: TableDigest] {
        let (target, count, weight) = (target, streams.count, tables.reduce(0) { $0 + $1.bytes })
        let slices = try await streams.first { _, writing in
            try tables.flatMap { table -> [(table: PlannedTable, condition: String?)] in
                let isBulk = table.bytes > weight / count && !table.hasLongRows
                let conditions = isBulk ? try target.slices(of: table.target, into: count, on: writing) : []
                return conditions.isEmpty ? [(table, nil)] : conditions.map { (table, $0) }
            }
        }
        let digests = try await streams.each(slices, bulky: \.table.hasLongRows) { slice, _, writing in
            try proof.readBack(slice.table, slice: slice.condition, writing)
        }
        return zip(slices, digests).reduce(into: [:]) { held, slice in
            guard let digest = slice.1 else { return }
            held[slice.0.table.target, default: TableDigest()].add(digest)
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
