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
        if source.speaksAs(target) {
            let tables = try ReplicaPlanner.tables(of: inspection, options).map(count)
            return ReplicaPlanner.plan(inspection, tables)
        }
        let tables = try inspection.schema.tables.filter { options.takes($0.name) }.map { table in
            guard let types = inspection.heldTypes[table.name] else { return try profile(table) }
            return try HeldTableReading(table, types).read(source.reading(of: table, on: connection), on: connection)
        }
        return try TransferPlanner.plan(inspection, tables, from: source, to: target)
    }

    /// All there is to know of a table whose values stay as they are.
    private func count(_ table: Table) throws -> ProfiledTable {
        let reading = try source.reading(of: table, on: connection)
        let rows = try connection.queryValue("SELECT count(*) \(trusted: reading.from)")?.integer ?? 0
        return ProfiledTable(table: table, reading: reading, profiles: [], rows: Int(rows))
    }

    private func profile(_ table: Table) throws -> ProfiledTable {
        let reading = try source.reading(of: table, on: connection)
        let columns = table.columns.map(\.name)
        var profiles = table.columns.map { ColumnProfile(Meaning($0.type)) }
        let key = RowKey(reading, in: columns)
        let cursor = try connection.rows(SQL(reading.query(columns)))
        defer { cursor.close() }
        var rows = 0
        while try cursor.next() {
            for column in profiles.indices {
                profiles[column].observe(cursor.raw(column)) { key.text(cursor) }
            }
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
