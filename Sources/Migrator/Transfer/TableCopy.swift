import Dialects

/// Copies the rows of one table: each value from the source's cursor straight into the target's writer, and on the way into
/// the digest.
struct TableCopy {
    /// What was copied.
    struct Loaded {
        var rows = 0
        /// `nil` when values are not to be compared.
        var digest: TableDigest?
    }

    private let table: PlannedTable
    private let forms: [CanonicalForm?]?
    private let range: KeyRange
    private let isFreezing: Bool

    /// `forms` says what the columns' values are compared as; `nil` when they are not. `freezing` is for the transaction that
    /// emptied the table.
    init(_ table: PlannedTable, _ forms: [CanonicalForm?]?, in range: KeyRange, freezing: Bool) {
        self.table = table
        self.forms = forms
        self.range = range
        isFreezing = freezing
    }

    /// Throws `TransferError.doesNotFit` and `DatabaseError`; the target's transaction is then to be rolled back. `progress`
    /// hears now and then how many further rows were read.
    func run(
        from reading: any Connection, to writing: any Connection, _ progress: (Int) -> Void
    ) throws -> Loaded {
        let writer = try writing.copyIn(
            table: table.target, columns: table.targetColumns, types: table.types, freezing: isFreezing)
        do {
            let query = table.reading.query(table.sourceColumns, in: range)
            let cursor = try reading.copyOut(query, types: table.types)
            defer { cursor.close() }
            var row = RawRow(columns: table.types.count)
            var digest = forms.map { ColumnForms($0) }
            var rows = 0
            while try cursor.next() {
                cursor.read(into: &row)
                do throws(Misfit) {
                    try writer.write(row)
                } catch {
                    throw refusal(of: error, cursor)
                }
                try writer.endRow()
                digest?.add(row)
                rows += 1
                if rows & 0xFFF == 0 {
                    progress(0x1000)
                    try Task.checkCancellation()
                }
            }
            progress(rows & 0xFFF)
            _ = try writer.finish()
            return Loaded(rows: rows, digest: digest?.digest)
        } catch {
            writer.cancel()
            throw error
        }
    }

    private func refusal(of misfit: Misfit, _ cursor: any RowCursor) -> TransferError {
        .doesNotFit(
            table: table.source, column: table.sourceColumns[misfit.column],
            key: RowKey(table.reading, in: table.sourceColumns).text(cursor), value: ValueText.short(misfit.value),
            type: table.types[misfit.column].description, reason: misfit.reason)
    }
}
