import TCSQLite

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
        // Each sqlite3_column_… locks the connection and looks the column up again. This does it once; what it gives is "not
        // threadsafe" (https://www.sqlite.org/c3ref/column_blob.html), and a connection is its own thread's alone.
        let value = sqlite3_column_value(pointer, Int32(truncatingIfNeeded: column))
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: return .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: return .real(sqlite3_value_double(value))
        case SQLITE_TEXT:
            // The pointer before the length: the other way round may convert twice (the same page).
            let bytes = sqlite3_value_text(value)
            return .text(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_value_bytes(value))))
        case SQLITE_BLOB:
            // Null when the blob is empty: then the buffer is empty too.
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
