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
        let (rows, digest) = table.sourceColumns.isEmpty ? (try loadEmptyRows(table), nil) : try copyRows(table)
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

    private func copyRows(_ table: PlannedTable) throws -> (rows: Int, digest: TableDigest?) {
        let copy = TableCopy(table, forms(of: table))
        let loaded = try copy.run(from: reading, to: writing) { events(.progress(table.source, rows: $0)) }
        return (loaded.rows, loaded.digest)
    }

    /// The digest of what the target holds now.
    private func readBack(_ table: PlannedTable) throws -> String? {
        guard let forms = forms(of: table) else { return nil }
        let query = "SELECT \(SQLText.identifiers(table.targetColumns)) FROM \(SQLText.identifier(table.target))"
        let cursor = try writing.copyOut(query, types: table.types)
        defer { cursor.close() }
        var row = RawRow(columns: forms.count)
        var digest = ColumnForms(forms)
        while try cursor.next() {
            cursor.read(into: &row)
            digest.add(row)
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
}

extension ContinuousClock.Instant {
    func seconds(since start: ContinuousClock.Instant) -> Double {
        let duration = (self - start).components
        return Double(duration.seconds) + Double(duration.attoseconds) / 1e18
    }
}
