import Dialects

/// Fills existing tables in one transaction of the target.
struct SchemaLoad {
    let plan: TransferPlan
    /// The tables whose rows are replaced by those of the source.
    let replaced: Set<String>
    /// The error for other tables that hold rows.
    let refusal: @Sendable ([String]) -> SchemaTransferError
    /// Whether orphans are copied and their foreign key then holds for new rows only. If not, orphans are refused.
    let keepsOrphans: Bool
    let verification: TransferOptions.Verification
    /// How moments are written as texts.
    let moments: MomentStyle
    /// What to do about rows that the target's own schema refuses.
    var remedy = Self.remedy
    /// What is done last in the transaction, once the copy is proven.
    var finishing: @Sendable (any Connection) throws -> Void = { _ in }
    let source: any TransferDialect
    let target: any TransferDialect
    let events: @Sendable (TransferEvent) -> Void

    static let remedy = "change such rows in the source, or leave the table or column out by a rule with skip: true"

    /// Fills the tables. Foreign keys are set aside meanwhile, so the order of the tables does not matter. Throws `TransferError`
    /// and `DatabaseError`; after any error but `TransferError.outcomeUnknown`, and after a mismatch, the tables are as they were.
    func run(_ reading: any Connection, _ writing: any Connection) throws -> TransferReport {
        try writing.withForeignKeysUnenforced {
            try writing.begin()
            do {
                try target.lock(plan.tables.map(\.target), on: writing)
                let filled = try target.filled(plan.tables.map(\.target), on: writing)
                let inTheWay = filled.filter { !replaced.contains($0) }
                guard inTheWay.isEmpty else { throw refusal(inTheWay) }
                var report = try fill(emptying: filled, reading, writing)
                try reading.confirmSnapshot()
                switch report.verdict {
                case .verified:
                    report.remarks += try setCounters(writing)
                    try finishing(writing)
                    try commit(writing)
                case .mismatch: try writing.rollback()
                }
                return report
            } catch {
                // The first error is the one to report. A rollback after a lost connection fails as well, and says nothing new.
                if writing.isInTransaction { try? writing.rollback() }
                throw explained(error)
            }
        }
    }

    private func commit(_ writing: any Connection) throws {
        do throws(DatabaseError) { try writing.commit() } catch { throw Self.failure(ofCommit: error) }
    }

    /// Returns the error to report if a commit has failed: one whose answer is lost may have succeeded nevertheless.
    static func failure(ofCommit error: DatabaseError) -> any Error {
        error.kind == .lost ? TransferError.outcomeUnknown(reason: error.message, cause: error) : error
    }

    /// Returns the error with a remedy if the target's own schema refused a row of the source.
    private func explained(_ error: any Error) -> any Error {
        guard var error = error as? DatabaseError, error.remedy == nil, target.isRefusingRows(error) else {
            return error
        }
        error.remedy = remedy
        return error
    }

    private func fill(
        emptying filled: [String], _ reading: any Connection, _ writing: any Connection
    ) throws -> TransferReport {
        events(.phase(.loading))
        let clock = ContinuousClock()
        let start = clock.now
        let tables = plan.tables.map(\.target)
        let keys = try ForeignKeysAside(of: tables, in: plan.schema, target, on: writing)
        let triggers = try TriggersAside(of: tables, target, on: writing)
        try keys.remove(writing)
        try triggers.remove(writing)
        for table in filled {
            let rows = try target.ownRows(of: table, on: writing)
            try writing.execute("DELETE FROM \(trusted: rows)")
        }
        if plan.quarantines { try Quarantine.make(on: writing) }
        // Rows of earlier transfers stay there (`Quarantine.make`).
        let heldAside = plan.quarantines ? try Quarantine.counts(on: writing) : [:]
        var loaded: [String: ChunkRecord] = [:]
        for table in plan.tables {
            loaded[table.target] = try load(table, reading, writing)
        }
        events(.phase(.building))
        let loadedAt = clock.now
        // A key that is checked at the end of the transaction would keep tables from being altered until then, and refuse rows after
        // the counters were set.
        try target.checkDeferred(on: writing)
        let orphans = try keys.orphans(writing)
        try refuse(keepsOrphans ? keys.unbearable(among: orphans) : orphans, filled: Set(tables))
        try keys.restore(writing, but: orphans)
        try triggers.restore(writing)
        // The triggers that keep the full-text indexes current were removed during the load.
        try target.rebuildFullText(over: tables, on: writing)
        let proof = TransferProof(verification: verification, target: target, events: events, heldAside: heldAside)
        let builtAt = clock.now
        var report = try verified(by: proof, loaded, orphans, reading, writing)
        report.phases.loading = loadedAt.seconds(since: start)
        report.phases.building = builtAt.seconds(since: loadedAt)
        report.phases.verifying = clock.now.seconds(since: builtAt)
        if plan.quarantines { try Quarantine.dropIfEmpty(on: writing) }
        return report
    }

    /// Compares all tables with the source's.
    private func verified(
        by proof: TransferProof, _ loaded: [String: ChunkRecord], _ orphans: [Orphans], _ reading: any Connection,
        _ writing: any Connection
    ) throws -> TransferReport {
        events(.phase(.verifying))
        var report = TransferReport(of: plan, [])
        let isAnalyzed = try target.hasStatistics(on: writing)
        for table in plan.tables {
            if isAnalyzed { try writing.execute(SQL(trusted: target.analyze(table.target))) }
            let held = try proof.readBack(table, writing)
            var line = try proof.report(
                table, loaded: [loaded[table.target]].compactMap { $0 }, held: held, reading, writing)
            line.notes = orphans.filter { $0.table == table.target }.map(\.note)
            report.tables.append(line)
            report.remarks += try computedRemarks(table, line, reading, writing)
        }
        return report
    }

