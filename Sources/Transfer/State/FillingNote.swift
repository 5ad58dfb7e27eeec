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
    /// The digests of the rows of those tables that hold some, and for the ledger the last migration's id.
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

    /// Returns the tables that are no longer as the migrations left them: other rows, or a ledger that somebody else has continued.
    /// `entries` is what the ledger holds.
    func changed(
        after entries: [LedgerEntry], of history: History, _ target: any TransferTarget, _ connection: any Connection
    ) throws -> [String] {
        let applied = Set(entries.map(\.id))
        let schema = try history.schema(of: history.migrations.filter { applied.contains($0.id) })
        let last = try Ledger(connection: connection).entries().last?.id
        var changed = last == rows[Ledger.tableName] ? [] : [Ledger.tableName]
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

        /// What a migration leaves in the target.
        private struct Change {
            /// The names that are there, those that are there no longer, and the tables that may hold rows.
            var made: Set<String>
            var gone: Set<String>
            var tables: [Table]
        }

        /// Notes what stands in the target after a migration, in its transaction.
        func note(_ step: Plan.Step, _ connection: any Connection) throws {
            let isFirst = try !connection.hasTable(FillingNote.tableName)
            if isFirst { try connection.run(.createTable(FillingNote.table), in: Schema()) }
            let schema = step.operations.last?.resolved.after ?? Schema()
            let names = isFirst ? nil : step.changedNames
            let change = try names.map { declared($0, in: schema) } ?? whole(schema, connection)
            var rows = [Ledger.tableName: step.id]
            for table in change.tables {
                rows[table.name] = try FillingNote.digest(of: table, target, connection)
            }
            for name in change.gone.sorted() { try connection.execute("DELETE FROM tc_filling WHERE name = \(name)") }
            for name in change.made.union([Ledger.tableName]).sorted() {
                try connection.execute(
                    """
                    INSERT INTO tc_filling (name, rows, source) VALUES (\(name), \(rows[name]), \(source)) \
                    ON CONFLICT (name) DO UPDATE SET rows = excluded.rows
                    """)
            }
        }

        /// Returns the change by a migration that only declares. It looks at nothing else, so that each of a thousand migrations costs
        /// the same.
        private func declared(_ names: Set<String>, in schema: Schema) -> Change {
            let made = names.filter { schema[$0] != nil || schema[view: $0] != nil }
            return Change(made: made, gone: names.subtracting(made), tables: names.compactMap { schema[$0] })
        }

        /// Returns all that is there: a script may have made anything, and written to any table.
        private func whole(_ schema: Schema, _ connection: any Connection) throws -> Change {
            let existing = Set(try target.existingObjects(on: connection))
            let noted = try FillingNote.read(connection) ?? FillingNote()
            let made = existing.subtracting(before)
            let filled = try FillingNote.filled(schema.tables.map(\.name).filter(existing.contains), connection)
            let same = noted.made.filter { noted.rows[$0] == nil && !filled.contains($0) }
            return Change(
                made: made.subtracting(same), gone: noted.made.subtracting(made),
                tables: schema.tables.filter { filled.contains($0.name) })
        }
    }

    /// Returns those of the tables that hold rows, of their own or of tables that inherit from them, by few statements.
    private static func filled(_ tables: [String], _ connection: any Connection) throws -> Set<String> {
        var filled: Set<String> = []
        // SQLite takes up to 500 parts of a UNION.
        for start in stride(from: 0, to: tables.count, by: 200) {
            let questions = tables[start..<min(start + 200, tables.count)].map { table in
                "SELECT \(SQLText.literal(table)) WHERE EXISTS (SELECT 1 FROM \(SQLText.identifier(table)))"
            }
            let rows = try connection.query(SQL(trusted: questions.joined(separator: " UNION ALL ")))
            filled.formUnion(rows.compactMap { $0[0].text })
        }
        return filled
    }
}

extension Plan.Step {
    /// The tables and views that the migration makes, changes, renames or drops; `nil` if a script may do so with any.
    fileprivate var changedNames: Set<String>? {
        guard var names = writtenTables else { return nil }
        for planned in operations {
            switch planned.resolved.action {
            case .createView(let view), .dropView(let view): names.insert(view.name)
            case .createTable, .dropTable, .renameTable, .alterTable, .run, .runSwift: break
            }
        }
        return names
    }
}
