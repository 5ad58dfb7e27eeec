import Dialects

/// Carries a plan out: rows from one connection straight into the other, then what is built on them, then the count.
struct TransferEngine {
    private let plan: TransferPlan
    private let options: TransferOptions
    private let reading: any Connection
    private let writing: any Connection
    private let target: any TransferTarget
    private let events: @Sendable (TransferEvent) -> Void

    init(
        _ plan: TransferPlan, _ options: TransferOptions, from reading: any Connection, to writing: any Connection,
        _ target: any TransferTarget, _ events: @escaping @Sendable (TransferEvent) -> Void
    ) {
        self.plan = plan
        self.options = options
        self.reading = reading
        self.writing = writing
        self.target = target
        self.events = events
    }

    /// Throws `TransferError.targetNotEmpty` when something stands in the target already.
    static func requireEmpty(_ connection: any Connection, _ target: any TransferTarget) throws {
        let occupants = try target.occupants(ignoring: OwnTables.names, on: connection)
        guard occupants.isEmpty else { throw TransferError.targetNotEmpty(occupants) }
    }

    /// Everything in one transaction of the target, which is kept only when every count agrees.
    func run() throws -> TransferReport {
        let clock = ContinuousClock()
        let start = clock.now
        try writing.begin()
        do {
            // Again, now that nobody else's changes can come in between unseen.
            try Self.requireEmpty(writing, target)
            var report = try fill()
            report.seconds = clock.now.seconds(since: start)
            switch report.verdict {
            case .verified: try writing.commit()
            case .mismatch: try writing.rollback()
            }
            return report
        } catch {
            // The first error is the one to report: a rollback after a lost connection fails too, and says nothing new.
            if writing.isInTransaction { try? writing.rollback() }
            throw error
        }
    }

    private func fill() throws -> TransferReport {
        let construction = try target.construct(plan.schema)
        for statement in construction.tables { try writing.execute(SQL(statement)) }
        var tables: [TransferReport.TableReport] = []
        for table in plan.tables { tables.append(try load(table)) }
        var builder = TransferBuilder(plan, writing, target, events)
        try builder.build(construction.afterLoad)
        for at in tables.indices {
            let table = plan.tables[at]
            try writing.execute(SQL(target.analyze(table.target)))
            events(.verifying(table.source))
            tables[at].sourceRows = try count(table.source, on: reading)
            tables[at].targetRows = try count(table.target, on: writing)
            if tables[at].sourceDigest != nil { tables[at].targetDigest = try readBack(table) }
            tables[at].notes = builder.notes[table.target] ?? []
        }
        return TransferReport(
            tables: tables, notCarried: plan.notCarried + builder.notCarried, types: plan.typeNotes,
            renames: plan.renames,
            seconds: 0)
    }

    private func count(_ table: String, on connection: any Connection) throws -> Int {
        let count = try connection.queryValue("SELECT count(*) FROM \(identifier: table)")?.integer
        return Int(count ?? -1)
    }
}

extension TransferEngine {
    private func load(_ table: PlannedTable) throws -> TransferReport.TableReport {
        let clock = ContinuousClock()
        let start = clock.now
        events(.tableStarted(table.source, rows: table.rows))
        let (rows, digest) = table.sourceColumns.isEmpty ? (try loadEmptyRows(table), nil) : try copy(table)
        if let counting = table.counting {
            try target.setSequence(of: counting.column, in: table.target, past: counting.highest, on: writing)
        }
        var report = TransferReport.TableReport(
            name: table.source, sourceRows: table.rows, rowsRead: rows, targetRows: 0,
            seconds: clock.now.seconds(since: start))
        report.sourceDigest = digest?.hexadecimal
        events(.tableFinished(report))
        return report
    }

    /// A table whose columns are all computed has rows that nothing needs to be copied for.
    private func loadEmptyRows(_ table: PlannedTable) throws -> Int {
        for _ in 0..<table.rows { try writing.execute("INSERT INTO \(identifier: table.target) DEFAULT VALUES") }
        return table.rows
    }

    private func copy(_ table: PlannedTable) throws -> (rows: Int, digest: TableDigest?) {
        let writer = try writing.copyIn(table: table.target, columns: table.targetColumns, types: table.types)
        do {
            let cursor = try reading.rows(SQL(table.reading.query(table.sourceColumns)))
            defer { cursor.close() }
            var digest = forms(of: table).map { ColumnForms($0) }
            var rows = 0
            while try cursor.next() {
                try copyRow(table, cursor, writer)
                digest?.add(cursor)
                rows += 1
                if rows & 0xFFFF == 0 {
                    events(.progress(table.source, rows: rows))
                    try Task.checkCancellation()
                }
            }
            _ = try writer.finish()
            return (rows, digest?.digest)
        } catch {
            writer.cancel()
            throw error
        }
    }

    /// The digest of what the target holds now.
    private func readBack(_ table: PlannedTable) throws -> String? {
        guard let forms = forms(of: table) else { return nil }
        let query = "SELECT \(SQLText.identifiers(table.targetColumns)) FROM \(SQLText.identifier(table.target))"
        let cursor = try writing.copyOut(query, types: table.types)
        defer { cursor.close() }
        var digest = ColumnForms(forms)
        while try cursor.next() {
            digest.add(cursor)
            if digest.digest.rows & 0xFFFF == 0 { try Task.checkCancellation() }
        }
        return digest.digest.hexadecimal
    }

    /// What the table's values are compared as; `nil` when they are not to be.
    private func forms(of table: PlannedTable) -> [CanonicalForm?]? {
        switch options.verification {
        case .count: nil
        case .digest: table.types.map { CanonicalForm($0) }
        }
    }

    @inline(__always)
    private func copyRow(_ table: PlannedTable, _ cursor: any RowCursor, _ writer: any BulkWriter) throws {
        do throws(Misfit) {
            for column in 0..<table.types.count { try writer.write(cursor.raw(column), column: column) }
        } catch {
            throw refusal(of: error, in: table, cursor)
        }
        try writer.endRow()
    }

    private func refusal(of misfit: Misfit, in table: PlannedTable, _ cursor: any RowCursor) -> TransferError {
        .doesNotFit(
            table: table.source, column: table.sourceColumns[misfit.column],
            key: RowKey(table.reading, in: table.sourceColumns).text(cursor), value: ValueText.short(misfit.value),
            type: table.types[misfit.column].description, reason: misfit.reason)
    }
}

/// A table's digest while its rows go by.
private struct ColumnForms {
    private let forms: [CanonicalForm?]
    private(set) var digest = TableDigest()

    init(_ forms: [CanonicalForm?]) { self.forms = forms }

    /// Takes the row on which the cursor stands.
    @inline(__always)
    mutating func add(_ cursor: any RowCursor) {
        var row = RowDigest()
        for column in forms.indices {
            if let form = forms[column] { row.add(cursor.raw(column), as: form) }
        }
        digest.add(row)
    }
}

extension ContinuousClock.Instant {
    func seconds(since start: ContinuousClock.Instant) -> Double {
        let duration = (self - start).components
        return Double(duration.seconds) + Double(duration.attoseconds) / 1e18
    }
}
