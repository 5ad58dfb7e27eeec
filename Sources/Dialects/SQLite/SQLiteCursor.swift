import CSQLite

/// The rows of a query, read where SQLite holds them: nothing is copied and no object is made for a value.
final class SQLiteCursor: RowCursor {
    let columnNames: [String]
    /// `nil` once the query has ended.
    private var statement: SQLiteStatement?
    /// The first row is there already, and nobody has asked for it.
    private var isBeforeFirst = true
    private let statements: SQLiteStatementCache
    private let pointer: OpaquePointer

    /// Runs a statement that has begun up to its first row: only then are the columns of a cached one those of the
    /// schema as it is.
    init(_ statement: SQLiteStatement, from statements: SQLiteStatementCache) throws(DatabaseError) {
        self.statements = statements
        pointer = statement.pointer
        let hasRow: Bool
        do {
            hasRow = try statement.step()
        } catch {
            statements.giveBack(statement)
            throw error
        }
        self.statement = statement
        columnNames = statement.columnNames
        if !hasRow { close() }
    }

    deinit { close() }

    func next() throws(DatabaseError) -> Bool {
        guard let statement else { return false }
        if isBeforeFirst {
            isBeforeFirst = false
            return true
        }
        do {
            if try statement.step() { return true }
        } catch {
            close()
            throw error
        }
        close()
        return false
    }

    func raw(_ column: Int) -> RawValue {
        let column = Int32(truncatingIfNeeded: column)
        switch sqlite3_column_type(pointer, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(pointer, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(pointer, column))
        case SQLITE_TEXT:
            // The pointer before the length: the other way round may convert twice
            // (https://www.sqlite.org/c3ref/column_blob.html).
            let bytes = sqlite3_column_text(pointer, column)
            return .text(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(pointer, column))))
        case SQLITE_BLOB:
            // Null when the blob is empty: then the buffer is empty too.
            let bytes = sqlite3_column_blob(pointer, column)
            return .blob(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(pointer, column))))
        default: return .null
        }
    }

    func close() {
        guard let statement else { return }
        self.statement = nil
        statements.giveBack(statement)
    }
}
