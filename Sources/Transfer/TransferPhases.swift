import Dialects

// The phases of a transfer whose plan is made and whose record has begun.

extension TransferEngine {
    /// Loads, builds, gathers statistics and verifies. Verification comes last, so that it also finds what another program has
    /// changed in the target meanwhile.
    func carryOut(_ work: Work, _ record: TransferRecord) async throws -> TransferReport {
        let clock = ContinuousClock()
        let start = clock.now
        let (id, target) = (record.id, target)
        events(.phase(.loading))
        tell(of: try await done(id), work.plan)
        let isSameEngine = source.speaksAs(target)
        try await streams.onAll { _, writing in
            try target.prepareForLoading(writing, isSameEngine: isSameEngine)
        }
        let settled = try leavingOut(await done(id), await settle(work, id))
        let (work, loaded) = try await loadAll(settled, id)
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
        let tables = plan.tables.byName(\.target)
        for chunk in done where chunk.kind == .rows {
            guard let table = tables[chunk.table] else { continue }
            events(.resumed(table, rows: chunk.rows))
        }
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
        let finished = Set(earlier.map(\.table))
        let tables = plan.tables.filter { $0.policy == .quarantine && !finished.contains($0.target) }
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
            for position in work.plan.sequences.compactMap(\.position) {
                _ = try writing.query(SQL(trusted: position))
            }
        }
        var records = done.filter { $0.kind != .rows && $0.kind != .duplicates }
        for units in stages {
            let built = try await streams.each(units) { unit, _, writing -> [ChunkRecord] in
                let builder = TransferBuilder(record: id, writing: writing, target: target)
                if let chunks = try builder.runTogether(unit) {
                    for step in unit { events(.built(table: step.table, name: step.name)) }
                    return chunks
                }
                return try unit.map { step in
                    let chunk = try builder.run(step)
                    events(.built(table: step.table, name: step.name))
                    return chunk
                }
            }
            records += built.joined()
        }
        return records
    }

    private func analyze(_ work: Work) async throws {
        events(.phase(.analyzing))
        _ = try await streams.each(target.analyze(all: work.plan.tables.map(\.target))) { statement, _, writing in
            try writing.execute(SQL(trusted: statement))
        }
    }

    private func verify(
        _ work: Work, _ id: String, _ loaded: [ChunkRecord], _ built: [ChunkRecord]
    ) async throws -> TransferReport {
        events(.phase(.verifying))
        try await streams.first { _, writing in try TransferRecords(writing).enter(.verifying, id) }
        let compared = try await compareTables(work.plan, loaded)
        let views = try await compareViews(work, id, built, compared)
        var report = TransferReport(of: work.plan, views.built)
        report.tables = lines(compared, work.plan, built)
        report.remarks += try await readingRemarks(work.plan) + views.remarks
        report.remarks += [try await encodingRemark()].compactMap { $0 }
        try await streams.onAll { reading, _ in try reading.confirmSnapshot() }
        if report.verdict == .verified {
            report.remarks.append(TransferRecord.remark)
            try await complete(work.plan, id)
        }
        return report
    }

    private func compareTables(
        _ plan: TransferPlan, _ loaded: [ChunkRecord]
    ) async throws -> [TransferReport.TableReport] {
        let proof = TransferProof(verification: options.verification, target: target, events: events)
        let heaviest = plan.tables.sorted { $0.bytes > $1.bytes }
        let chunks = Dictionary(grouping: loaded, by: \.table)
        let held = try await readBack(heaviest, proof)
        return try await streams.each(heaviest, bulky: \.hasLongRows) { table, reading, writing in
            try proof.report(
                table, loaded: chunks[table.target] ?? [], held: held[table.target], reading, writing)
        }
    }

    /// Returns the tables' reports in the order of the plan, with the notes on what was built over them.
    private func lines(
        _ compared: [TransferReport.TableReport], _ plan: TransferPlan, _ built: [ChunkRecord]
    ) -> [TransferReport.TableReport] {
        let byName = Dictionary(uniqueKeysWithValues: compared.map { ($0.name, $0) })
        let notes = Dictionary(grouping: built.filter { !$0.isLeftOut }, by: \.table).mapValues {
            $0.compactMap(\.note)
        }
        return plan.tables.compactMap { table in
            var line = byName[table.source]
            line?.notes = notes[table.target] ?? []
            return line
        }
    }

    /// Returns the remarks on how the source was read.
    private func readingRemarks(_ plan: TransferPlan) async throws -> [String] {
        let isQuarantineForeign = plan.omitted.contains { $0.kind == .table && $0.name == Quarantine.tableName }
        return try await streams.first { reading, _ in
            let quarantine = isQuarantineForeign ? nil : try Quarantine.remark(on: reading)
            return reading.readingRemarks + [quarantine].compactMap { $0 }
        }
    }

    private func complete(_ plan: TransferPlan, _ id: String) async throws {
        let target = target
        try await streams.first { _, writing in
            try target.finishLoading(writing)
            try writing.transaction {
                // Somebody may have removed a table after its comparison.
                let gone = try TransferRecords(writing).goneObjects(of: id, target)
                guard gone.isEmpty else {
                    throw DatabaseError(
                        .other, "somebody has removed what the transfer had made: \(gone.listed(upTo: 5))",
                        remedy: "begin again when nobody else changes the target")
                }
                if plan.quarantines { try Quarantine.dropIfEmpty(on: writing) }
                try TransferRecords(writing).complete(id)
            }
        }
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
