import TCSQLite

/// A prepared statement.
final class SQLiteStatement {
    let text: String
    let pointer: OpaquePointer
    private let handle: SQLiteHandle

    /// Prepares `text`, which must hold exactly one statement. Throws `DatabaseError`; its kind is `syntax` if SQLite can't
    /// parse the text.
    convenience init(_ text: String, on handle: SQLiteHandle) throws(DatabaseError) {
        let source = Array(text.utf8CString)
        let (pointer, end) = try Self.prepare(source, from: 0, on: handle)
        guard let pointer else {
            throw DatabaseError(.syntax, "the text holds no statement", statement: text)
        }
        self.init(pointer, text: text, on: handle)
        // SQLite would silently leave the rest of the text unread.
        let rest = SQLToken.scan(Self.text(of: source, from: end))
        guard rest.allSatisfy({ $0.isBlank || $0.isSymbol(";") }) else {
            throw DatabaseError(.syntax, "the text holds more than one statement, or a NUL", statement: text)
        }
    }

    private init(_ pointer: OpaquePointer, text: String, on handle: SQLiteHandle) {
        self.pointer = pointer
        self.text = text
        self.handle = handle
    }

    deinit { sqlite3_finalize(pointer) }

    /// Returns the statement of a script that begins at `start`, and the position at which it ends; `nil` if only blanks are
    /// left.
    static func next(
        in source: [CChar], from start: Int, on handle: SQLiteHandle
    ) throws(DatabaseError) -> (statement: SQLiteStatement, end: Int)? {
        let (pointer, end) = try prepare(source, from: start, on: handle)
        guard let pointer else { return nil }
        let text = sqlite3_sql(pointer).map { String(cString: $0) } ?? ""
        return (SQLiteStatement(pointer, text: text, on: handle), end)
    }

    private static func text(of source: [CChar], from start: Int) -> String {
        String(decoding: source[start...].dropLast().lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func prepare(
        _ source: [CChar], from start: Int, on handle: SQLiteHandle
    ) throws(DatabaseError) -> (pointer: OpaquePointer?, end: Int) {
        let database = try handle.live()
        var pointer: OpaquePointer?
        var end = start
        let code = source.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return SQLITE_MISUSE }
            var tail: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(
                database, base + start, Int32(clamping: source.count - start), UInt32(SQLITE_PREPARE_PERSISTENT),
                &pointer,
                &tail)
            if let tail { end = tail - base }
            return code
        }
        guard code == SQLITE_OK else {
            var error = handle.error(code, statement: text(of: source, from: start))
            // If a statement can't be prepared, its text is at fault: its grammar is wrong, or it names an object that does not
            // exist.
            if code & 0xFF == SQLITE_ERROR, error.kind == .other { error.kind = .syntax }
            throw error
        }
        return (pointer, end)
    }

    var columnNames: [String] {
        (0..<sqlite3_column_count(pointer)).map { column in
            sqlite3_column_name(pointer, column).map { String(cString: $0) } ?? ""
        }
    }

    /// Binds every value and starts the clock. Throws if the number of values is wrong or an interrupt came first.
    func begin(_ values: [Value]) throws(DatabaseError) {
        guard sqlite3_bind_parameter_count(pointer) == values.count else {
            throw DatabaseError(
                .syntax,
                "the statement has \(sqlite3_bind_parameter_count(pointer)) placeholders for \(values.count) values",
                statement: text)
        }
        for (at, value) in values.enumerated() {
            let code = bind(value, at: Int32(at + 1))
            guard code == SQLITE_OK else { throw handle.error(code, statement: text) }
        }
        guard handle.limits.beginStatement() else {
            throw DatabaseError(.interrupted, "the work was interrupted before this statement", statement: text)
        }
    }

    /// Moves to the next row. Returns false after the last row.
    func step() throws(DatabaseError) -> Bool {
        let code = sqlite3_step(pointer)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else {
            let error = handle.error(code, statement: text)
            sqlite3_reset(pointer)
            throw error
        }
        return false
    }

    /// Makes the statement ready to run again, with no value bound and no lock held.
    func reset() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    private func bind(_ value: Value, at index: Int32) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(pointer, index)
        case .integer(let value): sqlite3_bind_int64(pointer, index, value)
        case .real(let value): sqlite3_bind_double(pointer, index, value)
        case .boolean(let value): sqlite3_bind_int64(pointer, index, value ? 1 : 0)
        case .text(let value): csqlite_bind_text(pointer, index, value, sqlite3_uint64(value.utf8.count))
        // A null pointer would bind NULL, and an empty array has no other pointer.
        case .blob(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(pointer, index, 0)
        case .blob(let bytes): csqlite_bind_blob(pointer, index, bytes, sqlite3_uint64(bytes.count))
        }
    }
}
