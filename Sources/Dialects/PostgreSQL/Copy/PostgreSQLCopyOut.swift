import TCPostgreSQL

/// Reads a query by `COPY (…) TO STDOUT (FORMAT binary)`. Integers, reals, booleans and bytes keep their kind. Text and JSON are
/// the bytes that the server sent. Dates, times, UUIDs and decimals become text in one canonical form:
///
/// - `date` `YYYY-MM-DD`, `time` `HH:MM:SS.ffffff`, `timestamp` `YYYY-MM-DD HH:MM:SS.ffffff`, always with six decimals;
///   `timestamptz` the same in UTC, followed by `Z`
/// - `uuid` in lower case; `numeric` without an exponent, with as many decimals as it is stored with
///
/// A column that is requested in its own form yields the bytes of its type's binary form. Any other column whose type is not
/// known here yields the text to which the server casts it.
final class PostgreSQLCopyOut: RowCursor {
    let columnNames: [String]
    private let decodings: [PostgreSQLDecoding]
    private let connection: PostgreSQLConnection
    private let command: Int
    private let statement: String
    /// The row's message, which libpq allocates. `fields` holds the place of each field in it, where a length of -1 is NULL.
    private var message: UnsafeMutablePointer<CChar>?
    private let fields: UnsafeMutableBufferPointer<(start: Int, length: Int)>
    private let scratch: RowScratch
    private var isFirst = true
    private var isFinished = false

    /// Starts the copy. `types` are the types as which the first columns are requested.
    init(_ connection: PostgreSQLConnection, query: String, types: [ColumnType]) throws(DatabaseError) {
        let columns = try connection.describe(query)
        columnNames = columns.map(\.name)
        let known = columns.enumerated().map { at, column in
            at < types.count && types[at] == .ownForm ? .raw : PostgreSQLDecoding(type: column.type)
        }
        let query =
            known.contains(nil) ? Self.casting(query, zip(columns, known).map { $1 == nil ? $0.type : nil }) : query
        decodings = known.map { $0 ?? .text }
        self.connection = connection
        statement = "COPY (\(query)) TO STDOUT (FORMAT binary)"
        try connection.startCopy(statement, PGRES_COPY_OUT)
        command = connection.command
        // Last: where an initialiser fails, `deinit` frees nothing.
        fields = .allocate(capacity: columns.count)
        fields.initialize(repeating: (0, -1))
        scratch = RowScratch(columns: columns.count)
    }

    deinit {
        close()
        fields.deallocate()
    }

    /// Returns the query with those of its columns cast to text whose types are given.
    private static func casting(_ query: String, _ types: [Oid?]) -> String {
        let list = types.enumerated().map { at, type in type.map { text(of: "q.c\(at)", $0) } ?? "q.c\(at)" }
        let names = types.indices.map { "c\($0)" }
        return "SELECT \(list.joined(separator: ", ")) FROM (\(query)) AS q (\(names.joined(separator: ", ")))"
    }

    /// Returns the expression for the text that the server shows of a value. The cast of an address, and only the cast, adds the length of
    /// a network that is that address alone: `10.0.0.1/32`
    /// (https://www.postgresql.org/docs/current/functions-net.html, `text ( inet )`).
    private static func text(of value: String, _ type: Oid) -> String {
        guard type == PostgreSQLType.inet else { return "\(value)::text" }
        return "CASE masklen(\(value)) WHEN CASE family(\(value)) WHEN 4 THEN 32 ELSE 128 END THEN host(\(value)) "
            + "ELSE \(value)::text END"
    }

    func next() throws(DatabaseError) -> Bool {
        guard !isFinished else { return false }
        guard connection.command == command else {
            throw DatabaseError(.other, "the copy ended with its transaction", statement: statement)
        }
        while true {
            PQfreemem(message)
            message = nil
            let length = try connection.nextMessage(&message, statement)
            guard length >= 0 else {
                try finish(length)
                return false
            }
            let bytes = UnsafeRawBufferPointer(start: message, count: length)
            var at = 0
            if isFirst {
                isFirst = false
                // The header has 11 bytes of signature, 4 bytes of flags, and an extension preceded by its length.
                at = 19 + (length >= 19 ? Int(bytes.integer(at: 15, Int32.self)) : 0)
                // The header may arrive alone.
                if at == length { continue }
            }
            if try findFields(bytes, from: at) { return true }
        }
    }

