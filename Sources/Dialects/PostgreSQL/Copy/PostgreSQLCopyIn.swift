import TCPostgreSQL

/// Writes rows by `COPY … FROM STDIN (FORMAT binary)`. Each value goes straight into one buffer that is reused, except for long
/// values, which are sent from where they are.
///
/// An `IncompatibleValue` removes that value alone, so that another one may be written in its place. Writing column 0 begins the
/// row again.
final class PostgreSQLCopyIn: BulkWriter {
    /// The number of bytes in one `PQputCopyData`. Larger pieces were slower, because the socket runs dry while they are filled. With the
    /// five bytes that the protocol adds it is a multiple of libpq's 8 KB, so that libpq sends each piece whole, by one call.
    private static let chunk = 65_536 - 5

    private let connection: PostgreSQLConnection
    private let command: Int
    private let encodings: [PostgreSQLEncoding]
    private let statement: String
    private var buffer = OutputBuffer(capacity: 4 * chunk, copyingUpTo: chunk)
    /// The position at which the unfinished row begins.
    private var rowStart = 0
    private var isFinished = false

    init(
        _ connection: PostgreSQLConnection, table: String, columns: [String], types: [ColumnType],
        options: CopyOptions
    ) throws(DatabaseError) {
        self.connection = connection
        encodings = types.enumerated().map { at, type in
            let encoding = PostgreSQLEncoding(type)
            return options.proven.contains(at) ? encoding.ofProvenValues : encoding
        }
        let format = options.freezing ? "FORMAT binary, FREEZE" : "FORMAT binary"
        statement = "COPY \(SQLText.identifier(table)) (\(SQLText.identifiers(columns))) FROM STDIN (\(format))"
        try connection.startCopy(statement, PGRES_COPY_IN)
        command = connection.command
        connection.startSending()
        buffer.appendCopyHeader()
        rowStart = buffer.count
    }

    deinit { cancel() }

    func write(_ value: RawValue, column: Int) throws(IncompatibleValue) {
        if column == 0 {
            buffer.truncate(to: rowStart)
            buffer.append(Int16(truncatingIfNeeded: encodings.count))
        }
        guard buffer.append(field: value, as: encodings[column]) else {
            throw IncompatibleValue(column: column, value: value.copied, reason: encodings[column].refusal(of: value))
        }
    }

    func write(_ row: borrowing RawRow) throws(IncompatibleValue) {
        buffer.truncate(to: rowStart)
        buffer.append(Int16(truncatingIfNeeded: encodings.count))
        guard let incompatible = buffer.append(row, as: encodings) else { return }
        throw IncompatibleValue(
            column: incompatible, value: row[incompatible].copied,
            reason: encodings[incompatible].refusal(of: row[incompatible]))
    }

    func endRow() throws(DatabaseError) {
        rowStart = buffer.count
        if !buffer.borrowed.isEmpty {
            try sendAll()
        } else if rowStart >= Self.chunk {
            try sendChunks()
        }
    }

    func finish() throws(DatabaseError) -> Int {
        buffer.truncate(to: rowStart)
        // The end of the data is a row of -1 columns.
        buffer.append(Int16(-1))
        try sendAll()
        isFinished = true
        guard try connection.endSending(nil, statement) else { throw failure }
        let answer = try connection.nextResult(statement)
        let result = try PostgreSQLResult(first: answer, on: connection, statement: statement)
        try connection.finish(statement)
        return result.affectedRows
    }

    func cancel() {
        guard !isFinished, connection.command == command else { return }
        isFinished = true
        if connection.endCopy(PGRES_COPY_IN) { connection.drain(statement) }
    }

    /// Sends all chunks that are complete.
    private func sendChunks() throws(DatabaseError) {
        let size = buffer.count / Self.chunk * Self.chunk
        try send(UnsafeRawBufferPointer(start: buffer.base, count: size))
        buffer.removeFirst(size)
        rowStart = buffer.count
    }

    private func sendAll() throws(DatabaseError) {
        var sent = 0
        for piece in buffer.borrowed {
            try send(UnsafeRawBufferPointer(rebasing: buffer.bytes[sent..<piece.at]))
            try send(piece.bytes)
            sent = piece.at
        }
        try send(UnsafeRawBufferPointer(rebasing: buffer.bytes[sent...]))
        buffer.truncate(to: 0)
        rowStart = 0
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws(DatabaseError) {
        guard let start = bytes.baseAddress else { return }
        for sent in stride(from: 0, to: bytes.count, by: Self.chunk) {
            let size = min(Self.chunk, bytes.count - sent)
            guard try connection.sendRows(start + sent, size, statement) else { throw brokenOff() }
        }
    }

    /// Returns why the server accepts no more data: its last error, or that it is gone. Sending alone reports neither.
    private func brokenOff() -> DatabaseError {
        isFinished = true
        do throws(DatabaseError) {
            _ = try connection.endSending("sending failed", statement)
            let answer = try connection.nextResult(statement)
            _ = try PostgreSQLResult(first: answer, on: connection, statement: statement)
            return failure
        } catch {
            return error
        }
    }

    private var failure: DatabaseError { .postgresql(nil, on: connection.handle, statement: statement) }
}

extension OutputBuffer {
    /// Appends the signature, no flags and no extension: https://www.postgresql.org/docs/current/sql-copy.html, "File Header".
    mutating func appendCopyHeader() {
        append(text: "PGCOPY\n")
        append(UInt8(0xFF))
        append(text: "\r\n\0")
        append(Int32(0))
        append(Int32(0))
    }
}

extension PostgreSQLConnection {
    /// Sends a COPY and waits until the server is ready for it. Throws the server's error if it refuses.
    func startCopy(_ statement: String, _ direction: ExecStatusType) throws(DatabaseError) {
        try startCommand(statement)
        let answer = try firstResult(PQsendQuery(handle, statement), statement)
        guard PQresultStatus(answer) == direction else {
            _ = try PostgreSQLResult(first: answer, on: self, statement: statement)
            try finish(statement)
            throw DatabaseError(.other, "the server answered a COPY without starting it", statement: statement)
        }
        PQclear(answer)
    }
}
