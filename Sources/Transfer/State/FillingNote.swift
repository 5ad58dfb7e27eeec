import Dialects
import Migrator

/// The note, in a target, of what the migrations of an unfinished transfer into a history have made there, and of the rows that they have
/// inserted. It is written in the transaction of each migration and removed in the one that loads the rows, so that it is always true, and a
/// later run can tell what an interrupted one has left from what somebody else has added.
struct FillingNote: Equatable, Sendable {
    static let tableName = "tc_filling"

    private static let table: Table = {
        var table = Table(name: tableName)
        var (rows, madeAt) = (Column("rows", .text), Column("made_at", .timestamp))
        rows.isNullable = true
        madeAt.default = .now
        table.columns = [Column("name", .text), rows, Column("source", .text), madeAt]
        table.primaryKey = PrimaryKey(["name"], name: "tc_filling_pkey")
        return table
    }()

    /// The tables, views and sequences that the migrations have made.
    private(set) var made: Set<String> = []
    /// The digests of the rows of those tables that hold some.
    private(set) var rows: [String: String] = [:]
    /// The source's URL, without a password.
    private(set) var source = ""
    /// The time of the first migration: RFC 3339, UTC.
    private(set) var startedAt = ""

    /// Returns the note of a target; `nil` if it holds none.
    static func read(_ connection: any Connection) throws -> FillingNote? {
        guard try connection.hasTable(tableName) else { return nil }
        let madeAt = try connection.dialect.conversion(of: "made_at", from: .timestamp, to: .text).expression
        var note = FillingNote()
        let rows = try connection.query(
            "SELECT name, rows, source, \(trusted: madeAt) FROM tc_filling ORDER BY made_at DESC, name")
        for row in rows {
            let name = row[0].text ?? ""
            note.made.insert(name)
            note.rows[name] = row[1].text
            note.source = row[2].text ?? ""
            note.startedAt = row[3].text ?? ""
        }
        return note
    }

    /// Removes the note if there is one. It must run in the transaction that ends the transfer.
    static func remove(_ connection: any Connection) throws {
        guard try connection.hasTable(tableName) else { return }
        try connection.run(.dropTable(tableName), in: Schema(tables: [table]))
    }

    /// Returns the tables whose rows are no longer the ones that the migrations left; `entries` is what the ledger holds.
    func changed(
        after entries: [LedgerEntry], of history: History, _ target: any TransferTarget, _ connection: any Connection
    ) throws -> [String] {
        let applied = Set(entries.map(\.id))
        let schema = try history.schema(of: history.migrations.filter { applied.contains($0.id) })
        var changed: [String] = []
        for table in schema.tables {
            let isThere = try connection.hasTable(table.name)
            if try !isThere || Self.digest(of: table, target, connection) != rows[table.name] {
                changed.append(table.name)
            }
        }
        return changed
    }

    /// Returns the digest of a table's rows; `nil` if it holds none.
    private static func digest(
        of table: Table, _ target: any TransferTarget, _ connection: any Connection
    ) throws -> String? {
        let types = table.columns.map(\.type)
        let forms = types.map(\.comparedForm)
        let rows = try target.ownRows(of: table.name, on: connection)
        let columns = SQLText.identifiers(table.columns.map(\.name))
        let cursor = try connection.copyOut("SELECT \(columns) FROM \(rows)", types: types)
        defer { cursor.close() }
        var digest = TableDigest()
        while try cursor.next() {
            var row = RowDigest()
            for column in forms.indices { row.add(cursor.raw(column), as: forms[column]) }
            digest.add(row)
            if digest.rows & 0xFFF == 0 { try Task.checkCancellation() }
        }
        return digest.rows == 0 ? nil : digest.hexadecimal
    }
}

extension FillingNote {
    /// What is noted after each migration of a transfer.
    struct Writer: Sendable {
        /// The source's URL, without a password.
        let source: String
        let target: any TransferTarget
        /// What stood in the target before the first migration.
        let before: Set<String>

        /// Notes what stands in the target after a migration, in its transaction. `tables` are those of its schema, and `written` those that
        /// it may have written to; `nil` for any.
        func note(_ tables: [Table], written: Set<String>?, _ connection: any Connection) throws {
            let old = try FillingNote.read(connection)
            if old == nil { try connection.run(.createTable(FillingNote.table), in: Schema()) }
            let noted = old ?? FillingNote()
            var rows = noted.rows
            for table in tables where written?.contains(table.name) != false || rows[table.name] != nil {
                rows[table.name] = try FillingNote.digest(of: table, target, connection)
            }
            let made = Set(try target.existingObjects(on: connection)).subtracting(before)
            let stale = noted.made.filter { !made.contains($0) || rows[$0] != noted.rows[$0] }
            for name in stale.sorted() { try connection.execute("DELETE FROM tc_filling WHERE name = \(name)") }
            for name in made.subtracting(noted.made.subtracting(stale)).sorted() {
                try connection.execute(
                    "INSERT INTO tc_filling (name, rows, source) VALUES (\(name), \(rows[name]), \(source))")
            }
        }
    }
}
