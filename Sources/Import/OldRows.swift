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

    /// The SQL expression by which a row is found again.
    var handle: String { hasNumber ? "rowid" : key }

    func delete(_ handle: Value, _ connection: any Connection) throws {
        try connection.execute("DELETE FROM \(identifier: table.name) WHERE \(trusted: self.handle) = \(handle)")
    }

    func update(_ column: String, to value: Value, _ handle: Value, _ connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE \(identifier: table.name) SET \(identifier: column) = \(value)
            WHERE \(trusted: self.handle) = \(handle)
            """)
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
        private var last: Value?
        private var isAtEnd = false

        fileprivate init(rows: OldRows, columns: [String], condition: String) {
            self.rows = rows
            self.columns = columns
            self.condition = condition
        }

        /// Returns the next rows, each as JSON; `nil` after the last.
        func next(_ connection: any Connection) throws -> [(key: String, handle: Value, record: String)]? {
            guard !isAtEnd else { return nil }
            let (handle, names) = (rows.handle, SQLText.identifiers(columns))
            let beyond: SQL = last.map { "\(trusted: handle) > \($0)" } ?? "1"
            let cursor = try connection.rows(
                """
                SELECT \(trusted: names), \(trusted: rows.key), \(trusted: handle)
                FROM \(identifier: rows.table.name) AS child
                WHERE (\(trusted: condition)) AND \(beyond) ORDER BY \(trusted: handle) LIMIT \(Int64(Self.batch))
                """)
            defer { cursor.close() }
            var found: [(key: String, handle: Value, record: String)] = []
            while try cursor.next() {
                let record = String(decoding: RowRecord.json(cursor, columns), as: UTF8.self)
                found.append(
                    (cursor.raw(columns.count).copied.text ?? "", cursor.raw(columns.count + 1).copied, record))
            }
            last = found.last?.handle
            isAtEnd = found.count < Self.batch
            return found
        }
    }
}