    /// Notes the places of the row's fields. Returns false at the end of the data.
    private func findFields(_ bytes: UnsafeRawBufferPointer, from start: Int) throws(DatabaseError) -> Bool {
        guard start >= 0, start + 2 <= bytes.count else { throw broken }
        let count = Int(bytes.integer(at: start, Int16.self))
        if count == -1 { return false }
        guard count == fields.count else { throw broken }
        var at = start + 2
        for field in 0..<count {
            guard at + 4 <= bytes.count else { throw broken }
            let length = Int(bytes.integer(at: at, Int32.self))
            fields[field] = (at + 4, length)
            at += 4 + max(length, 0)
        }
        guard at <= bytes.count else { throw broken }
        return true
    }

    private var broken: DatabaseError {
        DatabaseError(.other, "the server sent a row that is not in COPY's binary format", statement: statement)
    }

    func raw(_ column: Int) -> RawValue { value(column, message) }

    func read(into row: inout RawRow) {
        let message = message
        for column in 0..<row.count { row[column] = value(column, message) }
    }

    @inline(__always)
    private func value(_ column: Int, _ message: UnsafeMutablePointer<CChar>?) -> RawValue {
        guard let bytes = field(column, message) else { return .null }
        return decodings[column].decode(bytes, scratch, column)
    }

    /// Returns the bytes of a column as the server sent them; `nil` for NULL.
    @inline(__always)
    private func field(_ column: Int, _ message: UnsafeMutablePointer<CChar>?) -> UnsafeRawBufferPointer? {
        let (start, length) = fields[column]
        guard length >= 0, let message else { return nil }
        return UnsafeRawBufferPointer(start: UnsafeRawPointer(message) + start, count: length)
    }

    /// Ends the copy. A length of -1 is the end, whose result tells whether all went well; -2 is an error of the connection.
    private func finish(_ length: Int) throws(DatabaseError) {
        isFinished = true
        guard length == -1 else { throw .postgresql(nil, on: connection.handle, statement: statement) }
        try connection.finish(statement)
    }

    func close() {
        PQfreemem(message)
        message = nil
        guard !isFinished, connection.command == command else { return }
        isFinished = true
        if connection.endCopy(PGRES_COPY_OUT) { connection.drain(statement) }
    }
}

extension PostgreSQLCopyOut: RowDigesting {
    func digest(as forms: [CanonicalForm?]) -> RowDigest {
        let message = message
        var digest = RowDigest()
        for column in forms.indices {
            guard let form = forms[column] else { continue }
            if let bytes = field(column, message), let number = decodings[column].calendarNumber(bytes, as: form) {
                digest.add(calendar: number)
            } else if let bytes = field(column, message), let decimal = decodings[column].smallDecimal(bytes, as: form)
            {
                digest.add(decimal: decimal)
            } else {
                digest.add(value(column, message), as: form)
            }
        }
        return digest
    }
}

extension PostgreSQLConnection {
    /// Returns the names and types of a query's columns.
    fileprivate func describe(_ query: String) throws(DatabaseError) -> [(name: String, type: Oid)] {
        try startCommand(query)
        let isPrepared = PQsendPrepare(handle, "", query, 0, nil)
        _ = try PostgreSQLResult(first: try firstResult(isPrepared, query), on: self, statement: query)
        try finish(query)
        let isAsked = PQsendDescribePrepared(handle, "")
        let result = try PostgreSQLResult(first: try firstResult(isAsked, query), on: self, statement: query)
        try finish(query)
        return (0..<PQnfields(result.pointer)).map { column in
            let name = PQfname(result.pointer, column).map { String(cString: $0) }
            return (name ?? "", PQftype(result.pointer, column))
        }
    }
}
