import TCPostgreSQL
import TCPOSIX

/// A cursor over a query's rows as the server sends them, which holds a single row at a time
/// (https://www.postgresql.org/docs/current/libpq-single-row-mode.html).
final class PostgreSQLCursor: RowCursor {
    let columnNames: [String]
    private let types: [Oid]
    private let connection: PostgreSQLConnection
    private let command: Int
    private let statement: String
    /// Whether closing may cancel the query. Cancelling ends a long query at once, but inside a transaction it would end the
    /// transaction too.
    private let mayCancel: Bool
    /// The row that `raw` reads; `pending` is the row that arrived with the columns' names.
    private var row: OpaquePointer?
    private var pending: OpaquePointer?
    private var isFinished = false
    /// One buffer per column, for bytes that are decoded.
    private let scratch: RowScratch

    init(
        _ connection: PostgreSQLConnection, first: OpaquePointer?, statement: String, mayCancel: Bool
    ) throws(DatabaseError) {
        let status = PQresultStatus(first)
        if status != PGRES_SINGLE_TUPLE {
            // There is no row at all, or an error. Either way the command is over.
            let result = try PostgreSQLResult(first: first, on: connection, statement: statement)
            columnNames = PostgreSQLCursor.columnNames(result.pointer)
            try connection.finish(statement)
            isFinished = true
            types = []
        } else {
            columnNames = PostgreSQLCursor.columnNames(first)
            types = columnNames.indices.map { PQftype(first, Int32($0)) }
            pending = first
        }
        self.connection = connection
        command = connection.command
        self.statement = statement
        self.mayCancel = mayCancel
        scratch = RowScratch(columns: columnNames.count)
    }

    deinit { close() }

    private static func columnNames(_ result: OpaquePointer?) -> [String] {
        (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
    }

    func next() throws(DatabaseError) -> Bool {
        PQclear(row)
        row = pending
        pending = nil
        if row != nil { return true }
        guard !isFinished else { return false }
        guard connection.command == command else {
            throw DatabaseError(.other, "the cursor ended with its transaction", statement: statement)
        }
        // This holds also if no answer comes: the connection is then closed, and nothing is left to cancel or to read.
        isFinished = true
        let result = try connection.nextResult(statement)
        if PQresultStatus(result) == PGRES_SINGLE_TUPLE {
            isFinished = false
            row = result
            return true
        }
        _ = try PostgreSQLResult(first: result, on: connection, statement: statement)
        try connection.finish(statement)
        return false
    }

    func raw(_ column: Int) -> RawValue {
        let at = Int32(column)
        guard PQgetisnull(row, 0, at) == 0, let start = PQgetvalue(row, 0, at) else { return .null }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(row, 0, at)))
        switch types[column] {
        case PostgreSQLType.int2, PostgreSQLType.int4, PostgreSQLType.int8, PostgreSQLType.oid:
            return .integer(Int64(strtoll(start, nil, 10)))
        // strtod would read "1.5" as 1 in a program whose locale (LC_NUMERIC) writes "1,5".
        case PostgreSQLType.float4, PostgreSQLType.float8:
            return .real(Double(String(decoding: bytes, as: UTF8.self)) ?? .nan)
        case PostgreSQLType.boolean: return .boolean(bytes.first == UInt8(ascii: "t"))
        case PostgreSQLType.bytea: return .blob(scratch.decodeHex(bytes, column))
        default: return .text(bytes)
        }
    }

    func close() {
        PQclear(row)
        PQclear(pending)
        row = nil
        pending = nil
        guard !isFinished, connection.command == command else { return }
        isFinished = true
        if mayCancel { connection.cancellation.cancelStatement() }
        connection.drain(statement)
    }
}
