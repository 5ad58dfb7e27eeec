import Dialects
import Migrator

/// The values of a backup, as the columns of a database judge them. SQLite keeps texts that PostgreSQL does not.
struct RestoreValues {
    /// The tables of the backup's version.
    let schema: Schema
    let target: any TransferDialect

    static let remedy = """
        restore the backup into SQLite, which keeps such values; correct them there, and restore a backup of that one
        """

    /// - Throws: `BackupError` with the first value that its column would refuse, and `DatabaseError`.
    func requireFit(_ connection: any Connection) throws {
        for table in schema.tables {
            let judge = target.judge(of: table.columns.map(\.type))
            let names = SQLText.identifiers(table.columns.map(\.name))
            let cursor = try connection.rows("SELECT \(trusted: names) FROM \(identifier: table.name)")
            defer { cursor.close() }
            while try cursor.next() { try requireFit(cursor, table, judge) }
        }
    }

    private func requireFit(_ cursor: any RowCursor, _ table: Table, _ judge: any ValueJudge) throws(BackupError) {
        for (at, column) in table.columns.enumerated() {
            guard let reason = judge.refusal(of: cursor.raw(at), column: at) else { continue }
            let key = table.primaryKey?.columns ?? []
            let row = table.columns.enumerated().filter { key.contains($0.element.name) }.map { at, column in
                "\(column.name)=\(cursor.raw(at).copied.text ?? "…")"
            }
            throw BackupError(
                "does_not_fit", "\(table.name).\(column.name), row \(row.joined(separator: ", ")): a value \(reason)",
                remedy: Self.remedy)
        }
    }
}
