import Dialects

/// Looks at everything that a source holds: its schema, then every value once.
struct SourceSurvey {
    private let connection: any Connection
    private let source: any TransferSource
    private let options: TransferOptions

    init(_ connection: any Connection, _ source: any TransferSource, _ options: TransferOptions) {
        self.connection = connection
        self.source = source
        self.options = options
    }

    /// Must run inside the snapshot in which the rows are read later.
    func plan(for target: any TransferTarget) throws -> TransferPlan {
        let inspection = try source.inspect(connection)
        for name in (options.tables ?? []) + options.exclude where inspection.schema[name] == nil {
            throw TransferError.noSuchTable(name)
        }
        let tables = try inspection.schema.tables.filter { options.takes($0.name) }.map(profile)
        return try TransferPlanner.plan(inspection, tables, from: source, to: target)
    }

    private func profile(_ table: Table) throws -> ProfiledTable {
        let reading = try source.reading(of: table, on: connection)
        let columns = table.columns.map(\.name)
        var profiles = table.columns.map { ColumnProfile(Meaning($0.type)) }
        let key = RowKey(reading, in: columns)
        let cursor = try connection.rows(SQL(reading.query(columns)))
        defer { cursor.close() }
        var row = RawRow(columns: columns.count)
        var rows = 0
        while try cursor.next() {
            cursor.read(into: &row)
            for column in profiles.indices { profiles[column].observe(row[column], key, cursor) }
            rows += 1
            if rows & 0xFFF == 0 { try Task.checkCancellation() }
        }
        return ProfiledTable(table: table, reading: reading, profiles: profiles, rows: rows)
    }
}

/// Names a row in messages: `id=7`.
struct RowKey {
    private let names: [String]
    private let positions: [Int]

    init(_ reading: TableReading, in columns: [String]) {
        names = reading.key
        positions = reading.keyPositions(in: columns)
    }

    /// The key of the row on which the cursor stands.
    func text(_ cursor: any RowCursor) -> String {
        zip(names, positions).map { "\($0)=\(ValueText.short(cursor.raw($1)))" }.joined(separator: ", ")
    }
}
