import Dialects
import Transfer

/// The rows of a table of the working copy, and how people and SQLite identify them.
struct OldRows {
    let table: Table
    /// Whether rows have a rowid, which all tables have except those `WITHOUT ROWID` (https://www.sqlite.org/withoutrowid.html).
    private let hasNumber: Bool

    init(_ table: Table, _ inspection: Inspection) {
        self.table = table
        hasNumber = inspection.options[table.name]?.contains("WITHOUT ROWID") != true
    }

    /// The SQL expression that identifies a row for people: `session_id=…`, or `rowid=…`.
    var key: String {
        let columns = table.primaryKey?.columns ?? []
        guard !columns.isEmpty else { return "'rowid=' || rowid" }
        let parts = columns.map { name in
            "\(SQLText.literal("\(name)=")) || CAST(\(SQLText.identifier(name)) AS TEXT)"
        }
        return "coalesce(\(parts.joined(separator: " || ', ' || ")), '')"
    }

    /// The columns by whose values a row is found again, and in whose order the rows are read: those of an index, so that neither takes
    /// longer in a large table.
    private var handleColumns: [String] {
        hasNumber ? ["rowid"] : (table.primaryKey?.columns ?? []).map(SQLText.identifier)
    }

    /// The SQL list of these columns.
    var handle: String { handleColumns.joined(separator: ", ") }

    /// Returns a row's handle, whose values begin at this index of the cursor.
    func handle(_ cursor: any RowCursor, at index: Int) -> [Value] {
        handleColumns.indices.map { cursor.raw(index + $0).copied }
    }

    /// The condition that a row has this handle.
    func isAt(_ handle: [Value]) -> SQL { compared("=", handle) }

    /// The condition that a row comes after this handle in the order of handles; `nil` stands for the beginning.
    func isBehind(_ handle: [Value]?) -> SQL { handle.map { compared(">", $0) } ?? "1" }

    private func compared(_ relation: String, _ values: [Value]) -> SQL {
        var sql: SQL = "(\(trusted: handle)) \(trusted: relation) ("
        for (at, value) in values.enumerated() { sql.append(at == 0 ? "\(value)" : ", \(value)") }
        sql.append(")")
        return sql
    }

    func delete(_ handle: [Value], _ connection: any Connection) throws {
        try connection.execute("DELETE FROM \(identifier: table.name) WHERE \(isAt(handle))")
    }

    func update(_ column: String, to value: Value, _ handle: [Value], _ connection: any Connection) throws {
        try connection.execute(
            "UPDATE \(identifier: table.name) SET \(identifier: column) = \(value) WHERE \(isAt(handle))")
    }

    /// Returns a reader that reads rows in batches, so that a table of any size takes little memory. The condition may refer to
    /// the table as `child`.
    func reader(_ columns: [String], where condition: String) -> Reader {
        Reader(rows: self, columns: columns, condition: condition)
    }

    final class Reader {
        private static let batch = 1_000
        private let rows: OldRows
        private let columns: [String]
        private let condition: String
        private var last: [Value]?
        private var isAtEnd = false

        fileprivate init(rows: OldRows, columns: [String], condition: String) {
            self.rows = rows
            self.columns = columns
            self.condition = condition
        }

        /// Returns the next rows, each as JSON; `nil` after the last.
        func next(_ connection: any Connection) throws -> [(key: String, handle: [Value], record: String)]? {
            guard !isAtEnd else { return nil }
            let (handle, names) = (rows.handle, SQLText.identifiers(columns))
            let cursor = try connection.rows(
                """
                SELECT \(trusted: names), \(trusted: rows.key), \(trusted: handle)
                FROM \(identifier: rows.table.name) AS child
                WHERE (\(trusted: condition)) AND \(rows.isBehind(last)) ORDER BY \(trusted: handle) LIMIT \(Int64(Self.batch))
                """)
            defer { cursor.close() }
            var found: [(key: String, handle: [Value], record: String)] = []
            while try cursor.next() {
                let record = String(decoding: RowRecord.json(cursor, columns), as: UTF8.self)
                found.append(
                    (cursor.raw(columns.count).copied.text ?? "", rows.handle(cursor, at: columns.count + 1), record))
            }
            last = found.last?.handle
            isAtEnd = found.count < Self.batch
            return found
        }
    }
}
