import CSQLite

/// Writes rows by one prepared INSERT. The caller's transaction is what makes it fast: begin one first.
///
/// A `Misfit` takes back nothing: another value may be written in its place, and writing column 0 begins the row anew.
///
/// Bytes of text and blobs are borrowed, not copied: they must stay where they are until `endRow`.
final class SQLiteBulkWriter: BulkWriter {
    private let types: [ColumnType]
    private var statement: SQLiteStatement?
    private let statements: SQLiteStatementCache
    private let pointer: OpaquePointer
    private var count = 0

    /// `statement` is an INSERT with a placeholder for each of `types`.
    init(_ statement: SQLiteStatement, types: [ColumnType], from statements: SQLiteStatementCache) {
        self.statement = statement
        self.types = types
        self.statements = statements
        pointer = statement.pointer
    }

    deinit { cancel() }

    func write(_ value: RawValue, column: Int) throws(Misfit) {
        let index = Int32(truncatingIfNeeded: column + 1)
        switch value {
        case .null: sqlite3_bind_null(pointer, index)
        case .boolean(let value): sqlite3_bind_int64(pointer, index, value ? 1 : 0)
        case .integer(let integer):
            // SQLite would round it without a word when the column is REAL (https://www.sqlite.org/datatype3.html,
            // section 3).
            if types[column] == .real, Int64(exactly: Double(integer)) != integer {
                throw Misfit(column: column, value: .integer(integer), reason: "is not exact as a double")
            }
            sqlite3_bind_int64(pointer, index, integer)
        case .real(let real):
            // SQLite would store NULL (https://www.sqlite.org/floatingpoint.html).
            if real.isNaN { throw Misfit(column: column, value: .real(real), reason: "is not a number") }
            sqlite3_bind_double(pointer, index, real)
        case .text(let bytes):
            // A BLOB column of a STRICT table refuses text.
            types[column] == .bytes ? bindBlob(bytes, at: index) : bindText(bytes, at: index)
        case .blob(let bytes): bindBlob(bytes, at: index)
        }
    }

    func endRow() throws(DatabaseError) {
        guard let statement else { throw DatabaseError(.other, "the copy has ended: begin another") }
        _ = try statement.step()
        sqlite3_reset(pointer)
        count += 1
    }

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
