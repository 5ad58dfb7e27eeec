import Dialects

/// Compares one table of a transfer with the values that the target returns.
struct TransferProof {
    let verification: TransferOptions.Verification
    let target: any TransferTarget
    let events: @Sendable (TransferEvent) -> Void
    /// The number of rows of each table of the source that the quarantine held before: those of earlier transfers.
    var heldAside: [String: Int] = [:]

    /// Returns the table's books.
    ///
    /// - Parameters:
    ///   - loaded: The records of the table's chunks, and of rows that were removed again.
    ///   - held: The digest of the values that the target returned (`readBack`); `nil` if values are not compared.
    func report(
        _ table: PlannedTable, loaded: [ChunkRecord], held: TableDigest?, _ reading: any Connection,
        _ writing: any Connection
    ) throws -> TransferReport.TableReport {
        let copied = loaded.filter { $0.kind == .rows }
        var report = TransferReport.TableReport(
            name: table.source, sourceRows: try count(table.reading.from, on: reading),
            rowsRead: copied.reduce(0) { $0 + $1.rows + $1.quarantined }, targetRows: 0)
        report.quarantined = loaded.reduce(0) { $0 + $1.quarantined }
        if report.quarantined > 0 {
            report.storedAside =
                try Quarantine.count(of: table.source, on: writing) - heldAside[table.source, default: 0]
        }
        report.nulled = Self.nulled(copied, table.sourceColumns)
        guard let held else {
            let rows = try target.ownRows(of: table.target, on: writing)
            report.targetRows = try count("FROM \(rows)", on: writing)
            events(.verified(table, rows: table.rows))
            return report
        }
        report.sourceDigest = Self.sum(loaded).hexadecimal
        report.targetRows = held.rows
        report.targetDigest = held.hexadecimal
        if verification == .full && report.isMismatch {
            let rows = try target.ownRows(of: table.target, on: writing)
            let compared = VerificationPlan.ComparedTable(table, in: rows)
            let isAllNew = report.storedAside > 0 && heldAside[table.source] == nil
            let aside = isAllNew ? try Quarantine.keys(of: table.source, on: writing) : [:]
            report.differences =
                try TableComparison(compared, reading, writing, besides: aside).report().differences
        }
        return report
    }

    /// Returns the digest of the loaded rows, without those that were removed again.
    private static func sum(_ loaded: [ChunkRecord]) -> TableDigest {
        loaded.reduce(into: TableDigest()) { sum, chunk in
            let rows = chunk.kind == .duplicates ? chunk.quarantined : chunk.rows
            guard let part = TableDigest(rows: rows, hexadecimal: chunk.digest ?? "") else { return }
            if chunk.kind == .duplicates { sum.remove(part) } else { sum.add(part) }
        }
    }

    private static func nulled(_ copied: [ChunkRecord], _ columns: [String]) -> [TransferReport.Nulled] {
        columns.enumerated().compactMap { at, column in
            let count = copied.reduce(0) { $0 + ($1.nulled.indices.contains(at) ? $1.nulled[at] : 0) }
            return count > 0 ? TransferReport.Nulled(column: column, count: count) : nil
        }
    }

    /// Returns the digest of the values that the target returns for a table, or for a slice of it; `nil` if values are not
    /// compared.
    func readBack(
        _ table: PlannedTable, slice condition: String? = nil, _ writing: any Connection
    ) throws -> TableDigest? {
        guard let forms = verification.forms(of: table) else { return nil }
        let slice = condition.map { " WHERE \($0)" } ?? ""
        let rows = try target.ownRows(of: table.target, on: writing)
        let query = "SELECT \(SQLText.identifiers(table.targetColumns)) FROM \(rows)\(slice)"
        let cursor = try writing.copyOut(query, types: table.types)
        defer { cursor.close() }
        let digesting = cursor as? any RowDigesting
        var row = RawRow(columns: forms.count)
        var digest = TableDigest()
        while try cursor.next() {
            if let digesting {
                digest.add(digesting.digest(as: forms))
            } else {
                cursor.read(into: &row)
                digest.add(RowDigest(of: row, as: forms))
            }
            if digest.rows & 0xFFF == 0 {
                events(.verified(table, rows: 0x1000))
                try Task.checkCancellation()
            }
        }
        events(.verified(table, rows: digest.rows & 0xFFF))
        return digest
    }

    private func count(_ from: String, on connection: any Connection) throws -> Int {
        Int(try connection.queryValue("SELECT count(*) \(trusted: from)")?.integer ?? -1)
    }
}
