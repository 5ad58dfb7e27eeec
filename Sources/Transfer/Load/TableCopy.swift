import Dialects

/// Copies the rows of one table. Each value goes from the source's cursor directly to the target's writer, and is added to the
/// digest on the way. A value that does not fit is treated by its column's policy.
struct TableCopy {
    /// The result of a copy.
    struct Loaded {
        /// The number of rows that the target accepted.
        var rows = 0
        /// The number of rows that were quarantined.
        var quarantined = 0
        /// The number of values that became NULL in rows that the target accepted, by column.
        var nulled: [Int] = []
        /// The digest of the rows that the target accepted, in the form in which it accepted them; `nil` if values are not
        /// compared.
        var digest: TableDigest?
    }

    /// Why a row must be quarantined.
    private struct IncompatibleRow {
        /// The columns, separated by commas; empty if none is known.
        var columns: String
        var reason: String
    }

    private let table: PlannedTable
    private let forms: [CanonicalForm?]?
    private let range: KeyRange
    private let copyOptions: CopyOptions
    private let reader: ValueReader?
    private let demands: [ColumnDemand]?
    private let key: RowKey
    /// The columns whose texts are written without another check, because the survey found that all of them can be written.
    private let provenTexts: [Int]

    /// Creates a copy. `forms` are the canonical forms as which the columns' values are compared; `nil` if they are not
    /// compared. `freezing` is for the transaction that emptied the table.
    init(
        _ table: PlannedTable, _ forms: [CanonicalForm?]?, in range: KeyRange, freezing: Bool,
        moments: MomentStyle = .uniform
    ) {
        self.table = table
        self.forms = forms
        self.range = range
        let proven = table.columnPlans.indices.filter { table.columnPlans[$0].isProven }
        var options = CopyOptions(freezing: freezing, proven: Set(proven))
        options.moments = moments
        copyOptions = options
        provenTexts = proven.filter { table.types[$0] != .bytes }
        reader = ValueReader(table.columnPlans.map(\.reading))
        let demands = table.columnPlans.map(\.demand)
        self.demands = demands.allSatisfy(\.isEmpty) ? nil : demands
        key = RowKey(table.reading, in: table.sourceColumns)
    }

    /// Copies the rows. `found` observes each row as the source holds it, if nobody has examined the rows before. `progress`
    /// is called from time to time with the number of further rows that were read.
    ///
    /// - Throws: `TransferError.doesNotFit` and `DatabaseError`. The target's transaction must then be rolled back.
    func run(
        from reading: any Connection, to writing: any Connection, observing found: inout ProfiledTable?,
        _ progress: (Int) -> Void
    ) throws -> Loaded {
        guard !table.sourceColumns.isEmpty else { return try insertEmptyRows(writing, progress) }
        let query = table.reading.query(table.sourceColumns, in: range)
        let cursor = try reading.copyOut(query, types: table.types)
        defer { cursor.close() }
        var loaded = Loaded(nulled: table.types.map { _ in 0 }, digest: forms.map { _ in TableDigest() })
        var aside = QuarantinedRows(of: table.source)
        var isAtEnd = false
        while !isAtEnd {
            let writer = try writing.copyIn(
                table: table.target, columns: table.targetColumns, types: table.types, options: copyOptions)
            do {
                isAtEnd = try copy(cursor, writer, &loaded, &aside, &found, progress)
                _ = try writer.finish()
            } catch {
                writer.cancel()
                throw error
            }
            try aside.store(on: writing)
        }
        return loaded
    }

    /// Inserts the rows of a table that has no columns, or computes them all. They have no values to copy.
    private func insertEmptyRows(_ writing: any Connection, _ progress: (Int) -> Void) throws -> Loaded {
        for _ in 0..<table.rows { try writing.execute("INSERT INTO \(identifier: table.target) DEFAULT VALUES") }
        progress(table.rows)
        return Loaded(rows: table.rows)
    }

    /// Returns the digest of the rows as the source holds them now, in the forms in which they would be written; `nil` if values
    /// are not compared. Nothing is written.
    func digest(of reading: any Connection) throws -> TableDigest? {
        guard let forms else { return nil }
        let cursor = try reading.copyOut(table.reading.query(table.sourceColumns, in: range), types: table.types)
        defer { cursor.close() }
        var row = RawRow(columns: table.types.count)
        var digest = TableDigest()
        while try cursor.next() {
            cursor.read(into: &row)
            reader?.read(&row)
            digest.add(RowDigest(of: row, as: forms))
            if digest.rows & 0xFFF == 0 { try Task.checkCancellation() }
        }
        return digest
    }

