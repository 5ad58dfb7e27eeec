import TCSQLite

/// Writes rows by one prepared INSERT. It is fast only inside a transaction, which the caller has to begin first.
///
/// An `IncompatibleValue` undoes nothing: another value may be written in its place, and writing column 0 starts the row again.
///
/// The bytes of texts and blobs are borrowed, not copied: they must stay in place until `endRow`.
final class SQLiteBulkWriter: BulkWriter {
    private let encodings: [SQLiteEncoding]
    private let scratch: RowScratch
    private var statement: SQLiteStatement?
    private let statements: SQLiteStatementCache
    private let pointer: OpaquePointer
    private var count = 0

    /// Creates a writer. `statement` is an INSERT with a placeholder for each of `types`.
    init(
        _ statement: SQLiteStatement, types: [ColumnType], moments: MomentStyle,
        from statements: SQLiteStatementCache
    ) {
        self.statement = statement
        encodings = types.map { SQLiteEncoding($0, moments) }
        scratch = RowScratch(columns: types.count)
        self.statements = statements
        pointer = statement.pointer
    }

    deinit { cancel() }

    func write(_ value: RawValue, column: Int) throws(IncompatibleValue) {
        let index = Int32(truncatingIfNeeded: column + 1)
        guard let shaped = encodings[column].shaped(value, scratch, column) else {
            throw IncompatibleValue(column: column, value: value.copied, reason: encodings[column].refusal)
        }
        switch shaped {
        case .null: sqlite3_bind_null(pointer, index)
        case .boolean(let value): sqlite3_bind_int64(pointer, index, value ? 1 : 0)
        case .integer(let integer): sqlite3_bind_int64(pointer, index, integer)
        case .real(let real): sqlite3_bind_double(pointer, index, real)
        case .text(let bytes): bindText(bytes, at: index)
        case .blob(let bytes): bindBlob(bytes, at: index)
        }
    }

    func endRow() throws(DatabaseError) {
        guard let statement else { throw DatabaseError(.other, "the copy has ended: begin another") }
        _ = try statement.step()
        sqlite3_reset(pointer)
        count += 1
    }

    /// A failed INSERT undoes nothing but itself (https://www.sqlite.org/lang_conflict.html, "ABORT").
    var judgesRowByRow: Bool { true }

    func finish() throws(DatabaseError) -> Int {
        cancel()
        return count
    }

    func cancel() {
        guard let statement else { return }
        self.statement = nil
        statements.giveBack(statement)
    }

    private func bindText(_ bytes: UnsafeRawBufferPointer, at index: Int32) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            // A null pointer would bind NULL.
            csqlite_bind_text(pointer, index, "", 0)
            return
        }
        csqlite_bind_text_borrowed(
            pointer, index, base.assumingMemoryBound(to: CChar.self), sqlite3_uint64(bytes.count))
    }

    private func bindBlob(_ bytes: UnsafeRawBufferPointer, at index: Int32) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            sqlite3_bind_zeroblob(pointer, index, 0)
            return
        }
        csqlite_bind_blob_borrowed(pointer, index, base, sqlite3_uint64(bytes.count))
    }
}