    /// Refuses rows without a parent: those that the source has brought, or else those that were in the target.
    private func refuse(_ orphans: [Orphans], filled: Set<String>) throws(SchemaTransferError) {
        let brought = orphans.filter { filled.contains($0.table) }
        guard brought.isEmpty else { throw .orphans(brought) }
        guard orphans.isEmpty else { throw .keptOrphans(orphans) }
    }

    /// Compares the columns that the target computes with the values that the source holds, which could not be written. Returns a
    /// remark on those that can't be compared, because values from which they are computed were changed on their way. Throws
    /// `SchemaTransferError.computed`.
    private func computedRemarks(
        _ table: PlannedTable, _ line: TransferReport.TableReport, _ reading: any Connection, _ writing: any Connection
    ) throws -> [String] {
        guard !table.computed.isEmpty, !line.isMismatch else { return [] }
        let changed = table.targetColumns.indices.filter { at in
            table.columnPlans[at].reading != nil || line.nulled.contains { $0.column == table.sourceColumns[at] }
        }
        let areRowsComplete = line.quarantined == 0 && verification != .count
        let comparable = table.computed.filter { column in
            areRowsComplete && !computes(column.target, of: table, from: changed.map { table.targetColumns[$0] })
        }
        if !comparable.isEmpty {
            let proof = ComputedProof(table, comparable, besides: Set(changed), target, reading, writing)
            let differing = try proof.differing()
            guard differing.isEmpty else {
                throw SchemaTransferError.computed(differing.map { "\(table.source).\($0.source)" })
            }
        }
        let others = table.computed.filter { !comparable.contains($0) }.map { "\(table.source).\($0.source)" }
        guard !others.isEmpty else { return [] }
        return ["\(others.joined(separator: ", ")): computed by the target, and not compared with the source's values"]
    }

    /// Returns whether the target's expression for the column names one of the others.
    private func computes(_ column: String, of table: PlannedTable, from others: [String]) -> Bool {
        guard let expression = plan.schema[table.target]?[column: column]?.generated?.expression else { return true }
        let names = expression.namesFolded
        return others.contains { names.contains(SQLName.folded($0)) }
    }

    /// Makes the counters of the tables go on after the source's. A counter that is further stays, because the target has given out numbers
    /// up to there, also to rows that are gone. It comes after everything that can be refused, because no rollback takes a sequence back
    /// (https://www.postgresql.org/docs/current/functions-sequence.html).
    ///
    /// - Returns: Remarks on counters that have no further number to give, and on those of which nobody knows what they number.
    private func setCounters(_ writing: any Connection) throws -> [String] {
        var remarks: [String] = []
        for table in plan.tables {
            for counting in table.counting {
                let last = try lowest(counting.column, of: table.target, writing) ?? counting.highest
                if try !target.hasCounted(counting.column, of: table.target, past: last, on: writing) {
                    try target.setSequence(of: counting.column, in: table.target, past: last, on: writing)
                }
                if try target.isAtItsEnd(counting.column, of: table.target, on: writing) {
                    remarks.append(table.remark(onEndOf: counting))
                }
            }
        }
        return try remarks + target.continueFreeSequences(of: plan.tables.map(\.target), on: writing)
    }

    /// Returns the lowest number in a column that counts down; `nil` for a column that counts up, or has no numbers.
    private func lowest(_ column: String, of table: String, _ writing: any Connection) throws -> Int64? {
        guard try target.countsDown(column, of: table, on: writing) else { return nil }
        let rows = try target.ownRows(of: table, on: writing)
        return try writing.queryValue("SELECT min(\(identifier: column)) FROM \(trusted: rows)")?.integer
    }

    private func load(
        _ table: PlannedTable, _ reading: any Connection, _ writing: any Connection
    ) throws -> ChunkRecord {
        let forms = verification.forms(of: table)
        // Even to prepare a statement that writes, SQLite needs what the table's indexes call.
        guard table.rows > 0 else {
            return ChunkRecord(kind: .rows, table: table.target, digest: forms.map { _ in TableDigest().hexadecimal })
        }
        let copy = TableCopy(table, forms, in: .all, freezing: false, moments: moments)
        var nothing: ProfiledTable?
        let loaded = try copy.run(from: reading, to: writing, observing: &nothing) { events(.loaded(table, rows: $0)) }
        return ChunkRecord(
            kind: .rows, table: table.target, rows: loaded.rows, quarantined: loaded.quarantined, nulled: loaded.nulled,
            digest: loaded.digest?.hexadecimal)
    }
}

extension TransferTarget {
    /// Whether the error is about what rows hold: a key, a check or a computed column.
    fileprivate func isRefusingRows(_ error: DatabaseError) -> Bool {
        switch error.kind {
        case .unique, .notNull, .check, .raised: true
        case .foreignKey, .locked, .pooled, .lost, .unreachable, .authentication, .permission, .notADatabase, .corrupt,
            .changedMeanwhile, .transactionEnded, .diskFull, .resources, .interrupted, .invalidURL, .exists, .syntax,
            .other:
            isComputing(error)
        }
    }

    /// Returns those of the tables that hold rows of their own.
    func filled(_ tables: [String], on connection: any Connection) throws -> [String] {
        try tables.filter { table in
            let rows = try ownRows(of: table, on: connection)
            return try connection.queryValue("SELECT EXISTS (SELECT 1 FROM \(trusted: rows))")?.boolean ?? false
        }
    }
}