    /// Copies rows until all are read, which returns true, or until quarantined rows have to be stored first, which returns
    /// false.
    private func copy(
        _ cursor: any RowCursor, _ writer: any BulkWriter, _ loaded: inout Loaded, _ aside: inout QuarantinedRows,
        _ found: inout ProfiledTable?, _ progress: (Int) -> Void
    ) throws -> Bool {
        var row = RawRow(columns: table.types.count)
        var nulled: [Int] = []
        var read = 0
        defer { progress(read & 0xFFF) }
        while try cursor.next() {
            cursor.read(into: &row)
            found?.observe(row, key, cursor)
            if let column = provenTexts.first(where: { found?.profiles[$0].unwritable.isNone == false }) {
                let incompatible = IncompatibleValue(
                    column: column, value: row[column].copied, reason: "is text that the target can't hold")
                throw refusal(of: incompatible, cursor)
            }
            reader?.read(&row)
            if let incompatible = try write(&row, writer, cursor, &nulled) ?? end(writer, cursor) {
                aside.add(
                    cursor, table.sourceColumns, key: key.text(cursor), column: incompatible.columns,
                    reason: incompatible.reason)
                loaded.quarantined += 1
            } else {
                loaded.rows += 1
                for column in nulled { loaded.nulled[column] += 1 }
                if let forms { loaded.digest?.add(RowDigest(of: row, as: forms)) }
            }
            if !nulled.isEmpty { nulled.removeAll(keepingCapacity: true) }
            read += 1
            if read & 0xFFF == 0 {
                progress(0x1000)
                try Task.checkCancellation()
            }
            if aside.isFull { return false }
        }
        return true
    }

    /// Writes all columns, with NULL in place of a value that does not fit if that is the policy; `row` then holds what was
    /// written, and `nulled` also the columns that became NULL. Returns why the row must be quarantined, if it must; the writer
    /// then starts over with the next row.
    @inline(__always)
    private func write(
        _ row: inout RawRow, _ writer: any BulkWriter, _ cursor: any RowCursor, _ nulled: inout [Int]
    ) throws -> IncompatibleRow? {
        while true {
            do throws(IncompatibleValue) {
                if let demands { try require(demands, of: &row) }
                try writer.write(row)
                break
            } catch {
                switch table.columnPlans[error.column].policy {
                case .fail, .widen: throw refusal(of: error, cursor)
                case .quarantine:
                    return IncompatibleRow(
                        columns: table.sourceColumns[error.column],
                        reason: table.columnPlans[error.column].worded(error.reason))
                case .null:
                    row[error.column] = .null
                    nulled.append(error.column)
                }
            }
        }
        return nil
    }

    /// Ends the row. Returns the reason if it repeats a key and must be quarantined. A database that gets its keys after the rows finds
    /// such rows then (`DuplicateRows`).
    @inline(__always)
    private func end(_ writer: any BulkWriter, _ cursor: any RowCursor) throws -> IncompatibleRow? {
        do throws(DatabaseError) {
            try writer.endRow()
            return nil
        } catch {
            guard error.kind == .unique, writer.judgesRowByRow else { throw error }
            guard table.policy == .quarantine else {
                var named = error
                named.message += ", row \(key.text(cursor))"
                throw named
            }
            return repetition(error)
        }
    }

    /// Returns the reason for a row that repeats a key, with the key's columns as far as the error names them.
    private func repetition(_ error: DatabaseError) -> IncompatibleRow {
        let columns = zip(table.sourceColumns, table.targetColumns).filter { error.columns.contains($0.1) }.map { $0.0 }
        return IncompatibleRow(columns: columns.joined(separator: ", "), reason: "repeats a key (\(error.message))")
    }

    /// Requires that each value meets its column's demand, and replaces it by the form in which the column keeps it.
    private func require(_ demands: [ColumnDemand], of row: inout RawRow) throws(IncompatibleValue) {
        for column in demands.indices {
            if let reason = demands[column].refusal(of: row[column]) {
                throw IncompatibleValue(column: column, value: row[column].copied, reason: reason)
            }
            if demands[column].kept != nil { row[column] = demands[column].written(row[column]) }
        }
    }

    private func refusal(of incompatible: IncompatibleValue, _ cursor: any RowCursor) -> TransferError {
        .doesNotFit(
            table: table.source, column: table.sourceColumns[incompatible.column], key: key.text(cursor),
            value: ValueText.short(cursor.raw(incompatible.column)), type: table.types[incompatible.column].description,
            reason: table.columnPlans[incompatible.column].worded(incompatible.reason))
    }
}
