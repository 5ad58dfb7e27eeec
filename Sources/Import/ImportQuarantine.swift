import Dialects
import Transfer

/// Notes what has no place in the new schema, or not as it was. It fills `import_quarantine` of the working copy, which goes to
/// the target with all the rest.
struct ImportQuarantine {
    /// What was noted, by table, column and reason.
    private(set) var notes: [ImportReport.Note] = []
    private let connection: any Connection

    /// The copy holds the table already.
    init(_ connection: any Connection) { self.connection = connection }

    mutating func note(
        _ kind: ImportReport.Note.Kind, _ table: String, row: String, column: String?, reason: String, record: String
    ) throws(DatabaseError) {
        try connection.execute(
            """
            INSERT INTO import_quarantine (source_table, row_key, column_name, reason, record)
            VALUES (\(table), \(row), \(column), \(reason), \(record))
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

    /// Notes these columns of each row; rows that hold no value in any of them only where whole rows are meant.
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

    /// Notes each row that meets a condition over `child`, and takes it out of its table.
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
