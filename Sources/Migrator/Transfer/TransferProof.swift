import Dialects

/// Compares one table of a transfer with what the target gives back.
struct TransferProof {
    let verification: TransferOptions.Verification
    let target: any TransferTarget
    let events: @Sendable (TransferEvent) -> Void

    /// What both sides hold; `loaded` is what was recorded of the table's chunks.
    func report(
        _ table: PlannedTable, loaded: [ChunkRecord], _ reading: any Connection, _ writing: any Connection
    ) throws -> TransferReport.TableReport {
        try writing.execute(SQL(target.analyze(table.target)))
        var report = TransferReport.TableReport(
            name: table.source, sourceRows: try count(table.source, on: reading),
            rowsRead: loaded.reduce(0) { $0 + $1.rows }, targetRows: try count(table.target, on: writing))
        guard let forms = verification.forms(of: table) else {
            events(.verified(table, rows: table.rows))
            return report
        }
        report.sourceDigest = Self.sum(loaded).hexadecimal
        report.targetDigest = try readBack(table, forms, writing).hexadecimal
        if verification == .full && report.isMismatch {
            report.differences = try TableComparison(.init(table), reading, writing).report().differences
        }
        return report
    }

    private static func sum(_ loaded: [ChunkRecord]) -> TableDigest {
        loaded.reduce(into: TableDigest()) { sum, chunk in
            if let part = TableDigest(rows: chunk.rows, hexadecimal: chunk.digest ?? "") { sum.add(part) }
        }
    }

    private func readBack(
        _ table: PlannedTable, _ forms: [CanonicalForm?], _ writing: any Connection
    ) throws -> TableDigest {
        let query = "SELECT \(SQLText.identifiers(table.targetColumns)) FROM \(SQLText.identifier(table.target))"
        let cursor = try writing.copyOut(query, types: table.types)
        defer { cursor.close() }
        var row = RawRow(columns: forms.count)
        var digest = ColumnForms(forms)
        while try cursor.next() {
            cursor.read(into: &row)
            digest.add(row)
            if digest.digest.rows & 0xFFF == 0 {
                events(.verified(table, rows: 0x1000))
                try Task.checkCancellation()
            }
        }
        events(.verified(table, rows: digest.digest.rows & 0xFFF))
        return digest.digest
    }

    private func count(_ table: String, on connection: any Connection) throws -> Int {
        Int(try connection.queryValue("SELECT count(*) FROM \(identifier: table)")?.integer ?? -1)
    }
}
