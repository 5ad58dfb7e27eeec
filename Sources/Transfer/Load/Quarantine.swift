import Dialects

/// The table for rows that did not fit. It is a `Table` like any other, rendered by the dialect.
enum Quarantine {
    static let tableName = "tc_quarantine"

    static let table: Table = {
        var table = Table(name: tableName)
        table.columns = columns.map { Column($0, .text) }
        return table
    }()

    /// The names of the columns: the source's table, the row's key there (`id=7`), the column that did not fit or the columns of a
    /// repeated key (empty if they are unknown), the reason, and the row as JSON.
    static let columns = ["source_table", "row_key", "column_name", "reason", "record"]

    /// Creates the table, or recreates an empty one that exists. A table that holds rows of an earlier transfer is kept, and
    /// receives the new rows as well.
    static func make(on connection: any Connection) throws {
        if try connection.hasTable(tableName) { try dropIfEmpty(on: connection) }
        guard try !connection.hasTable(tableName) else { return }
        try connection.run(.createTable(table), in: Schema())
    }

    /// Removes the table if it holds no rows.
    static func dropIfEmpty(on connection: any Connection) throws {
        guard try connection.queryValue("SELECT count(*) FROM tc_quarantine")?.integer == 0 else { return }
        try connection.run(.dropTable(tableName), in: Schema(tables: [table]))
    }

    /// Returns the number of quarantined rows of a table.
    static func count(of table: String, on connection: any Connection) throws -> Int {
        Int(try connection.queryValue("SELECT count(*) FROM tc_quarantine WHERE source_table = \(table)")?.integer ?? 0)
    }

    /// Returns the number of quarantined rows of each table that has some.
    static func counts(on connection: any Connection) throws -> [String: Int] {
        let rows = try connection.query("SELECT source_table, count(*) FROM tc_quarantine GROUP BY source_table")
        return Dictionary(
            rows.map { ($0[0].text ?? "", Int($0[1].integer ?? 0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Returns the keys of a table's quarantined rows, with their numbers of rows.
    static func keys(of table: String, on connection: any Connection) throws -> [String: Int] {
        let keys = try connection.query("SELECT row_key FROM tc_quarantine WHERE source_table = \(table)")
            .compactMap { $0[0].text }
        return Dictionary(keys.map { ($0, 1) }, uniquingKeysWith: +)
    }

    /// Returns the remark about rows that an earlier transfer into this source has quarantined; `nil` if there are none. These
    /// rows are not part of the source's schema.
    static func remark(on source: any Connection) throws -> String? {
        guard try source.hasTable(tableName),
            let rows = try source.queryValue("SELECT count(*) FROM tc_quarantine")?.integer, rows > 0
        else { return nil }
        let held = rows.counted("row", "rows")
        return "\(tableName) stays in the source: it holds \(held) that an earlier transfer set aside"
    }
}

/// Rows of one table that are about to be quarantined. They wait in memory, because a connection copies into only one table at a
/// time.
struct QuarantinedRows {
    /// The number of bytes that may wait.
    private static let room = 4 << 20

    private struct Row {
        var key: String
        var column: String
        var reason: String
        var record: [UInt8]
    }

    private let table: String
    private var waiting: [Row] = []
    private var size = 0

    /// Creates an empty collection. `table` is the table's name in the source.
    init(of table: String) { self.table = table }

    var isFull: Bool { size >= Self.room }

    /// Adds the row on which the cursor stands.
    mutating func add(_ cursor: any RowCursor, _ columns: [String], key: String, column: String, reason: String) {
        let record = RowRecord.json(cursor, columns)
        size += record.count + 200
        waiting.append(Row(key: key, column: column, reason: reason, record: record))
    }

    /// Writes the waiting rows into the quarantine. No other copy may be in progress on the connection.
    mutating func store(on connection: any Connection) throws {
        guard !waiting.isEmpty else { return }
        let writer = try connection.copyIn(
            table: Quarantine.tableName, columns: Quarantine.columns, types: Quarantine.table.columns.map(\.type))
        do {
            for row in waiting {
                var texts = [table, row.key, row.column, row.reason].map { Array($0.utf8) }
                texts.append(row.record)
                try write(texts[...], 0, writer)
            }
            _ = try writer.finish()
        } catch {
            writer.cancel()
            throw error
        }
        waiting = []
        size = 0
    }

    /// Writes the texts of one row, recursively: all of a row's bytes must stay in place until the row ends.
    private func write(_ texts: ArraySlice<[UInt8]>, _ column: Int, _ writer: any BulkWriter) throws {
        guard let text = texts.first else { return try writer.endRow() }
        try text.withUnsafeBytes { bytes in
            try writer.write(.text(bytes), column: column)
            try write(texts.dropFirst(), column + 1, writer)
        }
    }
}
