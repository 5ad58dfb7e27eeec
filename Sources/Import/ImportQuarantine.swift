import Dialects
import Transfer

/// Records values and rows that have no place in the new schema, or not in their old form. It fills `import_quarantine` of the
/// working copy, which goes to the target with all other tables.
struct ImportQuarantine {
    /// The entries so far, counted by table, column and reason.
    private(set) var notes: [ImportReport.Note] = []
    private let connection: any Connection

    /// Creates the quarantine on a copy that has the table already.
    init(_ connection: any Connection) { self.connection = connection }

    mutating func note(
        _ kind: ImportReport.Note.Kind, _ table: String, row: String, column: String?, reason: String, record: String
    ) throws(DatabaseError) {
        try connection.execute(
            """
            INSERT INTO import_quarantine (source_table, row_key, column_name, reason, record)
            VALUES (\(table), \(row.withoutNUL), \(column), \(reason), \(record))
            """)
        count(kind, table, column, reason)
    }

    private mutating func count(
        _ kind: ImportReport.Note.Kind, _ table: String, _ column: String?, _ reason: String
    ) {
        let isSame = { (note: ImportReport.Note) in
            note.kind == kind && note.table == table && note.column == column && note.reason == reason
        }
        if let at = notes.lastIndex(where: isSame) {
            notes[at].count += 1
        } else {
            notes.append(ImportReport.Note(kind: kind, table: table, column: column, reason: reason, count: 1))
        }
    }

    /// Records these columns of each row. Rows without a value in any of them are recorded only if whole rows are meant.
    mutating func noteRows(_ kind: ImportReport.Note.Kind, of rows: OldRows, _ columns: [String], reason: String) throws
    {
        let isSomething = columns.map { "\(SQLText.identifier($0)) IS NOT NULL" }.joined(separator: " OR ")
        let reader = rows.reader(columns, where: kind == .row ? "1" : isSomething)
        while let batch = try reader.next(connection) {
            for row in batch {
                try note(kind, rows.table.name, row: row.key, column: nil, reason: reason, record: row.record)
            }
        }
    }

    /// Records each row that meets a condition over `child`, and removes it from its table.
    mutating func setRowsAside(of rows: OldRows, where condition: String, reason: String) throws {
        let reader = rows.reader(rows.table.columns.map(\.name), where: condition)
        while let batch = try reader.next(connection) {
            for row in batch {
                try note(.row, rows.table.name, row: row.key, column: nil, reason: reason, record: row.record)
                try rows.delete(row.handle, connection)
            }
        }
    }
}
