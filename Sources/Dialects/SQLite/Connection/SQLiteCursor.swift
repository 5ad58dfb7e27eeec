import TCSQLite

/// The rows of a query, read from SQLite's own memory: nothing is copied, and no object is created for a value.
final class SQLiteCursor: RowCursor {
    let columnNames: [String]
    /// The statement that is read; `nil` once the query has ended.
    private var statement: SQLiteStatement?
    /// Whether the first row is already loaded but has not been requested yet.
    private var isBeforeFirst = true
    private let statements: SQLiteStatementCache
    private let pointer: OpaquePointer

    /// Runs a statement that has begun up to its first row. Only from then on does a cached statement have the columns of the
    /// current schema.
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
        // Each sqlite3_column_… function locks the connection and looks the column up again. This call does so once. The value
        // that it returns is "not threadsafe" (https://www.sqlite.org/c3ref/column_blob.html), but only one thread uses a
        // connection.
        let value = sqlite3_column_value(pointer, Int32(truncatingIfNeeded: column))
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: return .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: return .real(sqlite3_value_double(value))
        case SQLITE_TEXT:
            // The pointer is read before the length; the reverse order may convert the text twice (the same page).
            let bytes = sqlite3_value_text(value)
            return .text(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_value_bytes(value))))
        case SQLITE_BLOB:
            // The pointer is null if the blob is empty; the buffer is then empty too.
            let bytes = sqlite3_value_blob(value)
            return .blob(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_value_bytes(value))))
        default: return .null
        }
    }

    func close() {
        guard let statement else { return }
        self.statement = nil
        statements.giveBack(statement)
    }
}
